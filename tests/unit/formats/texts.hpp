// Texts read as the log or the telemetry that they are, for tests of what tools write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/readers.hpp"
#include "formats/registry.hpp"

namespace rle::test {

inline constexpr std::int64_t kNoon = 1790596800'000000;  ///< date -u -d "2026-09-28 12:00" +%s
inline constexpr std::int64_t kSecond = 1'000'000;

using Numbers = std::vector<double>;

inline Telemetry telemetry(const std::string& text, const formats::ReadOptions& options = {}) {
    return formats::read_telemetry_text({text, "log", options});
}
inline Training training(const std::string& text, const formats::ReadOptions& options = {}) {
    return formats::read_training_text({text, "log", options});
}

/// For a log without times: its first step at noon.
inline formats::ReadOptions started(double step_seconds) {
    formats::ReadOptions options;
    options.start_us = kNoon;
    options.step_seconds = step_seconds;
    return options;
}

}  // namespace rle::test
