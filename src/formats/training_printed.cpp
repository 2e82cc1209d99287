#include "formats/training_printed.hpp"

#include <limits>

#include "formats/training_parser.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kLinesLookedAt = 2000;  // libraries print much before their first step

// Takes the next line off `rest`; progress bars end theirs with a carriage return.
std::string_view take_line(std::string_view& rest, bool& ended) {
    const std::size_t end = rest.find_first_of("\n\r");
    ended = end != std::string_view::npos;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(ended ? end + 1 : rest.size());
    return line;
}

// Is there a step among the first lines that holds `mark` too?
bool prints_steps(const Source& source, std::string_view mark) {
    const PrintedParser parser(source.options.grad_key, source.options.grad_pattern);
    std::string_view rest = source.text;
    bool ended = true;
    for (std::size_t i = 0; i < kLinesLookedAt && !rest.empty(); ++i) {
        const std::string_view line = take_line(rest, ended);
        if (line.find(mark) != std::string_view::npos && parser.parse(line)) return true;
    }
    return false;
}

class PrintedLog : public TrainingPieces {
  public:
    explicit PrintedLog(const Source& source)
        : source_(source),
          parser_(source.options.grad_key, source.options.grad_pattern),
          builder_(source),
          rest_(source.text) {}

    /// Reads on until `most` steps wait, or to the end.
    void read(std::size_t most) {
        while (!rest_.empty() && builder_.size() < most) read_line();
    }
    bool next(Training& piece, std::size_t most) override {
        read(most);
        builder_.take(piece);
        return piece.size() > 0;
    }
    Training finish() override { return builder_.finish(); }
    bool holds() const override { return builder_.taken_hold(); }
    std::size_t consumed() const override { return source_.text.size() - rest_.size(); }

  private:
    void read_line() {
        bool ended = true;
        source_.passed(consumed());  // much may be printed between two steps
        const std::string_view line = take_line(rest_, ended);
        const auto record = parser_.parse(line);
        if (!record) return;
        // A number at the end of a line that was cut may be half of itself; a closed record is whole.
        if (ended || line.ends_with('}')) return builder_.add(*record);
        builder_.count("torn_line");
        builder_.warn("the last line has no end and may be torn; it was left out");
    }

    const Source& source_;
    PrintedParser parser_;
    TrainingBuilder builder_;
    std::string_view rest_;
};

}  // namespace

std::string refuse_hf_printed(const Source& source) {
    return prints_steps(source, "{'") ? "" : "no line with a dict such as {'loss': 2.1, 'grad_norm': 1.0}";
}

std::string refuse_megatron(const Source& source) {
    return prints_steps(source, "iteration ") ? ""
                                              : "no line such as: iteration 10/ 500 | ... | grad norm: 1.2 |";
}

std::string refuse_torchtitan(const Source& source) {
    return prints_steps(source, "step:") ? "" : "no line such as: step: 1  loss: 8.1  grad_norm: 1.3";
}

std::string refuse_pattern(const Source& source) {
    if (source.options.grad_pattern.empty()) return "needs --grad-pattern";
    return prints_steps(source, "") ? "" : "no line matches --grad-pattern";
}

std::string refuse_printed(const Source& source) {
    return prints_steps(source, "") ? "" : "no line names a gradient norm (key: value or key=value)";
}

Training read_printed(const Source& source) {
    PrintedLog log(source);
    log.read(std::numeric_limits<std::size_t>::max());
    return log.finish();
}

std::unique_ptr<TrainingPieces> open_printed(const Source& source) {
    return std::make_unique<PrintedLog>(source);
}

}  // namespace rle::formats
