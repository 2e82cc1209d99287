#include "cli/table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rle::cli {
namespace {

constexpr std::size_t kWorthPacking = 100000;  // rows
constexpr std::int8_t kMissingByte = std::numeric_limits<std::int8_t>::min();

bool is_byte(double x) {
    if (std::isnan(x)) return true;
    return std::abs(x) <= std::numeric_limits<std::int8_t>::max() && x == std::trunc(x) &&
           !(x == 0.0 && std::signbit(x));
}

bool is_float(double x) {
    if (std::isnan(x)) return true;
    return std::abs(x) <= std::numeric_limits<float>::max() &&
           static_cast<double>(static_cast<float>(x)) == x;
}

std::int8_t byte_of(double x) {
    return std::isnan(x) ? kMissingByte : static_cast<std::int8_t>(x);
}

double from_byte(std::int8_t byte) {
    return byte == kMissingByte ? kMissing : byte;
}

// What was wrong with a column is for those who use it.
void drop_warnings_about(const std::string& column, Frame& table) {
    const std::string about = "column '" + column + "': ";
    std::erase_if(table.warnings,
                  [&](const std::string& warning) { return warning.find(about) != std::string::npos; });
}

}  // namespace

std::vector<std::string> all_names(const Frame& frame) {
    std::vector<std::string> names = frame.names;
    names.insert(names.end(), frame.unread.begin(), frame.unread.end());
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<std::vector<double>> ColumnUses::take(const std::string& name) {
    if (const auto use = uses_.find(name); use != uses_.end()) uses_.erase(use);
    const auto found = std::find(frame_.names.begin(), frame_.names.end(), name);
    if (found == frame_.names.end()) return std::nullopt;
    std::vector<double>& column = frame_.columns[static_cast<std::size_t>(found - frame_.names.begin())];
    if (uses_.count(name) > 0) return column;
    return std::move(column);
}

KeptColumn::KeptColumn(std::vector<double> values) {
    const bool is_long = values.size() >= kWorthPacking;
    if (is_long && std::all_of(values.begin(), values.end(), is_byte)) {
        bytes_.resize(values.size());
        std::transform(values.begin(), values.end(), bytes_.begin(), byte_of);
    } else if (is_long && std::all_of(values.begin(), values.end(), is_float)) {
        floats_.assign(values.begin(), values.end());
    } else {
        doubles_ = std::move(values);
    }
}

std::vector<double> KeptColumn::copy() const {
    if (!floats_.empty()) return {floats_.begin(), floats_.end()};
    if (bytes_.empty()) return doubles_;
    std::vector<double> values(bytes_.size());
    std::transform(bytes_.begin(), bytes_.end(), values.begin(), from_byte);
    return values;
}

std::vector<double> KeptColumn::take() {
    std::vector<double> values = doubles_.empty() ? copy() : std::move(doubles_);
    *this = KeptColumn({});
    return values;
}

StagesTable::StagesTable(Frame table, const std::vector<Names>& stages)
    : table_(std::move(table)), stages_left_(stages.size()) {
    for (std::vector<double>& column : table_.columns) columns_.emplace_back(std::move(column));
    table_.columns.clear();
    for (const Names& names : stages) {
        const std::set<std::string> once(names.begin(), names.end());
        uses_.insert(once.begin(), once.end());
    }
}

StagesTable::Names StagesTable::all_of(const std::vector<Names>& stages) {
    std::set<std::string> all;
    for (const Names& names : stages) all.insert(names.begin(), names.end());
    return {all.begin(), all.end()};
}

Frame StagesTable::take(const Names& names) {
    const bool is_last = stages_left_ <= 1;
    if (stages_left_ > 0) --stages_left_;
    Frame part;
    part.t_s = is_last ? std::move(table_.t_s) : table_.t_s;
    part.unread = table_.unread;
    part.device = is_last ? std::move(table_.device) : table_.device;
    part.only_device = table_.only_device;
    part.modelled = table_.modelled;
    part.warnings = table_.warnings;
    const auto wanted = [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const std::string& name : table_.unread) {
        if (!wanted(name)) drop_warnings_about(name, part);
    }
    for (std::size_t c = 0; c < table_.names.size(); ++c) {
        const std::string& name = table_.names[c];
        if (!wanted(name)) {
            drop_warnings_about(name, part);
            part.unread.push_back(name);
            continue;
        }
        if (const auto use = uses_.find(name); use != uses_.end()) uses_.erase(use);
        part.names.push_back(name);
        part.columns.push_back(uses_.count(name) > 0 ? columns_[c].copy() : columns_[c].take());
    }
    return part;
}

}  // namespace rle::cli
