// The power limit that the telemetry itself tells of each device: what A_load is rated by.
//
// Invariant: a device's limit is the median of the first of the known columns that has a number above 0 for
// it, whatever the pieces in which the rows came.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rlecouple/telemetry.hpp"

namespace rle {

class PowerLimits {
  public:
    void add(const Telemetry& piece);
    /// W; missing where no column tells it.
    std::optional<double> of(std::size_t device) const;

  private:
    /// Best first: the limit in force, the one that was set, the one that the board comes with.
    static constexpr std::array<std::string_view, 4> kColumns{"power_limit_enforced_w", "power_limit_w",
                                                              "power_cap_w", "power_limit_default_w"};
    struct Values {
        std::map<double, std::size_t> count;
        std::string cell;             // the latest; a limit seldom changes
        std::size_t* same = nullptr;  // its count; null: it is none
    };
    static void add(std::string_view cell, Values& values);

    std::deque<std::array<Values, kColumns.size()>> devices_;  // a deque: its elements stay where they are
};

}  // namespace rle
