// What columns of telemetry are called and written like elsewhere: values worked out by hand.
#include <algorithm>

#include "support/catch.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::Telemetry;
using rle::test::refusal_of;
using rle::test::telemetry;

TEST_CASE("throttling told in words becomes the flag") {
    const std::string header =
        "timestamp, index, temperature.gpu, power.draw [W], clocks_event_reasons.gpu_idle, "
        "clocks_event_reasons.sw_power_cap, clocks_event_reasons.hw_thermal_slowdown\n";
    const Telemetry smi =
        telemetry(header +
                  "2026/09/28 12:00:00.000, 0, 50, 100.00 W, Active, Not Active, Not Active\n"
                  "2026/09/28 12:00:01.000, 0, 50, 100.00 W, Not Active, Not Active, Active\n"
                  "2026/09/28 12:00:02.000, 0, 50, 100.00 W, Not Active, [N/A], [N/A]\n");
    const rle::TextColumn& flag = *smi.other("throttle");
    CHECK(flag[0] == "0");  // an idle GPU is not held down
    CHECK(flag[1] == "1");
    CHECK(flag[2].empty());
    CHECK((*smi.other("clocks_event_reasons.sw_power_cap"))[0] == "Not Active");
    const Telemetry csv =
        telemetry("t_s,temp_c,power_w,throttle\n1,50,100,False\n2,50,100,True\n3,50,100,yes\n");
    REQUIRE(csv.others.size() == 1);
    CHECK((*csv.other("throttle"))[0] == "0");
    CHECK((*csv.other("throttle"))[1] == "1");
    CHECK((*csv.other("throttle"))[2] == "1");
    const Telemetry amd = telemetry("t_s,temp_c,throttle_status\n1,50,THROTTLED\n2,50,UNTHROTTLED\n");
    CHECK((*amd.other("throttle"))[0] == "1");
    CHECK((*amd.other("throttle"))[1] == "0");
    CHECK((*amd.other("throttle_status"))[0] == "THROTTLED");
}

TEST_CASE("units in doubt are told of") {
    const auto warns = [](const Telemetry& t, const char* words) {
        return std::any_of(t.warnings.begin(), t.warnings.end(),
                           [&](const std::string& w) { return w.find(words) != std::string::npos; });
    };
    const char* const fraction = "column 'util' never exceeds 1: a fraction?";
    CHECK(warns(telemetry("t_s,temp_c,power_w,util\n1,50,100,0.5\n2,50,100,1\n"), fraction));
    CHECK_FALSE(warns(telemetry("t_s,temp_c,power_w,util\n1,50,100,0\n2,50,100,1\n"), fraction));
    CHECK_FALSE(warns(telemetry("t_s,temp_c,power_w,util\n1,50,100,0.5\n2,50,100,40\n"), fraction));
    CHECK(warns(telemetry("t_s,temp [xyz],power_w\n1,50,100\n"),
                "column 'temp [xyz]': the unit 'xyz' is not known; taken as degC"));
    CHECK_FALSE(warns(telemetry("t_s,temp [C],power (W),util [%]\n1,50,100,40\n"), "not known"));
    CHECK(refusal_of([] {
              telemetry("t_s,temp_c,power_w\n1,50,100000 mW\n2,50,100000 mW\n");
          }).says("found '100000 mW'"));
}

TEST_CASE("ranks and ids are devices where they come again, and only where nothing better is there") {
    std::string ranks = "t_s,id,local_rank,temp_c,power_w\n", ids = "t_s,id,temp_c,power_w\n";
    for (int i = 0; i < 4; ++i) {
        for (int rank = 0; rank < 2; ++rank)
            ranks += std::to_string(i) + "," + std::to_string(2 * i + rank) + "," + std::to_string(rank) +
                     ",50,100\n";
        ids += std::to_string(i) + "," + std::to_string(i) + ",50,100\n";
    }
    CHECK(telemetry(ranks).devices == std::vector<std::string>{"local_rank0", "local_rank1"});
    CHECK(telemetry(ids).devices == std::vector<std::string>{"device0"});
    CHECK(
        telemetry("t_s,rank,device,temp_c,power_w\n0,0,a,50,100\n1,0,a,50,100\n2,0,a,50,100\n3,0,a,50,100\n")
            .devices == std::vector<std::string>{"a"});
}

TEST_CASE("date and time of day in columns of their own are one time") {
    using rle::test::kNoon, rle::test::kSecond;
    const std::vector<std::int64_t> times{kNoon, kNoon + kSecond};
    CHECK(telemetry("Date,Time,temp_c\n2026-09-28,12:00:00,50\n2026-09-28,12:00:01,51\n").wall_us == times);
    CHECK(telemetry("temp_c;Datum;Uhrzeit\n50,5;28.09.2026;12:00:00\n51,5;28.09.2026;12:00:01\n").wall_us ==
          times);
    CHECK(telemetry("time,date,temp_c\n12:00:00 PM,9/28/2026,50\n12:00:01 PM,9/28/2026,51\n").wall_us ==
          times);
    // A time that is no time of day goes alone, and so does a date that has one in it.
    CHECK(telemetry("date,time,temp_c\n2026-09-28,1790596800,50\n2026-09-28,1790596801,51\n").wall_us ==
          times);
    CHECK(refusal_of([] {
              telemetry("date,time,temp_c\n9/10/2026,12:00:00,50\n9/10/2026,12:00:01,50\n");
          }).says("--date-order"));
    CHECK(rle::test::training("Date,Time,grad_norm\n2026-09-28,12:00:00,1.5\n2026-09-28,12:00:01,2.5\n")
              .wall_us == times);
}
