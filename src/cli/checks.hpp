// Checks of option values, in words that fit on a line. nan and infinity are no numbers to any of them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace rle::cli {

CLI::Validator positive_number();
CLI::Validator not_negative();
/// 0, 1, 2, ...: the parser itself takes -1 for the largest there is.
CLI::Validator whole_number();
CLI::Validator whole_number_in(unsigned long long low, unsigned long long high);
CLI::Validator number_in(double low, double high);
/// A temperature in degC that a machine or a room can have: -100 to 1000.
CLI::Validator temperature();

/// Throws CLI::ValidationError where an option of `command` that names a file or a folder was given no name.
void refuse_empty_names(const CLI::App& command);

/// Throws Error{usage} where an output is one of the inputs, or two outputs are one file: a recording that is
/// written over while it is read is lost. "-" and "" are no files.
void refuse_overwriting(const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);

}  // namespace rle::cli
