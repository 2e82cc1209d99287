// Catch2 as Debian packages it (v2, one header) or as newer systems have it (v3): the tests include this
// alone, and say plain Approx, as v2 has it.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
