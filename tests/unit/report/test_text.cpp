#include "report/text.hpp"

#include <fmt/format.h>

#include <limits>

#include "rlecouple/telemetry.hpp"
#include "support/catch.hpp"

using namespace rle;
using namespace rle::report;

TEST_CASE("numbers read as people write them and never as nan") {
    CHECK(number(0.0) == "0");
    CHECK(number(-0.714) == "-0.714");
    CHECK(number(12.345, 3) == "12.3");
    CHECK(number(1234567.0, 3) == "1234567");
    CHECK(number(2.5e-7) == "2.50e-07");
    CHECK(number(kMissing) == "");
    CHECK(number(std::optional<double>{}) == "");
    CHECK(interval(Interval{-1.3, -0.8}) == "[-1.30, -0.800]");
    CHECK(p_value(3e-9) == "< 0.0001");
    CHECK(p_value(0.0432) == "0.043");
    CHECK(p_value(std::nullopt) == "");
    CHECK(signed_percent(0.0238) == "+2.4 %");
    CHECK(signed_percent(-0.5) == "-50.0 %");
    CHECK(signed_percent(-1e-6) == "0.0 %");
    CHECK(interval(Interval{2.998, 3.004}) == "[2.998, 3.004]");  // both 3.00 in three digits
    CHECK(interval(Interval{3.0, 3.0}) == "[3.00]");
    CHECK(interval(Interval{8.0 - 1e-12, 8.0 + 1e-12}) == "[8.00]");
    CHECK(p_text(3e-9) == "p < 0.0001");
    CHECK(p_text(0.67) == "p = 0.670");
    CHECK(plain(200.0) == "200");
    CHECK(plain(kMissing) == "");
}

// The general formatter of another library is the second opinion.
TEST_CASE("a drawing's numbers are those of the general formatter") {
    using Limits = std::numeric_limits<double>;
    for (const double x : {0.0, -0.0, 0.05, 0.15, 0.25, 1.0, -3.45, 99.95, 123456.5, 1234567.0, 1e-5, 2.5e-7,
                           1e22, -1e300, Limits::max(), Limits::denorm_min()}) {
        INFO(x);
        std::string fixed = "M", general;
        append_fixed(fixed, x, 1);
        CHECK(fixed == fmt::format("M{:.1f}", x));
        for (const int digits : {6, 10}) {
            general.clear();
            append_general(general, x, digits);
            CHECK(general == fmt::format("{:.{}g}", x, digits));
        }
    }
}

TEST_CASE("markup in foreign text stays text") {
    CHECK(escape_html("<script>alert('x')</script>&\"") ==
          "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;");
    CHECK(escape_markdown("a|b [x](y) <i> `c`\n# d") == "a\\|b \\[x\\](y) &lt;i> \\`c\\` \\# d");
    CHECK(quote_json("</script><!--\"\\") == "\"\\u003c/script\\u003e\\u003c!--\\\"\\\\\"");
}

TEST_CASE("bytes that are no UTF-8, controls and direction marks are replaced") {
    CHECK(clean("ok \xC3\xA9") == "ok \xC3\xA9");
    CHECK(clean("a\xFFz") == "a\xEF\xBF\xBDz");
    CHECK(clean("\xC3") == "\xEF\xBF\xBD");
    CHECK(clean("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
    CHECK(clean("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // an overlong slash
    CHECK(clean(std::string("a\0b\x1B[31m", 7)) == "a b [31");
    CHECK(clean("a\xE2\x80\xAEz") == "a z");  // right-to-left override
    CHECK(clean("\xF0\x9F\x94\xA5") == "\xF0\x9F\x94\xA5");
}

TEST_CASE("a command line can be pasted back into a shell") {
    CHECK(shell_line({"rlecouple", "report", "my results/"}) == "rlecouple report 'my results/'");
    CHECK(shell_word("it's") == "'it'\\''s'");
    CHECK(shell_word("") == "''");
    CHECK(shell_word("$(rm)") == "'$(rm)'");
}
