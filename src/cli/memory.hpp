// How the process deals with memory that was freed.
#pragma once

namespace rle::cli {

/// What is freed from here on stays with the process, whatever its size, and serves the next request of any
/// thread: long columns that come and go would else be given back and cleared by the kernel anew each time.
/// For commands that hold the most of it to their end; a no-op but under glibc.
void keep_freed_memory();

/// What was freed so far goes back to the system, between two stages, each of which wants much of it in other
/// pieces. A no-op but under glibc.
void give_back_freed_memory();

}  // namespace rle::cli
