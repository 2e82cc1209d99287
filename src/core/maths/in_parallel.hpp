// Two calculations at a time, where they are long enough for a thread to be worth its start.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <utility>

namespace rle {

/// Fits to a series of so many samples are worth a thread of their own: a shorter one does not pay for its
/// start.
constexpr bool worth_a_thread(std::size_t samples) {
    return samples >= 512;
}

/// For std::async: in a thread of its own; where the machine has none to give, when the result is asked for.
inline constexpr std::launch kThreadIfAny = std::launch::async | std::launch::deferred;

/// What both give; neither may touch what the other writes.
template <class First, class Second>
std::pair<std::invoke_result_t<First>, std::invoke_result_t<Second>> in_parallel(bool worth, First first,
                                                                                 Second second) {
    if (!worth) {
        auto one = first();
        return {std::move(one), second()};
    }
    auto other = std::async(kThreadIfAny, std::ref(second));
    auto one = first();
    return {std::move(one), other.get()};
}

}  // namespace rle
