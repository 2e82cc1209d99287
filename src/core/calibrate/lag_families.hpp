// THE table of simulated families for the lag test: how a session's two series come about, and what is true
// of them.
#pragma once

#include <string_view>
#include <vector>

#include "core/calibrate/simulate.hpp"

namespace rle::simulate {

struct LagFamily {
    std::string_view name;
    std::string_view about;
    FamilyKind kind;
    std::size_t samples;
    Recording recording;
    Pair (*make)(Random& random, std::size_t samples);
};

const std::vector<LagFamily>& lag_family_table();

}  // namespace rle::simulate
