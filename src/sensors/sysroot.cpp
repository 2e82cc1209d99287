#include "sensors/sysroot.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace rle::sensors {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "hwmon2" < "hwmon10": runs of digits compare as numbers.
bool natural_less(const std::string& a, const std::string& b) {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!is_digit(a[i]) || !is_digit(b[j])) {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i, ++j;
            continue;
        }
        unsigned long long x = 0, y = 0;
        const auto end_a = std::from_chars(a.data() + i, a.data() + a.size(), x);
        const auto end_b = std::from_chars(b.data() + j, b.data() + b.size(), y);
        if (x != y) return x < y;
        i = static_cast<std::size_t>(end_a.ptr - a.data());
        j = static_cast<std::size_t>(end_b.ptr - b.data());
    }
    return a.size() - i < b.size() - j;
}

}  // namespace

std::string errno_text(int error) {
    std::string text = std::strerror(error);
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::optional<double> leading_number(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) return std::nullopt;
    double value = 0.0;
    const auto parsed = std::from_chars(text.data() + start, text.data() + text.size(), value);
    if (parsed.ec != std::errc{}) return std::nullopt;
    return value;
}

std::filesystem::path SysRoot::locate(std::string_view path) const {
    while (!path.empty() && path.front() == '/') path.remove_prefix(1);
    return root_ / path;
}

std::vector<std::string> SysRoot::list(std::string_view folder) const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator it(locate(folder), error), end; !error && it != end;
         it.increment(error)) {
        names.push_back(it->path().filename().string());
    }
    std::sort(names.begin(), names.end(), natural_less);
    return names;
}

bool SysRoot::exists(std::string_view path) const {
    std::error_code error;
    return std::filesystem::exists(locate(path), error);
}

std::optional<std::string> SysRoot::text(std::string_view path) const {
    SysFile file(*this, std::string(path));
    const auto content = file.text();
    if (!content) return std::nullopt;
    const std::size_t end = content->find_last_not_of(" \t\n");
    return std::string(content->substr(0, end == std::string_view::npos ? 0 : end + 1));
}

std::optional<double> SysRoot::number(std::string_view path) const {
    return SysFile(*this, std::string(path)).number();
}

SysFile::SysFile(const SysRoot& root, std::string path, std::size_t most_bytes)
    : path_(std::move(path)), located_(root.locate(path_)), most_bytes_(most_bytes) {}

bool SysFile::open() {
    fd_.reset(::open(located_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd_) error_ = errno;
    return static_cast<bool>(fd_);
}

std::optional<std::string_view> SysFile::text() {
    if (!fd_ && !open()) return std::nullopt;
    buffer_.resize(most_bytes_);
    ssize_t got = ::pread(fd_.get(), buffer_.data(), buffer_.size(), 0);
    while (got < 0 && errno == EINTR) got = ::pread(fd_.get(), buffer_.data(), buffer_.size(), 0);
    if (got <= 0) {
        error_ = got < 0 ? errno : ENODATA;
        fd_.reset();
        return std::nullopt;
    }
    error_ = 0;
    return std::string_view(buffer_).substr(0, static_cast<std::size_t>(got));
}

std::optional<double> SysFile::number() {
    const auto content = text();
    if (!content) return std::nullopt;
    const auto value = leading_number(*content);
    if (!value) error_ = EINVAL;
    return value;
}

std::string SysFile::problem() const {
    return error_ == 0 ? std::string{} : path_ + ": " + errno_text(error_);
}

}  // namespace rle::sensors
