// The manual's lag plot of two short series; the driver's rise at 2 s shows in the response at 3 s.
#include <cstdio>
#include <rlecouple/ccf.hpp>
#include <vector>

int main() {
    const std::vector<double> driver{1, 1, 4, 1, 2, 1, 1, 3}, response{9, 9, 9, 6, 9, 8, 9, 9};
    for (const rle::LagPoint& point : rle::cross_correlation(driver, response, 1.0, 2.0)) {
        if (point.r) std::printf("%+.0f s  r = %+.3f\n", point.lag_s, *point.r);
    }
}
