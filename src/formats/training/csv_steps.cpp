#include "formats/training/csv_steps.hpp"

#include <algorithm>
#include <cmath>

#include "formats/text/numbers.hpp"

namespace rle::formats {

std::optional<TrainingRecord> CsvSteps::parse(std::string_view line) {
    const char guess = guess_separator(line);
    if (line.find(guess) == std::string_view::npos) return std::nullopt;
    CsvScanner scanner(line, guess);
    Record cells;
    scanner.next(cells);
    if (take_header(cells, guess) || guess != separator_ || cells.size() != keys_.size()) return std::nullopt;
    RecordMaker maker;
    for (std::size_t c = 0; c < keys_.size(); ++c) maker.set(keys_[c], cells[c]);
    TrainingRecord row = maker.record();
    if ((std::isnan(row.loss) && std::isnan(row.grad_norm)) || row.is_evaluation()) return std::nullopt;
    fill_from_earlier(row);
    if (has_norm_ && std::isnan(row.grad_norm)) {
        earlier_ = row;
        return std::nullopt;
    }
    earlier_.reset();
    return row;
}

bool CsvSteps::take_header(const Record& cells, char separator) {
    std::vector<KnownKey> keys;
    bool step = false;
    bool norm = false;
    for (const std::string_view cell : cells) {
        if (parse_number(cell)) return false;
        keys.push_back(known_key(cell, grad_key_));
        norm = norm || keys.back().field == StepField::grad_norm;
        step = step || norm || keys.back().field == StepField::loss;
    }
    if (!step || keys.size() < 2) return false;
    keys_ = std::move(keys);
    separator_ = separator;
    has_norm_ = norm;
    earlier_.reset();
    return true;
}

void CsvSteps::fill_from_earlier(TrainingRecord& row) const {
    if (!earlier_ || std::isnan(row.step) || earlier_->step != row.step) return;
    const auto fill = [](double& own, double other) {
        if (std::isnan(own)) own = other;
    };
    fill(row.epoch, earlier_->epoch);
    fill(row.loss, earlier_->loss);
    fill(row.learning_rate, earlier_->learning_rate);
}

}  // namespace rle::formats
