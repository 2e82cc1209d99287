// Two calculations at a time, where they are long enough for a thread to be worth its start.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <utility>

namespace rle {

/// Samples from which fits to a series are worth a thread of their own.
inline constexpr std::size_t kWorthAThread = 512;

/// What both give; neither may touch what the other writes.
template <class First, class Second>
std::pair<std::invoke_result_t<First>, std::invoke_result_t<Second>> in_parallel(bool worth, First first,
                                                                                 Second second) {
    if (!worth) {
        auto one = first();
        return {std::move(one), second()};
    }
    auto other = std::async(std::launch::async, std::ref(second));
    auto one = first();
    return {std::move(one), other.get()};
}

}  // namespace rle
