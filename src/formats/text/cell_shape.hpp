// Is the last cell or word of a file that has no line end whole, or was it cut short? "12" may be all of a
// number or the beginning of "123.45": what stands above it tells.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rle::formats {

/// The last lines of a text, from the beginning of one: enough of them to tell what is usual.
std::string_view last_lines(std::string_view text);

/// What the cells of a column have in common.
class CellShape {
  public:
    void see(std::string_view cell);
    /// No evidence that `cell` was cut: a number that is no shorter than half of the others, has as many
    /// decimals as the fewest, an exponent where any has one, and the unit in which all others end; a text
    /// that stands above as well, or is as long as all of them. False where nothing like it was seen.
    bool fits(std::string_view cell) const;

  private:
    struct Number {
        std::size_t length = 0, decimals = 0;
        bool exponent = false;
        char end = '\0';  ///< NUL: a digit
    };
    static Number shape_of(std::string_view number);

    bool missing_ = false;  ///< a cell without a reading was seen, an empty one or "N/A"
    std::optional<Number>
        number_;  ///< of all numbers the fewest decimals, any exponent; NUL where their ends differ
    std::vector<std::size_t> lengths_;  ///< theirs
    std::set<std::string, std::less<>> texts_;
};

}  // namespace rle::formats
