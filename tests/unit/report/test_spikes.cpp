#include "report/spikes.hpp"

#include <cmath>

#include "rlecouple/telemetry.hpp"
#include "support/catch.hpp"

using namespace rle;
using namespace rle::report;

namespace {

struct Spiky {
    std::vector<double> t_s, driver, response;
};

// Noise between 1 and 1.4 without spread of its own making; spikes of two samples every 50 s from t = 50.
Spiky spiky(std::size_t rows) {
    Spiky s;
    for (std::size_t i = 0; i < rows; ++i) {
        const bool spike = i >= 50 && i % 50 < 2;
        const bool after = i > 50 && i % 50 == 2;
        s.t_s.push_back(static_cast<double>(i));
        s.driver.push_back(spike ? 10.0 : 1.0 + 0.1 * static_cast<double>(i * 7 % 5));
        s.response.push_back(after ? 0.25 : 0.75);
    }
    return s;
}

}  // namespace

TEST_CASE("a spike is found once, where it begins") {
    const Spiky s = spiky(220);
    CHECK(find_spikes(s.t_s, s.driver) == std::vector<std::size_t>{50, 100, 150, 200});
}

TEST_CASE("the threshold is the published one") {
    // Window 1..11: median 6, MAD 3; 0.6745 (x - 6) / 3 > 3.5 from x > 21.567 on.
    std::vector<double> t_s, driver;
    for (int i = 1; i <= 11; ++i) {
        t_s.push_back(i);
        driver.push_back(i);
    }
    t_s.push_back(12);
    driver.push_back(21.56);
    CHECK(find_spikes(t_s, driver).empty());
    driver.back() = 21.58;
    CHECK(find_spikes(t_s, driver) == std::vector<std::size_t>{11});
}

TEST_CASE("neither a constant nor a short history makes spikes") {
    std::vector<double> t_s, constant, sparse;
    for (int i = 0; i < 100; ++i) {
        t_s.push_back(i);
        constant.push_back(1.0);
        sparse.push_back(i % 12 == 0 ? (i == 60 ? 50.0 : 1.0 + i) : kMissing);  // 3 values in any 30 s
    }
    CHECK(find_spikes(t_s, constant).empty());
    CHECK(find_spikes(t_s, sparse).empty());
}

TEST_CASE("the average around spikes is the mean change, with Student's interval") {
    // Three spikes; at offset 1 the responses change by -0.1, -0.2 and -0.3: mean -0.2, SD 0.1, t(2)
    // = 4.30265.
    std::vector<double> response(60, 0.5);
    response[11] = 0.4;
    response[31] = 0.3;
    response[51] = 0.2;
    const std::vector<std::size_t> spikes{10, 30, 50};
    const SpikeAverage a = average_around(spikes, response, 1.0, 5.0, 5.0);
    REQUIRE(a.offset_s.size() == 11);
    CHECK(a.spikes == 3);
    CHECK(a.offset_s[6] == 1.0);
    CHECK(a.mean[6] == Approx(-0.2));
    CHECK(a.high[6] - a.mean[6] == Approx(4.30265 * 0.1 / std::sqrt(3.0)));
    CHECK(a.mean[5] == Approx(0.0).margin(1e-12));
}

TEST_CASE("fewer than three spikes have no interval, and edges count what is there") {
    const std::vector<double> response(20, 0.5);
    const std::vector<std::size_t> spikes{2, 18};
    const SpikeAverage a = average_around(spikes, response, 1.0, 5.0, 5.0);
    CHECK(a.n.front() == 1);  // 5 s before: of the second alone
    CHECK(a.n.back() == 1);
    CHECK(std::isnan(a.low[5]));
    CHECK(average_around(std::vector<std::size_t>{0}, response, 1.0).spikes == 0);  // nothing before it
}

TEST_CASE("quantiles of Student's t are those of the tables") {
    // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2
    CHECK(student_t975(1) == Approx(12.706).epsilon(1e-4));
    CHECK(student_t975(10) == Approx(2.228).epsilon(1e-4 * 2));
    CHECK(student_t975(11) == Approx(2.201).epsilon(1e-4 * 2));
    CHECK(student_t975(30) == Approx(2.042).epsilon(1e-4 * 2));
    CHECK(student_t975(100) == Approx(1.984).epsilon(1e-4 * 2));
    CHECK(std::isnan(student_t975(0)));
}
