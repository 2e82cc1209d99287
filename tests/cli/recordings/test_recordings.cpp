// align and correlate on real recordings, against tests/oracle/recordings.json.
#include <algorithm>
#include <cmath>

#include "recordings.hpp"
#include "support/catch.hpp"

using namespace recordings;
using nlohmann::json;

namespace {

std::size_t present(const std::vector<double>& a, const std::vector<double>& b) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < a.size(); ++i) n += !std::isnan(a[i]) && !std::isnan(b[i]);
    return n;
}

std::vector<double> without_missing(std::vector<double> values) {
    values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
                 values.end());
    return values;
}

void check_lags(const json& manual, const json& expected) {
    REQUIRE(manual.at("ccf").size() == expected.at("ccf").size());
    for (std::size_t i = 0; i < expected.at("ccf").size(); ++i) {
        const json& point = manual.at("ccf")[i];
        const json& right = expected.at("ccf")[i];
        INFO("lag " << right.at("lag_s") << " s: found " << point << ", expected " << right);
        CHECK(same(point.at("lag_s"), right.at("lag_s")));
        CHECK(same(point.at("r"), right.at("r")));
        CHECK(point.at("n") == right.at("n"));
    }
    CHECK(same(manual.at("r_peak"), expected.at("r_peak")));
    CHECK(same(manual.at("t_lag_s"), expected.at("t_lag_s")));
}

}  // namespace

TEST_CASE("the grid, RLE and the gradient norm on it are the oracle's", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    for (const auto& [name, expected] : oracle().items()) {
        const Aligned aligned(*root, name);
        for (const auto& [device, right] : expected.at("devices").items()) {
            INFO(name << ", " << device);
            const std::vector<double> rle = aligned.column("rle", device);
            const std::vector<double> norm = aligned.column("grad_norm", device);
            CHECK(rle.size() == right.at("n_grid"));
            const std::vector<double> known = without_missing(rle);
            REQUIRE_FALSE(known.empty());
            double sum = 0.0;
            for (const double value : known) sum += value;
            CHECK(same(sum / static_cast<double>(known.size()), right.at("rle").at("mean")));
            CHECK(same(*std::max_element(known.begin(), known.end()), right.at("rle").at("max")));
            CHECK(same(*std::min_element(known.begin(), known.end()), right.at("rle").at("min")));
            if (right.contains("correlation")) {
                CHECK(present(rle, norm) == right.at("correlation").at("rle").at("n_samples"));
            } else {
                CHECK(without_missing(norm).empty());
            }
        }
    }
}

TEST_CASE("rows with both streams, and how far apart their halves lie, are the oracle's", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    constexpr double kMicroseconds = 2e-6;  // the log's epochs end in halves of one, which round either way
    for (const auto& [name, expected] : oracle().items()) {
        if (!expected.contains("align")) continue;
        INFO(name);
        const json found = Aligned(*root, name).align_json();
        const json& right = expected.at("align");
        CHECK(found.at("n_samples") == right.at("n_samples"));
        for (const char* key : {"median_abs_dt_s", "p95_abs_dt_s", "max_abs_dt_s"}) {
            INFO(key << ": found " << found.at("pairing").at(key) << ", expected " << right.at(key));
            CHECK(std::abs(found.at("pairing").at(key).get<double>() - right.at(key).get<double>()) <
                  kMicroseconds);
        }
    }
}

TEST_CASE("every r of the lag table is the oracle's", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    for (const auto& [name, expected] : oracle().items()) {
        if (!expected.contains("align")) continue;
        const Aligned aligned(*root, name);
        for (const auto& [device, right] : expected.at("devices").items()) {
            for (const auto& [response, correlation] : right.at("correlation").items()) {
                INFO(name << ", " << device << ", " << response);
                const json found =
                    aligned.stage({"correlate", "--response", response, "--max-lag", "3"}, device);
                CHECK(found.at("n_samples") == correlation.at("n_samples"));
                check_lags(found.at("manual"), correlation);
                CHECK(same(found.at("sigma_opt"), right.at("sigma_opt")));
            }
        }
    }
}

TEST_CASE("--stability util reproduces the recorded rle_raw", "[recordings]") {
    const auto root = folder();
    if (!root) return;
    const json& right = oracle().at("gpu_burn_desktop").at("reproduction");
    // On a grid much finer than the sampling every telemetry sample is met, so that all rows are compared.
    const Aligned aligned(*root, "gpu_burn_desktop", "10",
                          {"--stability", "util", "--sustain", "limit", "--slope-window", "1"});
    const std::vector<double> ours = aligned.column("rle_raw", "gpu");
    const std::vector<double> theirs = aligned.column("recorded_rle_raw", "gpu");
    // A sample fills some ten grid rows; consecutive samples never repeat both values.
    std::size_t rows = 0, off = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        if (std::isnan(theirs[i])) continue;
        const bool again =
            i > 0 && theirs[i] == theirs[i - 1] && (ours[i] == ours[i - 1] || std::isnan(ours[i]));
        if (again) continue;
        ++rows;
        off += !(std::abs(ours[i] / theirs[i] - 1.0) <= 0.005);
    }
    CHECK(rows == right.at("rows"));
    CHECK(off == right.at("off_by_over_half_percent"));
}
