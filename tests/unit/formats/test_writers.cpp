#include "formats/writers.hpp"

#include <cmath>
#include <random>

#include "formats/aligned_csv.hpp"
#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "formats/training/training_line.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

namespace {

using rle::kMissing;
using rle::test::TempDir;

bool same(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || a == b;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return same(x, y); });
}

rle::Training random_training(std::size_t n) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::lognormal_distribution<double> wild(0.0, 20.0);
    rle::Training out;
    const auto some = [&](double value) { return uniform(random) < 0.1 ? kMissing : value; };
    for (std::size_t i = 0; i < n; ++i) {
        out.wall_us.push_back(1761638400000000 + static_cast<std::int64_t>(i * 333333));
        out.t_s.push_back(some(wild(random)));
        out.step.push_back(some(static_cast<double>(i / 3)));  // several rows of one step stay several
        out.epoch.push_back(some(wild(random)));
        out.loss.push_back(some(uniform(random) - 0.5));
        out.grad_norm.push_back(i % 7 == 0 ? INFINITY : some(wild(random)));
        out.learning_rate.push_back(some(wild(random)));
    }
    return out;
}

// Two devices, two grid points; the second point of the second device lies in a gap.
rle::AlignedRows small_rows() {
    rle::AlignedRows rows;
    rows.devices = {"gpu", "c,pu"};
    rows.t_s = {0, 0, 0.5, 0.5};
    rows.wall_us = {1761638400408689, 1761638400408689, rle::kNoTime, rle::kNoTime};
    rows.device = {0, 1, 0, 1};
    rows.telemetry_row = {0, 1, 2, -1};
    rows.temp_c = {50, 40, 51, kMissing};
    rows.power_w = {100.25, 30, 101, kMissing};
    rows.util_pct = {50, 10, 100, kMissing};
    for (auto* column : {&rows.eta_util, &rows.eta_stability, &rows.a_load, &rows.tau_sustain_s,
                         &rows.rle_raw, &rows.rle, &rows.loss, &rows.learning_rate, &rows.epoch}) {
        *column = {0.25, kMissing, 0.5, kMissing};
    }
    rows.collapse = {1, 0, -1, -1};
    rows.grad_norm = {1.5, 1.5, 1e-7, 1e-7};
    rows.step = {100000, 100000, 100001, 100001};
    return rows;
}

rle::Telemetry telemetry_with(std::initializer_list<const char*> names) {
    rle::Telemetry out;
    for (const char* name : names) {
        out.others.emplace_back(name);
        for (const char* cell : {"a", "b \"b\"", "1,5"}) out.others.back().push_back(cell);
    }
    return out;
}

}  // namespace

TEST_CASE("aligned.csv is what the contract says, cell by cell") {
    const std::string header =
        "t_s,timestamp,device,temp_c,power_w,util_pct,eta_util,eta_stability,a_load,tau_sustain_s,rle_raw,"
        "rle,"
        "collapse,grad_norm,loss,learning_rate,step,epoch";
    const std::string csv = rle::formats::aligned_csv(small_rows(), telemetry_with({"fan_pct"}));
    CHECK(csv ==
          header + ",fan_pct\n" +
              "0,2025-10-28T08:00:00.408689Z,gpu,50,100.25,50,0.25,0.25,0.25,0.25,0.25,0.25,1,1.5,0.25,0.25,"
              "100000,"
              "0.25,a\n" +
              "0,2025-10-28T08:00:00.408689Z,\"c,pu\",40,30,10,,,,,,,0,1.5,,,100000,,\"b \"\"b\"\"\"\n" +
              "0.5,,gpu,51,101,100,0.5,0.5,0.5,0.5,0.5,0.5,,1e-07,0.5,0.5,100001,0.5,\"1,5\"\n" +
              "0.5,,\"c,pu\",,,,,,,,,,,1e-07,,,100001,,\n");
}

