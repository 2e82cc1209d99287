// What a recording leaves to others while it runs for hours.
#pragma once

namespace rle::cli {

/// Gives back the memory that only the start needed: free heap, and the pages of program and libraries, which
/// come back from the system's cache one by one as they are used again. Changes nothing else.
void give_back_memory_of_the_start();

}  // namespace rle::cli
