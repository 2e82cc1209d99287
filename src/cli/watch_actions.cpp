#include "cli/watch_actions.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "cli/record_child.hpp"
#include "cli/ui.hpp"
#include "rlecouple/error.hpp"
#include "sensors/sysroot.hpp"

extern char** environ;

namespace rle::cli {
namespace {

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

sensors::Fd open_process(const std::string& pid) {
    const std::optional<int> number = whole_number(pid);
    if (!number || *number <= 0) {
        throw Error(ErrorKind::usage, "--signal", fmt::format("'{}' is no process", pid),
                    "a process's number, or child for the command behind --");
    }
    // A descriptor stays with this very process, whoever gets its number next.
    sensors::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, *number, 0)));
    if (!process) {
        throw Error(ErrorKind::failed, "--signal " + pid,
                    errno == ESRCH ? "no such process" : sensors::errno_text(errno));
    }
    return process;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// Its own process group, default signals, no input, and stdout on our stderr: our stdout is for alarms.
int spawn(pid_t& pid, const std::string& program, std::vector<std::string> words,
          std::vector<std::string> variables) {
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    for (char** variable = environ; *variable != nullptr; ++variable) {
        if (strncmp(*variable, "RLE_", 4) != 0) variables.emplace_back(*variable);
    }
    const int error = posix_spawn(&pid, program.c_str(), &files, &attributes, pointers(words).data(),
                                  pointers(variables).data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

}  // namespace

std::vector<std::string> split_words(const std::string& text) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        in_word = true;
        if (quote != '\0' && c == quote) {
            quote = '\0';
        } else if (quote == '\0' && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
            words.back() += text[++i];
        } else {
            words.back() += c;
        }
    }
    if (quote != '\0')
        throw Error(ErrorKind::usage, "--exec", fmt::format("the quote {} is not closed", quote));
    return words;
}

int signal_number(const std::string& name) {
    if (const auto number = whole_number(name); number && *number > 0 && *number < NSIG) return *number;
    const std::string bare = name.starts_with("SIG") ? name.substr(3) : name;
    for (int number = 1; number < NSIG; ++number) {
        const char* known = sigabbrev_np(number);
        if (known != nullptr && bare == known) return number;
    }
    throw Error(ErrorKind::usage, "--signal", fmt::format("'{}' is no signal", name), "for instance USR1");
}

Actions::Actions(const ActionOptions& options, std::function<void(int)> to_child)
    : options_(options), to_child_(std::move(to_child)) {
    if (!options_.exec.empty()) {
        words_ = options_.shell ? std::vector<std::string>{"/bin/sh", "-c", options_.exec}
                                : split_words(options_.exec);
        if (words_.empty()) throw Error(ErrorKind::usage, "--exec", "is empty");
        program_ = find_program(words_.front(), "--exec").string();
    }
    if (options_.signal.empty()) return;
    signal_ = signal_number(options_.signal[1]);
    const bool child = options_.signal[0] == "child";
    if (child && !to_child_) {
        throw Error(ErrorKind::usage, "--signal child", "no command was started here",
                    "give one behind --, without -o");
    }
    if (!child) target_ = open_process(options_.signal[0]);
}

Actions::~Actions() {
    if (running_ > 0) waitpid(running_, nullptr, WNOHANG);  // it may finish what it does
}

std::string Actions::announce() const {
    std::string text;
    if (!program_.empty())
        text = running_ > 0 ? "exec left out: the last still runs" : "exec " + options_.exec;
    if (signal_ != 0) {
        text += fmt::format("{}signal {} to {}", text.empty() ? "" : ", ", options_.signal[1],
                            options_.signal[0]);
    }
    return options_.dry_run && !text.empty() ? "dry run: " + text : text;
}

void Actions::set_off(const formats::AlarmFacts& facts) {
    if (options_.dry_run) return;
    if (signal_ != 0) send();
    if (program_.empty()) return;
    look_after();
    if (running_ > 0) {
        ++left_out_;
    } else {
        start(facts);
    }
}

void Actions::send() {
    if (to_child_ && options_.signal[0] == "child") {
        to_child_(signal_);
    } else if (::syscall(SYS_pidfd_send_signal, target_.get(), signal_, nullptr, 0) != 0) {
        print_warning(fmt::format("--signal {}: {}", options_.signal[0],
                                  errno == ESRCH ? "the process has ended" : sensors::errno_text(errno)));
    }
}

void Actions::start(const formats::AlarmFacts& facts) {
    const int error = spawn(running_, program_, words_, formats::alarm_environment(facts));
    if (error == 0) return;
    running_ = -1;
    print_warning(fmt::format("--exec {}: {}", words_.front(), sensors::errno_text(error)));
}

void Actions::look_after() {
    int status = 0;
    if (running_ <= 0 || waitpid(running_, &status, WNOHANG) != running_) return;
    running_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        print_warning(fmt::format("--exec {}: exit status {}", words_.front(), WEXITSTATUS(status)));
    } else if (WIFSIGNALED(status)) {
        print_warning(fmt::format("--exec {}: ended by signal {}", words_.front(), WTERMSIG(status)));
    }
}

}  // namespace rle::cli
