#include "cli/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

namespace fs = std::filesystem;

std::optional<double> finite_number(const std::string& text) {
    const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
    double value = 0.0;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

template <class Holds>
CLI::Validator number_that(Holds holds, const std::string& what) {
    return CLI::Validator(
        [holds, what](std::string& text) {
            const std::optional<double> value = finite_number(text);
            return value && holds(*value) ? std::string() : fmt::format("'{}' is not {}", text, what);
        },
        "");
}

template <class Holds>
CLI::Validator whole_number_that(Holds holds, const std::string& what) {
    return CLI::Validator(
        [holds, what](std::string& text) {
            unsigned long long value = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool whole = error == std::errc{} && end == text.data() + text.size();
            return whole && holds(value) ? std::string() : fmt::format("'{}' is not {}", text, what);
        },
        "");
}

bool is_file_name(const std::string& name) {
    return !name.empty() && name != "-";
}

// The same file on the disk, or the same name of a file that is not there yet; a device may serve twice.
bool same_file(const std::string& a, const std::string& b) {
    std::error_code error;
    if (fs::exists(a, error) && fs::exists(b, error))
        return fs::equivalent(a, b, error) && fs::is_regular_file(a, error);
    return fs::absolute(a, error).lexically_normal() == fs::absolute(b, error).lexically_normal();
}

}  // namespace

CLI::Validator positive_number() {
    return number_that([](double value) { return value > 0.0; }, "a number above 0");
}

CLI::Validator not_negative() {
    return number_that([](double value) { return value >= 0.0; }, "a number from 0 on");
}

CLI::Validator whole_number() {
    return whole_number_that([](unsigned long long) { return true; }, "a whole number from 0 on");
}

CLI::Validator whole_number_in(unsigned long long low, unsigned long long high) {
    return whole_number_that([=](unsigned long long value) { return low <= value && value <= high; },
                             fmt::format("a whole number from {} to {}", low, high));
}

CLI::Validator number_in(double low, double high) {
    return number_that([=](double value) { return low <= value && value <= high; },
                       fmt::format("a number from {} to {}", low, high));
}

CLI::Validator temperature() {
    return number_that([](double value) { return value >= -100.0 && value <= 1000.0; },
                       "a temperature from -100 to 1000 degC");
}

void refuse_empty_names(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options()) {
        const std::string type = option->get_type_name();
        if (option->get_positional() || (type != "FILE" && type != "DIR")) continue;
        const auto given = option->results();
        if (std::find(given.begin(), given.end(), "") != given.end())
            throw CLI::ValidationError(option->get_name(), "an empty name");
    }
}

void refuse_overwriting(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
    for (auto output = outputs.begin(); output != outputs.end(); ++output) {
        if (*output == "-" && std::count(outputs.begin(), output, "-") > 0)
            throw Error(ErrorKind::usage, "-", "two outputs cannot share stdout", "name a file for one");
        if (!is_file_name(*output)) continue;
        for (const std::string& input : inputs) {
            if (is_file_name(input) && same_file(input, *output))
                throw Error(ErrorKind::usage, *output, "is an input: it would be written over",
                            "name another file");
        }
        if (std::any_of(outputs.begin(), output,
                        [&](const auto& o) { return is_file_name(o) && same_file(o, *output); }))
            throw Error(ErrorKind::usage, *output, "is named for two outputs", "name another file for one");
    }
}

}  // namespace rle::cli
