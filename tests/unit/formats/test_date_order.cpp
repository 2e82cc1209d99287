// Dates such as 9/10/2026 in files: read where the file or the user tells the order, refused where nobody
// does.
#include "formats/readers.hpp"
#include "formats/registry.hpp"
#include "support/catch.hpp"
#include "unit/formats/message.hpp"

using rle::formats::DateOrder;
using rle::formats::ReadOptions;
using rle::test::refusal_of;

namespace {

constexpr std::int64_t kNoon = 1790596800'000000;       // date -u -d "2026-09-28 12:00" +%s
constexpr std::int64_t kNinth = 1791547200'000000;      // date -u -d "2026-10-09 12:00" +%s
constexpr std::int64_t kSeptember = 1789041600'000000;  // date -u -d "2026-09-10 12:00" +%s

using Times = std::vector<std::int64_t>;

ReadOptions ordered(DateOrder order) {
    ReadOptions options;
    options.date_order = order;
    return options;
}

Times telemetry_times(const std::string& text, const ReadOptions& options = {}) {
    return rle::formats::read_telemetry_text({text, "log", options}).wall_us;
}
Times training_times(const std::string& text, const ReadOptions& options = {}) {
    return rle::formats::read_training_text({text, "log", options}).wall_us;
}

}  // namespace

TEST_CASE("one date with a number above 12 tells the order for all rows, those before it too") {
    const std::string header = "timestamp,temp_c,power_w\n";
    CHECK(telemetry_times(header + "9/28/2026 12:00:00 PM,50,100\n") == Times{kNoon});
    CHECK(telemetry_times(header + "28/9/2026 12:00,50,100\n") == Times{kNoon});
    CHECK(telemetry_times(header + "10/9/2026 12:00,50,100\n,50,100\n28/9/2026 12:00,51,101\n") ==
          Times{kSeptember, kNoon});
    CHECK(telemetry_times(header + "10/9/2026 12:00,50,100\n10/13/2026 12:00,51,101\n")[0] == kNinth);
    CHECK(training_times("date,step,grad_norm\n10/9/2026 12:00,1,2.5\n28/9/2026 12:00,2,2.5\n") ==
          Times{kSeptember, kNoon});
}

TEST_CASE("where no date tells, the user does, or the file is refused") {
    const std::string rows =
        "timestamp,temp_c,power_w\n9/10/2026 12:00:00,50,100\n9/11/2026 12:00:00,50,100\n";
    const auto refused = refusal_of([&] { telemetry_times(rows); });
    CHECK(
        refused.message ==
        "log: '9/10/2026 12:00:00' may mean two days, and no date in the file tells; --date-order dmy or mdy "
        "says which");
    CHECK(refused.exit_code == 1);
    CHECK(telemetry_times(rows, ordered(DateOrder::day_first))[0] == kNinth);
    CHECK(telemetry_times(rows, ordered(DateOrder::month_first))[0] == kSeptember);
    const std::string steps = "time,grad_norm\n9/10/2026 12:00,2.5\n";
    CHECK(refusal_of([&] { training_times(steps); }).says("may mean two days"));
    CHECK(training_times(steps, ordered(DateOrder::day_first)) == Times{kNinth});
    const std::string record = "{\"time\": \"9/10/2026 12:00:00\", \"grad_norm\": 2.5}\n";
    CHECK(refusal_of([&] { training_times(record); }).exit_code == 4);
    CHECK(training_times(record, ordered(DateOrder::day_first)) == Times{kNinth});
}

TEST_CASE("dates in doubt are no error where other times stand beside them") {
    const rle::Telemetry t = rle::formats::read_telemetry_text(
        {"t_s,timestamp,temp_c,power_w\n1,9/10/2026 12:00,50,100\n", "log", {}});
    CHECK(t.t_s == std::vector<double>{1});
    CHECK(t.wall_us == Times{rle::kNoTime});
    CHECK(training_times("date,ts,grad_norm\n9/10/2026 12:00,1790596800,2.5\n") == Times{kNoon});
}

TEST_CASE("rows of another kind of date than the first are rows without a time") {
    const rle::Telemetry t = rle::formats::read_telemetry_text(
        {"timestamp,temp_c,power_w\n2026-09-28 12:00:00,50,100\n9/10/2026 12:00,50,100\n", "log", {}});
    CHECK(t.wall_us == Times{kNoon});
    CHECK(t.dropped == rle::Counts{{"no_time", 1}});
}
