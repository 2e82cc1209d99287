// A training log that is read line by line, at once or in pieces; a format gives what one line is.
//
// Invariant: both ways take the lines through the same read_line(), so that they agree.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "formats/pieces.hpp"
#include "formats/registry.hpp"
#include "formats/training/training_record.hpp"

namespace rle::formats {

class StepLines : public TrainingPieces {
  public:
    /// `source` must outlive it.
    explicit StepLines(const Source& source) : source_(source), builder_(source), rest_(source.text) {}

    Training whole() {
        read(std::numeric_limits<std::size_t>::max());
        return finish();
    }
    bool next(Training& piece, std::size_t most) override {
        read(most);
        builder_.take(piece);
        return piece.size() > 0;
    }
    Training finish() override { return builder_.finish(); }
    bool holds() const override { return builder_.taken_hold(); }
    std::size_t consumed() const override { return source_.text.size() - rest_.size(); }

  protected:
    /// Takes the next line off the rest, and the step that it holds, if any, into the builder.
    virtual void read_line() = 0;

    const Source& source() const { return source_; }
    TrainingBuilder& builder() { return builder_; }
    std::string_view& rest() { return rest_; }
    void leave_out_torn_line() {
        builder_.count("torn_line");
        builder_.warn("the last line has no end and may be torn; it was left out");
    }

  private:
    // Until `most` steps wait, or to the end.
    void read(std::size_t most) {
        while (!rest_.empty() && builder_.size() < most) read_line();
    }

    const Source& source_;
    TrainingBuilder builder_;
    std::string_view rest_;
};

}  // namespace rle::formats
