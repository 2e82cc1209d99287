// Text of a report: numbers as people read them, and foreign text made harmless.
// Numbers never depend on the locale; a missing number is an empty string, never "nan".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rlecouple/correlation.hpp"
#include "rlecouple/interval.hpp"

namespace rle::report {

/// `x` with `digits` significant digits, in fixed notation where that is readable; empty for NaN and
/// infinity.
std::string number(double x, int digits = 3);
std::string number(const std::optional<double>& x, int digits = 3);
/// A drawing's thousands of finite numbers: as "{:.1f}" and "{:.6g}" give them with these decimals or digits.
void append_fixed(std::string& out, double x, int decimals);
void append_general(std::string& out, double x, int digits);
/// A number that somebody chose (a rate, a limit): as short as it was given.
std::string plain(double x);
/// "[low, high]" with as many more digits as tell the ends apart, "[low]" where nine do not; empty where it
/// is missing.
std::string interval(const std::optional<Interval>& x, int digits = 3);
/// A p-value: "< 0.0001" below that, else two significant digits.
std::string p_value(const std::optional<double>& p);
/// Of a test, "<= 0.001" where no draw came near.
std::string p_value(const TestedCorrelation& tested);
/// "p = 0.043", "p < 0.0001", "p <= 0.001"; empty where it is missing.
std::string p_text(const std::optional<double>& p);
std::string p_text(const TestedCorrelation& tested);
/// A fraction as per cent with one decimal and its sign: "+1.2 %".
std::string signed_percent(const std::optional<double>& fraction);

/// "driver_leads" in words, with the names of the columns.
std::string causal_order_text(CausalOrder order, std::string_view driver, std::string_view response);
std::string_view strength_text(Strength strength);

/// Valid UTF-8 without control characters: bytes that are none become U+FFFD, line ends become spaces.
std::string clean(std::string_view text);
/// `text` for HTML content and quoted attributes.
std::string escape_html(std::string_view text);
/// `text` for a cell of a Markdown table: stays one line, starts no markup.
std::string escape_markdown(std::string_view text);
/// `text` inside a JSON string that stands in an HTML script element; with its quotes.
std::string quote_json(std::string_view text);
/// `word` as a shell takes it back, quoted where needed.
std::string shell_word(std::string_view word);
/// A command line that can be pasted into a shell.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace rle::report
