#include "formats/training/training_printed.hpp"

#include <cmath>
#include <optional>

#include "formats/table.hpp"
#include "formats/text/cell_shape.hpp"
#include "formats/text/numbers.hpp"
#include "formats/training/printed_line.hpp"
#include "formats/training/printed_time.hpp"
#include "formats/training/step_lines.hpp"
#include "formats/training/training_parser.hpp"

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
    const ReadOptions& options = source.options;
    const PrintedParser parser({options.grad_key}, options.grad_pattern);
    std::string_view rest = source.text;
    bool ended = true;
    for (std::size_t i = 0; i < kLinesLookedAt && !rest.empty(); ++i) {
        const std::string_view line = take_line(rest, ended);
        if (line.find(mark) != std::string_view::npos && parser.parse(line)) return true;
    }
    return false;
}

// As --date-order says, else as the first line shows that has a date with a number above 12.
DateOrder order_of_dates(const Source& source) {
    constexpr std::size_t kLines = 200;  // loggers date each of theirs
    DateOrder order = source.options.date_order;
    std::string_view rest = source.text;
    bool ended = true;
    for (std::size_t i = 0; order == DateOrder::unknown && i < kLines && !rest.empty(); ++i)
        order = order_in_front(take_line(rest, ended));
    return order;
}

YearBounds years_of(const ReadOptions& options) {
    return {options.start_us, options.written_us};
}

// The last number or word of a line, without the key in front of it.
std::string_view last_word(std::string_view line) {
    line = trim(line);
    const std::size_t key = line.find_last_of(" \t=:");
    return key == std::string_view::npos ? line : line.substr(key + 1);
}

bool is_indented(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t');
}

class PrintedLog : public StepLines {
  public:
    explicit PrintedLog(const Source& source)
        : StepLines(source),
          parser_({source.options.grad_key, {order_of_dates(source), years_of(source.options)}},
                  source.options.grad_pattern) {}

  private:
    void read_line() override {
        bool ended = true;
        source().passed(consumed());  // much may be printed between two steps
        const std::string_view line = take_line(rest(), ended);
        auto record = parser_.parse(line);
        if (!is_indented(line)) heading_ = record ? std::nullopt : parser_.parse_heading(line);
        if (!record) return;
        if (heading_) stand_below_heading(*record);
        if (record->time.time_class == TimeClass::none && !sought_time_) {
            sought_time_ = true;
            builder().note_unread_time(clock_in_front(line));
        }
        // A closed record is whole; a number at the end of a line that was cut may be half of itself.
        const bool whole = ended || line.ends_with('}');
        if (!whole && !ends_as_those_above(line)) return leave_out_torn_line();
        if (!whole) builder().warn(describe_unended(last_word(visible_text(line, scratch_))));
        builder().add(*record);
    }

    void stand_below_heading(TrainingRecord& record) const {
        if (!std::isnan(record.step) && record.step != heading_->step) return;
        if (record.time.time_class == TimeClass::none) record.time = heading_->time;
        if (std::isnan(record.step)) record.step = heading_->step;
    }

    bool ends_as_those_above(std::string_view last) const {
        CellShape shape;
        std::string scratch;
        std::string_view above = last_lines(source().text);
        above.remove_suffix(last.size());
        for (bool ended = true; !above.empty();) {
            const std::string_view line = take_line(above, ended);
            if (parser_.parse(line)) shape.see(last_word(visible_text(line, scratch)));
        }
        return shape.fits(last_word(visible_text(last, scratch)));
    }

    PrintedParser parser_;
    std::optional<TrainingRecord> heading_;  ///< of the indented lines that follow
    bool sought_time_ = false;               ///< in the first line that has none
    std::string scratch_;
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
    return PrintedLog(source).whole();
}

std::unique_ptr<TrainingPieces> open_printed(const Source& source) {
    return std::make_unique<PrintedLog>(source);
}

}  // namespace rle::formats
