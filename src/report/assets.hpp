// Text that is built into the program: the style sheet, the script, and dygraphs where the system had it at
// build time.
#pragma once

#include <string_view>

namespace rle::report {

std::string_view style_css();
std::string_view charts_js();
/// dygraphs and its style sheet; empty where it was not there when the program was built: reports have static
/// charts then.
std::string_view dygraphs_js();
std::string_view dygraphs_css();

}  // namespace rle::report
