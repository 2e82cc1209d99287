// The one line of an error, for tests of what users are told.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rlecouple/error.hpp"

namespace rle::test {

struct Refusal {
    std::string message;  ///< empty: nothing was thrown
    int exit_code = 0;

    bool says(std::string_view part) const { return message.find(part) != std::string::npos; }
};

template <class Action>
Refusal refusal_of(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return {error.what(), error.exit_code()};
    }
    return {};
}

}  // namespace rle::test
