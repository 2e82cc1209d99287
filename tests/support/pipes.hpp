// The reading end of a pipe to a program that a test started by itself.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

namespace rle::test {

// What comes until the other end is closed; then this one is closed, too.
inline std::string read_to_end(int fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = read(fd, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    close(fd);
    return text;
}

// The exit code of a child that ends by itself.
inline int exit_code_of(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

}  // namespace rle::test
