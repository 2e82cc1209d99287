// Catch2 v2 wants its main compiled in; v3 brings one as a library (tests/CMakeLists.txt links it).
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
