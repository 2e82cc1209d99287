// The table that the stages of one analysis share: what they get is what was read, to the last bit.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "cli/table.hpp"
#include "support/catch.hpp"

using namespace rle;
using namespace rle::cli;

namespace {

constexpr std::size_t kLong = 150000;  // rows, so many that columns are packed

// Bit for bit, but for the payload of a missing value.
bool same(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;
        if (std::memcmp(&a[i], &b[i], sizeof(double)) != 0) return false;
    }
    return true;
}

std::vector<double> column(double first, double step, double last) {
    std::vector<double> values(kLong);
    for (std::size_t i = 0; i < kLong; ++i) values[i] = first + step * static_cast<double>(i % 200);
    values[7] = kMissing;
    values.back() = last;
    return values;
}

Frame table() {
    Frame frame;
    frame.t_s = column(0.0, 0.1, 1e6);
    frame.names = {"util_pct", "step", "power_w", "loss"};
    frame.columns = {column(-100.0, 1.0, 0.0), column(1.0, 5000.0, 16777216.0), column(60.0, 0.1, 1e300),
                     column(0.0, 1.0, 2.5)};
    frame.warnings = {"a.csv: column 'loss': 3 cells are no number; missing", "a.csv: 2 torn lines"};
    return frame;
}

}  // namespace

TEST_CASE("a column that lies by comes back as it was") {
    const double low = std::numeric_limits<double>::denorm_min(),
                 inf = std::numeric_limits<double>::infinity();
    for (const double last :
         {0.0, -0.0, 127.0, -127.0, -128.0, 128.0, 0.5, 0.1, 16777217.0, 1e39, low, inf, -inf}) {
        for (const double step : {1.0, 0.25, 0.1}) {
            const std::vector<double> values = column(-70.0, step, last);
            KeptColumn kept(values);
            INFO("last " << last << ", step " << step);
            CHECK(same(kept.copy(), values));
            CHECK(same(kept.take(), values));
            CHECK(kept.copy().empty());
        }
    }
}

TEST_CASE("every stage gets its columns, the last one those that nobody else needs, too") {
    const Frame whole = table();
    const std::vector<StagesTable::Names> stages{
        {"power_w", "power_w", "absent"}, {"util_pct", "power_w"}, {"step", "power_w", "loss"}};
    CHECK(StagesTable::all_of(stages) ==
          std::vector<std::string>{"absent", "loss", "power_w", "step", "util_pct"});
    StagesTable shared(whole, stages);
    const Frame first = shared.take(stages[0]);
    CHECK(first.names == std::vector<std::string>{"power_w"});
    CHECK(same(first.columns[0], whole.columns[2]));
    CHECK(all_names(first) == all_names(whole));
    CHECK(first.warnings == std::vector<std::string>{"a.csv: 2 torn lines"});  // loss is not its column
    const Frame second = shared.take(stages[1]);
    CHECK(same(second.columns[0], whole.columns[0]));
    CHECK(same(second.columns[1], whole.columns[2]));
    const Frame third = shared.take(stages[2]);
    CHECK(same(third.t_s, whole.t_s));
    CHECK(same(*third.find("step"), whole.columns[1]));
    CHECK(same(*third.find("power_w"), whole.columns[2]));
    CHECK(same(*third.find("loss"), whole.columns[3]));
    CHECK(third.warnings == whole.warnings);
}
