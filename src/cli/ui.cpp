#include "cli/ui.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

std::vector<std::string>& stored_command_line() {
    static std::vector<std::string> arguments;
    return arguments;
}

std::vector<std::string>& stored_process() {
    static std::vector<std::string> arguments;
    return arguments;
}

}  // namespace

void print_error(std::string_view line) {
    fmt::print(stderr, "rlecouple: {}\n", line);
}

void print_warning(std::string_view line) {
    fmt::print(stderr, "rlecouple: warning: {}\n", line);
}

void print_warnings(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) print_warning(line);
}

void say(std::string_view text, bool stdout_is_data) {
    std::FILE* to = stdout_is_data ? stderr : stdout;
    if (std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0) {
        throw Error(ErrorKind::failed, stdout_is_data ? "stderr" : "stdout", "cannot write");
    }
}

bool fancy(int fd) {
    const char* no_color = std::getenv("NO_COLOR");
    return isatty(fd) != 0 && (no_color == nullptr || *no_color == '\0');
}

std::string bold(std::string_view text) {
    return fancy(STDOUT_FILENO) ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::vector<std::string> remember_command_line(int argc, char** argv) {
    std::vector<std::string>& all = stored_command_line();
    all.assign(argv, argv + argc);
    const auto dashes = std::find(all.begin(), all.end(), "--");
    if (dashes != all.end()) stored_process().assign(dashes + 1, all.end());
    return {all.empty() ? all.begin() : all.begin() + 1, dashes};
}

const std::vector<std::string>& command_line() {
    return stored_command_line();
}

const std::vector<std::string>& trailing_process() {
    return stored_process();
}

}  // namespace rle::cli
