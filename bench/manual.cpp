// The lag table of the manual's step 4 and nothing else, of a table that align wrote: what correlate does
// before its tests, so that bench/run.sh can time the job as a user of another tool would do it. bench_manual
// TABLE
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <utility>

#include "cli/memory.hpp"
#include "formats/readers.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/uniform_grid.hpp"

namespace {

void print_lags(const std::string& path) {
    constexpr double kMaxLag = 3.0;  // s
    rle::Frame table = rle::formats::read_frame(path, {"grad_norm", "temp_c"});
    const rle::UniformGrid grid = rle::uniform_grid(table.t_s, std::nullopt);
    const auto column = [&](const char* name) {
        const auto at = std::find(table.names.begin(), table.names.end(), name) - table.names.begin();
        return grid.place(std::move(table.columns.at(static_cast<std::size_t>(at))));
    };
    const std::vector<double> driver = column("grad_norm"), response = column("temp_c");
    const auto ccf = rle::manual_correlation(driver, response, grid.dt_s, kMaxLag).ccf;
    std::size_t both = 0;
    for (std::size_t i = 0; i < driver.size(); ++i)
        both += std::isfinite(driver[i]) && std::isfinite(response[i]);
    std::vector<double> r;
    for (const rle::LagPoint& point : ccf) r.push_back(point.r.value_or(NAN));
    fmt::print("{{\"n_samples\": {}, \"r\": [{}]}}\n", both, fmt::join(r, ", "));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fputs("usage: bench_manual TABLE\n", stderr), 2;
    rle::cli::keep_freed_memory();  // as correlate does
    try {
        print_lags(argv[1]);
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "bench_manual: %s\n", error.what()), 1;
    }
    return 0;
}
