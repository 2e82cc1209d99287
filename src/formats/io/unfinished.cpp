#include "formats/io/unfinished.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rle::formats {
namespace {

std::array<std::atomic<char*>, 8> names{};

}  // namespace

Unfinished::Unfinished(const std::string& path) {
    char* const name = ::strdup(path.c_str());
    for (std::size_t i = 0; i < names.size(); ++i) {
        char* expected = nullptr;
        if (!names[i].compare_exchange_strong(expected, name)) continue;
        slot_ = static_cast<int>(i);
        return;
    }
    std::free(name);
}

Unfinished::~Unfinished() {
    if (slot_ >= 0) std::free(names[static_cast<std::size_t>(slot_)].exchange(nullptr));
}

Unfinished::Unfinished(Unfinished&& other) noexcept : slot_(std::exchange(other.slot_, -1)) {}

Unfinished& Unfinished::operator=(Unfinished&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
}

void remove_unfinished() noexcept {
    for (const std::atomic<char*>& name : names) {
        if (const char* const path = name.load()) ::unlink(path);
    }
}

}  // namespace rle::formats
