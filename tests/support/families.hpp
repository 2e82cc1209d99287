// Families of simulated sessions, by name.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "rlecouple/calibrate.hpp"
#include "support/catch.hpp"

namespace rle::test {

inline Family family(const std::string& name) {
    const std::vector<Family> families = lag_families();
    const auto found =
        std::find_if(families.begin(), families.end(), [&](const Family& f) { return f.name == name; });
    REQUIRE(found != families.end());
    return *found;
}

// Sessions of a family, of 200, that are called coupled.
inline int coupled_of_200(const std::string& name) {
    const Family sessions = family(name);
    int coupled = 0;
    for (std::uint64_t i = 0; i < 200; ++i)
        coupled += sessions.run(7, i, nullptr).detected.value_or(false) ? 1 : 0;
    return coupled;
}

}  // namespace rle::test
