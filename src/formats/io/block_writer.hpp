// Blocks of text, formatted side by side, written in the order in which they were added.
//
// Invariants: the file does not depend on the number of threads; at most a few blocks are in memory. What a
// block's formatting or writing throws is thrown by the next add() or by finish().
#pragma once

#include <functional>
#include <memory>

#include "formats/io/files.hpp"
#include "formats/text/text_buffer.hpp"

namespace rle::formats {

class BlockWriter {
  public:
    using Format = std::function<void(TextBuffer& out)>;

    /// `file` must outlive it.
    explicit BlockWriter(OutputFile& file);
    /// Without finish() it drops what was not written yet.
    ~BlockWriter();

    /// Waits while too many blocks are under way.
    void add(Format format);
    /// Waits until everything is written.
    void finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rle::formats
