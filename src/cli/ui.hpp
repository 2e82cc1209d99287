// What people see: results on stdout (or stderr, where stdout carries data), progress and warnings on stderr.
// No word here makes a terminal do anything: control characters that come with the names in files are spelt
// out.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rle::cli {

/// Text on stderr, byte by byte: what draws on the terminal. A stderr that is closed, full or without a
/// reader loses the words and nothing else.
void tell(std::string_view text);
/// Writes everything, and does not die of a reader that has gone; 0, or the number of the error (errno).
int put_whole(int fd, std::string_view bytes);
/// Puts something in the place of stdin, stdout and stderr where they are closed, so that no file that is
/// opened later gets their number: reading and writing them fail, but for stderr, which swallows.
void keep_standard_descriptors();
/// Whether what went to stdout has arrived there so far.
bool stdout_holds();

/// `text` on one line that no terminal obeys: control characters are spelt out, as \x1b.
std::string one_line(std::string_view text);
/// "rlecouple: ..." on stderr, one line.
void print_status(std::string_view line);
void print_error(std::string_view line);
/// "rlecouple: warning: ..." on stderr, one line.
void print_warning(std::string_view line);
void print_warnings(const std::vector<std::string>& lines);

/// Words for people. With `stdout_is_data` (-o -) they go to stderr, so that nothing but the data is on
/// stdout. A stdout that does not take them stops no work: lost_words() tells of it.
void say(std::string_view text, bool stdout_is_data = false);
/// The number of the first error (errno) that words met on stdout; 0 where all arrived.
int lost_words();
/// Data on stdout, as they are. Throws Error{failed} where they do not arrive.
void put(std::string_view data);

/// A terminal that wants colours and bars: a tty, and NO_COLOR is not set (or set to nothing).
bool fancy(int fd);
/// `text` in bold, where stdout is such a terminal.
std::string bold(std::string_view text);

/// Keeps argv; returns what stands before the first "--", without the program's name.
std::vector<std::string> remember_command_line(int argc, char** argv);
/// argv as it was given, for session.json and the reports.
const std::vector<std::string>& command_line();
/// What stands behind the first "--": the training process to start. Empty where there is none.
const std::vector<std::string>& trailing_process();

}  // namespace rle::cli
