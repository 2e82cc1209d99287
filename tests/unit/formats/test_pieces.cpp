// Which formats are read in pieces, and that the pieces one after the other are the whole file: rows,
// devices, carried columns, counts, warnings.
#include <cmath>
#include <filesystem>
#include <set>

#include "formats/chain.hpp"
#include "formats/parts.hpp"
#include "formats/registry.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

namespace {

namespace fs = std::filesystem;
using rle::Telemetry;
using rle::Training;
using rle::formats::ReadOptions;
using rle::formats::Source;

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

void check_same(const Telemetry& a, const Telemetry& b) {
    CHECK(a.devices == b.devices);
    CHECK(a.device == b.device);
    CHECK(same(a.temp_c, b.temp_c));
    CHECK(same(a.power_w, b.power_w));
    CHECK(same(a.util_pct, b.util_pct));
    REQUIRE(a.others.size() == b.others.size());
    for (std::size_t c = 0; c < a.others.size(); ++c) {
        CHECK(a.others[c].name() == b.others[c].name());
        for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.others[c][i] == b.others[c][i]);
    }
}

void check_same(const Training& a, const Training& b) {
    CHECK(same(a.step, b.step));
    CHECK(same(a.epoch, b.epoch));
    CHECK(same(a.loss, b.loss));
    CHECK(same(a.grad_norm, b.grad_norm));
    CHECK(same(a.learning_rate, b.learning_rate));
}

template <class Stream>
void check_pieces(rle::formats::Pieces<Stream>& pieces, const Stream& whole) {
    Stream joined, piece;
    while (pieces.next(piece, 2)) rle::formats::append_rows(joined, piece, true);
    rle::formats::append_rows(joined, pieces.finish(), true);
    CHECK(pieces.holds());
    CHECK(joined.wall_us == whole.wall_us);
    CHECK(same(joined.t_s, whole.t_s));
    CHECK(joined.dropped == whole.dropped);
    CHECK(joined.warnings == whole.warnings);
    CHECK(joined.times_made == whole.times_made);
    check_same(joined, whole);
}

// The samples that cannot be read in pieces; all others are compared.
template <class Open, class Read>
std::set<std::string> read_whole(const std::string& folder, const Open& open, const Read& read) {
    ReadOptions options;
    options.start_us = 1790596800'000000;
    options.step_seconds = 1.0;
    std::set<std::string> whole;
    for (const auto& entry : fs::directory_iterator(std::string(RLE_TEST_DATA) + "/" + folder)) {
        const std::string text = rle::test::read_file(entry.path());
        const std::string name = entry.path().string();
        INFO(name);
        const Source source{text, name, options};
        const auto pieces = open(source);
        if (pieces) check_pieces(*pieces, read(source));
        if (!pieces) whole.insert(entry.path().filename().string());
    }
    return whole;
}

Source source_of(const std::string& text, const ReadOptions& options) {
    return {text, "log", options};
}

}  // namespace

TEST_CASE("telemetry is read in pieces, but for JSON and what exporters show") {
    CHECK(read_whole("telemetry", rle::formats::open_telemetry_text, rle::formats::read_telemetry_text) ==
          std::set<std::string>{"dcgm_exporter.txt", "lines.jsonl", "prometheus.json",
                                "prometheus_node_exporter.json"});
}

TEST_CASE("training logs are read in pieces, but for TensorBoard's") {
    CHECK(read_whole("training", rle::formats::open_training_text, rle::formats::read_training_text) ==
          std::set<std::string>{"events.out.tfevents"});
}

TEST_CASE("a log whose times come late does not hold in pieces") {
    ReadOptions options;
    options.start_us = 1790596800'000000;
    options.step_seconds = 1.0;
    const std::string text = "t_s,grad_norm\n,1\n,2\n,3\n4,4\n";
    const Source source = source_of(text, options);
    const auto pieces = rle::formats::open_training_text(source);
    REQUIRE(pieces);
    Training piece;
    REQUIRE(pieces->next(piece, 2));
    CHECK(piece.wall_us[1] == *options.start_us + 1'000'000);
    while (pieces->next(piece, 2)) continue;
    pieces->finish();
    CHECK(!pieces->holds());
    CHECK(rle::formats::read_training_text(source).wall_us[1] == rle::kNoTime);
}

TEST_CASE("a chain of files whose beginnings say too little does not hold") {
    std::string late = "timestamp,t_s,temp_c,power_w\n";
    for (int i = 0; i < 2000; ++i) late += ",0,50,100\n";
    late += "1790596800,2000,50,100\n";
    const std::string plain = "timestamp,t_s,temp_c,power_w\n1790594801,1,50,100\n1790594802,2,50,100\n";
    const ReadOptions options;
    const Source first = source_of(late, options), second = source_of(plain, options);
    const auto pieces = rle::formats::chain(std::vector<rle::formats::OpenPart<Telemetry>>{
                                                [&] { return rle::formats::open_telemetry_text(first); },
                                                [&] { return rle::formats::open_telemetry_text(second); }},
                                            {"first", "second"});
    REQUIRE(pieces);
    Telemetry piece;
    std::size_t rows = 0;
    for (; pieces->next(piece, 500); rows += piece.size()) continue;
    pieces->finish();
    CHECK(rows == 2003);
    CHECK(!pieces->holds());
}