TEST_CASE("rows within a second, across one, before 1970 and without a time carry their own timestamps") {
    rle::AlignedRows rows = small_rows();
    rows.devices = {"gpu"};
    rows.device = {0, 0, 0, 0};
    const auto timestamps = [&](const std::vector<std::int64_t>& wall_us) {
        rows.wall_us = wall_us;
        const std::string csv = rle::formats::aligned_csv(rows, {});
        std::vector<std::string> out;
        for (std::size_t at = csv.find('\n') + 1; at < csv.size(); at = csv.find('\n', at) + 1) {
            const std::size_t cell = csv.find(',', at) + 1;
            out.push_back(csv.substr(cell, csv.find(',', cell) - cell));
        }
        return out;
    };
    CHECK(timestamps({-1, 0, 999'999, 1'000'000}) ==
          std::vector<std::string>{"1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00.000000Z",
                                   "1970-01-01T00:00:00.999999Z", "1970-01-01T00:00:01.000000Z"});
    CHECK(timestamps({1761638400408689, rle::kNoTime, 1761638400408690, 1761638399000000}) ==
          std::vector<std::string>{"2025-10-28T08:00:00.408689Z", "", "2025-10-28T08:00:00.408690Z",
                                   "2025-10-28T07:59:59.000000Z"});
}

TEST_CASE("the time a step takes stands last, where it was asked for") {
    rle::AlignedRows rows = small_rows();
    rows.step_time_s = {0.5, 0.5, rle::kMissing, rle::kMissing};
    const std::string csv = rle::formats::aligned_csv(rows, telemetry_with({"step_time_s"}));
    CHECK(csv.substr(0, csv.find('\n')).ends_with(",epoch,recorded_step_time_s,step_time_s"));
    CHECK(csv.find("0.25,a,0.5\n") != std::string::npos);
    CHECK(csv.find("\"1,5\",\n") != std::string::npos);
}

TEST_CASE("a carried column whose name is taken is called recorded_NAME") {
    const std::string csv =
        rle::formats::aligned_csv(small_rows(), telemetry_with({"rle", "recorded_rle", "rle"}));
    const std::string header = csv.substr(0, csv.find('\n'));
    CHECK(header.ends_with(",epoch,recorded_rle,recorded_recorded_rle,recorded_recorded_recorded_rle"));
}

TEST_CASE("training.csv: what is written is read, whatever the numbers") {
    const TempDir folder;
    const rle::Training written = random_training(2000);
    rle::formats::write_text(folder / "training.csv", rle::formats::training_csv(written));
    const rle::Training read = rle::formats::read_training(folder / "training.csv");
    CHECK(read.wall_us == written.wall_us);
    CHECK(same(read.t_s, written.t_s));
    CHECK(same(read.step, written.step));
    CHECK(same(read.epoch, written.epoch));
    CHECK(same(read.loss, written.loss));
    CHECK(same(read.grad_norm, written.grad_norm));
    CHECK(same(read.learning_rate, written.learning_rate));
    CHECK(read.warnings.empty());
}

TEST_CASE("aligned.csv comes back as a frame") {
    const TempDir folder;
    rle::formats::write_text(folder / "aligned.csv",
                             rle::formats::aligned_csv(small_rows(), telemetry_with({"note"})));
    const rle::Frame frame = rle::formats::read_frame(folder / "aligned.csv");
    CHECK(frame.t_s == std::vector<double>{0, 0, 0.5, 0.5});
    CHECK(frame.device == std::vector<std::string>{"gpu", "c,pu", "gpu", "c,pu"});
    REQUIRE(frame.find("power_w") != nullptr);
    CHECK(same(*frame.find("power_w"), {100.25, 30, 101, kMissing}));
    CHECK(same(*frame.find("collapse"), {1, 0, kMissing, kMissing}));
    CHECK(same(*frame.find("grad_norm"), {1.5, 1.5, 1e-7, 1e-7}));
    CHECK(frame.find("note") == nullptr);  // holds no number
    CHECK(frame.find("timestamp") == nullptr);
    CHECK(frame.warnings.empty());
}

TEST_CASE("one row of training.csv at a time is the same text as all at once") {
    const rle::Training all = random_training(20);
    std::string text(rle::formats::kTrainingHeader);
    text += '\n';
    for (std::size_t i = 0; i < all.size(); ++i) {
        rle::formats::append_training_row(
            text, all.wall_us[i], all.t_s[i],
            {rle::kNoTime, all.step[i], all.epoch[i], all.loss[i], all.grad_norm[i], all.learning_rate[i]});
    }
    CHECK(text == rle::formats::training_csv(all));
}
