// Numbers of things in the words of messages: "1 step", "2 steps".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rle {

/// `n` and the thing, in the plural where n is not 1: `things`, or `thing` with an s.
std::string counted(std::uint64_t n, std::string_view thing, std::string_view things = {});

/// "was" for one, "were" for any other number.
constexpr std::string_view was_or_were(std::uint64_t n) {
    return n == 1 ? "was" : "were";
}

}  // namespace rle
