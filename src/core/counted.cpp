#include "rlecouple/counted.hpp"

#include <fmt/format.h>

namespace rle {

std::string counted(std::uint64_t n, std::string_view thing, std::string_view things) {
    if (n == 1) return fmt::format("1 {}", thing);
    return things.empty() ? fmt::format("{} {}s", n, thing) : fmt::format("{} {}", n, things);
}

}  // namespace rle
