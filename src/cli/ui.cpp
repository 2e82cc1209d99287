#include "cli/ui.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "formats/io/files.hpp"

namespace rle::cli {
namespace {

constexpr std::string_view kBold = "\x1b[1m", kPlain = "\x1b[0m";

std::vector<std::string>& stored_command_line() {
    static std::vector<std::string> arguments;
    return arguments;
}

std::vector<std::string>& stored_process() {
    static std::vector<std::string> arguments;
    return arguments;
}

int& stored_failure() {
    static int number = 0;
    return number;
}

// The bytes of the character that `text` begins with, as UTF-8 has it; 1 where it is none.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t length = byte(0) < 0xc2 ? 1 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
    if (length > text.size()) return 1;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return 1;
    }
    return length;
}

// C0 and C1 of ISO 6429, and DEL, but for the tab: a terminal obeys them. C1 is U+0080 to U+009F, or a byte
// that is no UTF-8.
bool is_control(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    if (character == "\t") return false;
    if (character.size() == 1) return byte(0) < 0x20 || (byte(0) >= 0x7f && byte(0) < 0xa0);
    return character.size() == 2 && byte(0) == 0xc2 && byte(1) < 0xa0;
}

// Words with the control characters that came in with names of files, columns and devices spelt out, as
// \x1b; but for what we put there ourselves: the ends of lines and, where `bold_is_ours`, those of bold().
std::string printable(std::string_view text, bool bold_is_ours) {
    std::string shown;
    while (!text.empty()) {
        std::size_t length = character_length(text);
        const bool styled = bold_is_ours && (text.starts_with(kBold) || text.starts_with(kPlain));
        if (styled) length = kBold.size();  // that of both
        const std::string_view character = text.substr(0, length);
        if (styled || character == "\n" || !is_control(character)) {
            shown += character;
        } else {
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(character.back()));
        }
        text.remove_prefix(length);
    }
    return shown;
}

}  // namespace

int put_whole(int fd, std::string_view bytes) {
    sigset_t pipe_signal, before, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    int failure = 0;
    while (!bytes.empty() && failure == 0) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EAGAIN) formats::wait_for_room(fd);
        if (written < 0 && errno != EINTR && errno != EAGAIN) failure = errno;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    if (sigismember(&pending, SIGPIPE) == 0) {  // take back what this call raised
        const timespec at_once{};
        while (sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return failure;
}

void tell(std::string_view text) {
    put_whole(STDERR_FILENO, text);
}

void keep_standard_descriptors() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number is this one. What should be read is opened to be written, and the reverse.
        [[maybe_unused]] const int opened = ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
    }
}

bool stdout_holds() {
    std::cout.flush();
    return std::cout.good() && std::fflush(stdout) == 0;
}

std::string one_line(std::string_view text) {
    std::string line = printable(text, false);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

void print_status(std::string_view line) {
    tell(fmt::format("rlecouple: {}\n", one_line(line)));
}

void print_error(std::string_view line) {
    print_status(line);
}

void print_warning(std::string_view line) {
    tell(fmt::format("rlecouple: warning: {}\n", one_line(line)));
}

void print_warnings(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) print_warning(line);
}

void say(std::string_view text, bool stdout_is_data) {
    const std::string words = printable(text, fancy(STDOUT_FILENO));
    if (stdout_is_data) return tell(words);
    std::fflush(stdout);
    const int failure = put_whole(STDOUT_FILENO, words);
    if (failure != 0 && stored_failure() == 0) stored_failure() = failure;
}

int lost_words() {
    return stored_failure();
}

void put(std::string_view data) {
    formats::write_text("-", data);
}

bool fancy(int fd) {
    const char* const no_color = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    const bool plain = terminal != nullptr && std::string_view(terminal) == "dumb";
    return isatty(fd) != 0 && !plain && (no_color == nullptr || *no_color == '\0');
}

std::string bold(std::string_view text) {
    return fancy(STDOUT_FILENO) ? fmt::format("{}{}{}", kBold, text, kPlain) : std::string(text);
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
