// Errors that a user can act on: what is wrong, where, and what to do. The core throws them; main() alone
// prints them.
#pragma once

#include <stdexcept>
#include <string>

namespace rle {

/// The exit codes of the program, which scripts rely on.
enum class ErrorKind : int {
    failed = 1,             ///< it could not be done
    usage = 2,              ///< the command line is wrong
    check_failed = 3,       ///< a check did not hold
    insufficient_data = 4,  ///< the data cannot carry the question
};

/// One line for the user: "where: what; hint". `where` (a file, an option) and `hint` (what to do) may be
/// empty.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& where, const std::string& what, const std::string& hint = {});

    ErrorKind kind() const { return kind_; }
    int exit_code() const { return static_cast<int>(kind_); }

  private:
    ErrorKind kind_;
};

}  // namespace rle
