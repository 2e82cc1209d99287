// Windows that slide, held to sums taken anew for each sample.
#include "core/maths/sliding.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace rle;

namespace {

struct Sample {
    double t, y;
};

std::vector<Sample> samples_with_gaps() {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> step(0.05, 0.15), value(40.0, 90.0);
    std::vector<Sample> out;
    double t = 0.0;
    for (int i = 0; i < 3000; ++i) {
        t += i % 500 == 499 ? 40.0 : step(random);
        out.push_back({t, value(random)});
    }
    return out;
}

std::vector<Sample> in_window(const std::vector<Sample>& samples, std::size_t end, double width) {
    std::vector<Sample> out;
    for (std::size_t i = 0; i <= end; ++i) {
        if (samples[i].t > samples[end].t - width) out.push_back(samples[i]);
    }
    return out;
}

}  // namespace

TEST_CASE("sliding moments and lines are those of the samples in the window") {
    const std::vector<Sample> samples = samples_with_gaps();
    for (const double width : {0.01, 1.0, 5.0, 60.0}) {
        SlidingWindow<Moments> moments(width);
        SlidingWindow<LineSums> lines(width);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            moments.push(samples[i].t, Moments::of(samples[i].y));
            lines.push(samples[i].t, LineSums::of(samples[i].t, samples[i].y));
            if (i % 37 != 0 && i % 500 > 3) continue;
            const std::vector<Sample> window = in_window(samples, i, width);
            const auto n = static_cast<double>(window.size());
            double mean_t = 0.0, mean_y = 0.0, yy = 0.0, tt = 0.0, ty = 0.0;
            for (const Sample& s : window) {
                mean_t += s.t / n;
                mean_y += s.y / n;
            }
            for (const Sample& s : window) {
                yy += (s.y - mean_y) * (s.y - mean_y);
                tt += (s.t - mean_t) * (s.t - mean_t);
                ty += (s.t - mean_t) * (s.y - mean_y);
            }
            REQUIRE(moments.total().n == n);
            REQUIRE(lines.total().n == n);
            CHECK(moments.total().mean == Approx(mean_y).epsilon(1e-12));
            CHECK(moments.total().m2 == Approx(yy).epsilon(1e-10).margin(1e-9));
            CHECK(lines.total().tt == Approx(tt).epsilon(1e-9).margin(1e-9));
            CHECK(lines.total().ty == Approx(ty).epsilon(1e-9).margin(1e-8));
        }
    }
}

TEST_CASE("a window that nothing enters runs empty") {
    SlidingWindow<Moments> window(5.0);
    for (int i = 0; i < 10; ++i) window.push(i, Moments::of(1.0));
    window.advance(9.5);
    CHECK(window.total().n == 5.0);  // 5, 6, 7, 8, 9
    window.advance(14.0);
    CHECK(window.total().n == 0.0);
    window.push(15.0, Moments::of(2.0));
    CHECK(window.total().mean == 2.0);
}
