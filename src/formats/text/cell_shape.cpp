#include "formats/text/cell_shape.hpp"

#include <algorithm>

#include "formats/text/numbers.hpp"

namespace rle::formats {

std::string_view last_lines(std::string_view text) {
    constexpr std::size_t kEnough = std::size_t{64} << 10U;
    if (text.size() <= kEnough) return text;
    text.remove_prefix(text.size() - kEnough);
    text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
    return text;
}

CellShape::Number CellShape::shape_of(std::string_view number) {
    Number shape;
    shape.length = number.size();
    shape.end = is_digit(number.back()) ? '\0' : number.back();
    const std::size_t e = number.find_first_of("eE");  // of 1e-5, not of "degC"
    shape.exponent = e != std::string_view::npos && e > 0 && is_digit(number[e - 1]);
    if (const std::size_t sign = number.find('.'); sign != std::string_view::npos) {
        while (sign + 1 + shape.decimals < number.size() && is_digit(number[sign + 1 + shape.decimals]))
            ++shape.decimals;
    }
    return shape;
}

void CellShape::see(std::string_view cell) {
    const CellKind kind = parse_with_unit(cell).kind;
    if (kind == CellKind::missing) {
        missing_ = true;
    } else if (kind == CellKind::text) {
        texts_.emplace(cell);
    } else {
        const Number shape = shape_of(cell);
        if (!number_) number_ = shape;
        lengths_.push_back(shape.length);
        number_->exponent = number_->exponent || shape.exponent;
        number_->decimals = std::min(number_->decimals, shape.decimals);
        if (number_->end != shape.end) number_->end = '\0';
    }
}

bool CellShape::fits(std::string_view cell) const {
    const CellKind kind = parse_with_unit(cell).kind;
    if (kind == CellKind::missing) return missing_;
    if (kind == CellKind::text) {
        const bool as_long = !texts_.empty() &&
                             std::all_of(texts_.begin(), texts_.end(),
                                         [&](const std::string& text) { return text.size() == cell.size(); });
        return as_long || texts_.contains(cell);
    }
    if (!number_) return false;
    const Number shape = shape_of(cell);
    const auto as_long = std::count_if(lengths_.begin(), lengths_.end(),
                                       [&](std::size_t length) { return length <= shape.length; });
    return 2 * as_long >= std::ssize(lengths_) && shape.exponent >= number_->exponent &&
           shape.decimals >= number_->decimals && (number_->end == '\0' || number_->end == shape.end);
}

}  // namespace rle::formats
