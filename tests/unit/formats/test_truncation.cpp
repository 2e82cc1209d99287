// A law of every reader: a file that was cut at any byte gives rows of the whole file, from its beginning on,
// or an error; never a row that the whole file does not have. But for the last cell of a table: where the cut
// left what may be a whole number, that number is taken, and a warning says so.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "formats/parts.hpp"
#include "formats/registry.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

namespace {

namespace fs = std::filesystem;

bool same(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || a == b;
}

bool tells_of_last_cell(const std::vector<std::string>& warnings) {
    return std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
        return warning.find("the last line has no end; it is taken for whole") != std::string::npos;
    });
}

// `scattered`: a row's readings stand in many lines, so that those of the last time may still lack some.
void check_rows(const rle::Telemetry& part, const rle::Telemetry& whole, bool scattered) {
    REQUIRE(part.size() <= whole.size());
    const auto may_lack = [&](std::size_t i, bool lacks) {
        return scattered && lacks && part.wall_us[i] == part.wall_us.back();
    };
    std::size_t cut = 0;  // cells of the last row that are another number
    const auto check = [&](std::size_t i, bool agree) {
        if (i + 1 == part.size()) {
            cut += agree ? 0 : 1;
        } else {
            REQUIRE(agree);
        }
    };
    for (std::size_t i = 0; i < part.size(); ++i) {
        REQUIRE(part.wall_us[i] == whole.wall_us[i]);
        REQUIRE(same(part.t_s[i], whole.t_s[i]));
        REQUIRE(part.devices[part.device[i]] == whole.devices[whole.device[i]]);
        for (const auto column :
             {&rle::Telemetry::temp_c, &rle::Telemetry::power_w, &rle::Telemetry::util_pct}) {
            const double value = (part.*column)[i];
            check(i, same(value, (whole.*column)[i]) || may_lack(i, std::isnan(value)));
        }
    }
    for (const rle::TextColumn& column : part.others) {
        const rle::TextColumn* const same_column = whole.other(column.name());
        REQUIRE(same_column != nullptr);
        for (std::size_t i = 0; i < part.size(); ++i)
            check(i, column[i] == (*same_column)[i] || may_lack(i, column[i].empty()));
    }
    REQUIRE(cut <= (tells_of_last_cell(part.warnings) ? 1 : 0));
}

void check_rows(const rle::Training& part, const rle::Training& whole, bool /*scattered*/) {
    REQUIRE(part.size() <= whole.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
        const bool last = i + 1 == part.size();  // of which other rows may tell more
        const std::size_t may_be_cut = tells_of_last_cell(part.warnings) ? 1 : 0;
        std::size_t cut = 0;
        const auto agree = [&](const std::vector<double>& a, const std::vector<double>& b) {
            return same(a[i], b[i]) || (last && (std::isnan(a[i]) || ++cut <= may_be_cut));
        };
        REQUIRE(part.wall_us[i] == whole.wall_us[i]);
        REQUIRE(agree(part.step, whole.step));
        REQUIRE(agree(part.epoch, whole.epoch));
        REQUIRE(agree(part.loss, whole.loss));
        REQUIRE(agree(part.grad_norm, whole.grad_norm));
        REQUIRE(agree(part.learning_rate, whole.learning_rate));
    }
}

// Cuts every sample below `folder` at every byte; returns how many cuts gave rows.
template <class Read>
std::size_t cut_everywhere(const std::string& folder, const Read& read) {
    rle::formats::ReadOptions options;
    options.start_us = 1790596800'000000;
    options.step_seconds = 1.0;
    std::size_t files = 0;
    std::size_t with_rows = 0;
    for (const auto& entry : fs::recursive_directory_iterator(std::string(RLE_TEST_DATA) + "/" + folder)) {
        if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
        const std::string text = rle::test::read_file(entry.path());
        ++files;
        INFO(entry.path());
        const std::string name = entry.path().string();  // MLflow names its metric by the file
        const auto whole = read({text, name, options});
        const bool scattered = entry.path().filename() == "dcgm_exporter.txt";
        for (std::size_t length = 0; length < text.size(); ++length) {
            INFO("cut at " << length);
            try {
                const auto part = read({std::string_view(text).substr(0, length), name, options});
                check_rows(part, whole, scattered);
                ++with_rows;
            } catch (const rle::Error&) {
                continue;  // an answer as well
            }
        }
    }
    CHECK(files > 2);
    return with_rows;
}

// As align reads what does not fit into memory: in pieces where that holds, else whole.
template <class Stream>
Stream in_pieces(std::unique_ptr<rle::formats::Pieces<Stream>> pieces, const std::function<Stream()>& whole) {
    if (!pieces) return whole();
    Stream all, piece;
    while (pieces->next(piece, 2)) rle::formats::append_rows(all, piece, true);
    const Stream head = pieces->finish();
    if (!pieces->holds()) return whole();
    rle::formats::append_rows(all, head, true);
    return all;
}

}  // namespace

TEST_CASE("telemetry cut at any byte gives the rows before the cut or an error") {
    CHECK(cut_everywhere("telemetry", rle::formats::read_telemetry_text) > 100);
}

TEST_CASE("training logs cut at any byte give the rows before the cut or an error") {
    CHECK(cut_everywhere("training", rle::formats::read_training_text) > 100);
}

TEST_CASE("so do pieces of telemetry") {
    const auto read = [](const rle::formats::Source& source) {
        return in_pieces<rle::Telemetry>(rle::formats::open_telemetry_text(source),
                                         [&] { return rle::formats::read_telemetry_text(source); });
    };
    CHECK(cut_everywhere("telemetry", read) > 100);
}

TEST_CASE("so do pieces of training logs") {
    const auto read = [](const rle::formats::Source& source) {
        return in_pieces<rle::Training>(rle::formats::open_training_text(source),
                                        [&] { return rle::formats::read_training_text(source); });
    };
    CHECK(cut_everywhere("training", read) > 100);
}
