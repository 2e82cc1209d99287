// fmt, compiled once, for programs that carry it with them where a system has it as a shared library alone
// (cmake/static_runtime.cmake, which links the shared one where a version of fmt wants more than this): what
// its headers declare without FMT_HEADER_ONLY, and the templates that they leave to the library.
#include <fmt/format-inl.h>

namespace numbers = fmt::detail::dragonbox;

template numbers::decimal_fp<float> numbers::to_decimal(float);
template numbers::decimal_fp<double> numbers::to_decimal(double);
template char fmt::detail::decimal_point_impl(fmt::detail::locale_ref);
template fmt::detail::thousands_sep_result<char> fmt::detail::thousands_sep_impl(fmt::detail::locale_ref);
template std::locale fmt::detail::locale_ref::get<std::locale>() const;
