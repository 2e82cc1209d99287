#include <string>
#include <vector>

#include "formats/table.hpp"
#include "formats/text/csv.hpp"
#include "formats/writers.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using rle::formats::CsvScanner;
using rle::formats::Record;
using rle::formats::Table;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::string& text, char separator = ',') {
    CsvScanner scanner(text, separator);
    Rows rows;
    Record cells;
    while (scanner.next(cells)) rows.emplace_back(cells.begin(), cells.end());
    return rows;
}

bool begins_with_a(const std::vector<std::string>& header) {
    return header.front() == "a";
}

}  // namespace

TEST_CASE("records of RFC 4180") {
    CHECK(rows_of("a,b\n1,2\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows_of("a,b\r\n1,2\r\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows_of("a,,b\n,,\n") == Rows{{"a", "", "b"}, {"", "", ""}});
    CHECK(rows_of(" a , b\t\n\n  \n1,2") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows_of("\"a,1\",\"say \"\"hi\"\"\",\"\"\n") == Rows{{"a,1", "say \"hi\"", ""}});
    CHECK(rows_of("\"two\nlines\",x\ny,z\n") == Rows{{"two\nlines", "x"}, {"y", "z"}});
    CHECK(rows_of("\" kept \", cut \n") == Rows{{" kept ", "cut"}});
    CHECK(rows_of("\"a\",\"b\"\r\n1,2\r\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(rows_of("\"a\": 1,\"b\"\n") ==
          Rows{{"\"a\": 1", "b"}});  // behind a quote comes a separator, or it is none
    CHECK(rows_of("a;b\n\"1;2\";3\n", ';') == Rows{{"a", "b"}, {"1;2", "3"}});
}

TEST_CASE("a quote that nothing closes spoils its own line alone") {
    CHECK(rows_of("a,b\n\"1,2\n3,4\n") == Rows{{"a", "b"}, {"\"1", "2"}, {"3", "4"}});
}

TEST_CASE("many unclosed quotes take linear time") {
    std::string text = "\"x\n";
    while (text.size() < 4'000'000) text += "\"x,\n";
    // Each quote closes the one before; minutes, were each searched for to the end of the text.
    CHECK(rows_of(text).size() > 400'000);
}

TEST_CASE("the scanner knows its line, and whether the last one is torn") {
    const std::string text = "a\n\n\"b\nb\"\nc";
    CsvScanner scanner(text);
    Record cells;
    REQUIRE(scanner.next(cells));
    CHECK(scanner.line() == 1);
    REQUIRE(scanner.next(cells));
    CHECK(scanner.line() == 3);
    CHECK_FALSE(scanner.torn());
    REQUIRE(scanner.next(cells));
    CHECK(scanner.line() == 5);
    CHECK(scanner.torn());
}

TEST_CASE("what append_cell writes, the scanner reads back") {
    for (const std::string cell :
         {"plain", "a,b", "say \"hi\"", "two\nlines", " spaced ", "", "\r", "\"", "a\tb"}) {
        std::string line;
        rle::formats::append_cell(line, cell);
        line += ",end\n";
        CHECK(rows_of(line) == Rows{{cell, "end"}});
    }
}

TEST_CASE("a table gives whole rows and counts the rest") {
    const std::string text =
        "# started\nnoise\na,b,c\n1,2,3\n4,5\na,b,c\n6,7,8,,\n6,7,8,9\nKilled\n10,11,12\n13,14";
    auto table = Table::open(text, begins_with_a);
    REQUIRE(table);
    CHECK(table->header() == std::vector<std::string>{"a", "b", "c"});
    Record cells;
    Rows rows;
    while (table->next(cells, "x.csv")) rows.emplace_back(cells.begin(), cells.end());
    CHECK(rows == Rows{{"1", "2", "3"}, {"6", "7", "8"}, {"10", "11", "12"}});
    CHECK(table->skipped() == rle::Counts{{"malformed_line", 3}, {"repeated_header", 1}, {"torn_line", 1}});
}

TEST_CASE("rows may leave out the last columns if all of them do") {
    auto table = Table::open("a,b,c,d\n1,2,3\n4,5,6\n7,8\n9,10,11\n", begins_with_a);
    REQUIRE(table);
    Record cells;
    Rows rows;
    while (table->next(cells, "x.csv")) rows.emplace_back(cells.begin(), cells.end());
    CHECK(rows == Rows{{"1", "2", "3", ""}, {"4", "5", "6", ""}, {"9", "10", "11", ""}});
    CHECK(table->skipped().at("malformed_line") == 1);
}

TEST_CASE("another header in mid-file is an error that names the line") {
    auto table = Table::open("a,b\n1,2\na,c\n3,4\n", begins_with_a);
    REQUIRE(table);
    Record cells;
    REQUIRE(table->next(cells, "x.csv"));
    CHECK_THROWS_WITH(
        table->next(cells, "x.csv"),
        "x.csv:3: another header in the middle of the file; split the file there and give both parts");
}

TEST_CASE("cells of every length, at every place, come out as they stand") {
    // Lines of 0 to 200 characters, cut at each comma by hand; the last has no line end.
    std::string text;
    Rows expected;
    for (std::size_t length = 0; length <= 200; ++length) {
        for (const std::size_t first : {length / 3, length / 2, length}) {
            const std::string one(first, 'a'), other(length - first, 'b');
            text += one + ',' + other + '\n';
            expected.push_back({one, other});
        }
    }
    text.pop_back();
    CHECK(rows_of(text) == expected);
    // Again with a quoted cell now and then, which the scanner reads its other way.
    for (std::size_t i = 0; i < expected.size(); i += 7) expected[i][1] = "q,\n" + expected[i][1];
    text.clear();
    for (std::size_t i = 0; i < expected.size(); ++i)
        text += expected[i][0] + (i % 7 == 0 ? ",\"" + expected[i][1] + '"' : ',' + expected[i][1]) + '\n';
    CHECK(rows_of(text) == expected);
}

TEST_CASE("header names are compared without case, punctuation and unit") {
    using rle::formats::normal_name;
    CHECK(normal_name("GPU Temperature [degC]").name == "gpu_temperature");
    CHECK(normal_name("GPU Temperature [degC]").unit == "degc");
    CHECK(normal_name("temperature.gpu").name == "temperature_gpu");
    CHECK(normal_name(" power_draw (W) ").name == "power_draw");
    CHECK(normal_name(" power_draw (W) ").unit == "w");
    CHECK(normal_name("[x]").name == "x");
    CHECK(normal_name("").name.empty());
}
