#include "rlecouple/error.hpp"

namespace rle {
namespace {

std::string one_line(const std::string& where, const std::string& what, const std::string& hint) {
    std::string line = where.empty() ? what : where + ": " + what;
    if (!hint.empty()) line += "; " + hint;
    for (char& c : line) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return line;
}

}  // namespace

Error::Error(ErrorKind kind, const std::string& where, const std::string& what, const std::string& hint)
    : std::runtime_error(one_line(where, what, hint)), kind_(kind) {}

}  // namespace rle
