#include "formats/telemetry/telemetry_reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/telemetry/telemetry_table.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// "40%", "50 C": the number, where the unit behind it is the one that the quantity has anyway.
std::string_view without_own_unit(std::string_view cell, const Quantity& quantity) {
    const std::string_view unit = quantity.unit == "degC" ? "C" : quantity.unit;
    if (!cell.ends_with(unit)) return cell;
    cell.remove_suffix(unit.size());
    if (unit == "C" && cell.ends_with("\xc2\xb0")) cell.remove_suffix(2);
    return trim(cell);
}

}  // namespace

Reading::Reading(std::string_view quantity, const PlannedColumn* column, std::string header)
    : quantity_(find_quantity(quantity)), header_(std::move(header)) {
    if (column == nullptr) return;
    present_ = true;
    scale_ = column->scale;
    offset_ = column->offset;
}

double Reading::take(std::string_view cell, bool with_unit, std::size_t line) {
    const Cell parsed = with_unit ? parse_with_unit(cell) : parse_cell(cell);
    switch (parsed.kind) {
        case CellKind::number:
            return judge(parsed.value * scale_ + offset_);
        case CellKind::missing:
            return kMissing;
        case CellKind::infinite:
            ++unphysical_;
            return kMissing;
        case CellKind::text:
            break;
    }
    const std::string_view bare = without_own_unit(cell, *quantity_);
    const bool own_unit = bare.size() < cell.size() && parse_cell(bare).kind != CellKind::text;
    if (own_unit && scale_ == 1.0 && offset_ == 0.0) return take(bare, false, line);
    if (texts_++ == 0) {
        first_text_ = quotable(cell);
        first_text_line_ = line;
    }
    return kMissing;
}

double Reading::judge(double value) {
    if (!(value >= quantity_->physical_low && value <= quantity_->physical_high)) {
        ++unphysical_;
        return kMissing;
    }
    ++numbers_;
    largest_ = std::max(largest_, value);
    fractions_ = fractions_ || (value > 0.0 && value < 1.0);
    return value;
}

void Reading::finish(const std::string& where, std::size_t rows, Telemetry& telemetry) const {
    const std::string name(quantity_->name);
    const std::string column = header_.empty() ? name : "column '" + header_ + "'";
    if (numbers_ == 0 && unphysical_ == 0 && texts_ > 0) {
        throw Error(
            ErrorKind::failed, where,
            fmt::format("{} holds no number; found '{}' in line {}", column, first_text_, first_text_line_));
    }
    if (texts_ > 0) {
        telemetry.dropped["not_a_number"] += texts_;
        telemetry.warnings.push_back(fmt::format("{}: {}: {} no number (first: '{}' in line {}); missing",
                                                 where, column, counted(texts_, "cell is", "cells are"),
                                                 first_text_, first_text_line_));
    }
    if (unphysical_ > 0) {
        telemetry.dropped["unphysical"] += unphysical_;
        telemetry.warnings.push_back(
            fmt::format("{}: {}: {} outside {} to {} {}, where no reading lies; missing", where, column,
                        counted(unphysical_, "value is", "values are"), quantity_->physical_low,
                        quantity_->physical_high, quantity_->unit));
    }
    if (quantity_->unit == "%" && fractions_ && largest_ <= 1.0) {
        telemetry.warnings.push_back(fmt::format(
            "{}: {} never exceeds 1: a fraction? It is taken as %, from 0 to 100", where, column));
    }
    if (numbers_ == 0 && rows > 0) {
        telemetry.warnings.push_back(present_ ? fmt::format("{}: {} is empty throughout", where, column)
                                              : fmt::format("{}: no column for {}", where, name));
    }
}

}  // namespace rle::formats
