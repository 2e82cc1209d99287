// What columns of telemetry are called and written like elsewhere: values worked out by hand.
#include <algorithm>
#include <cmath>

#include "support/catch.hpp"
#include "support/process.hpp"
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

TEST_CASE("throttling told by violations and by Yes and No") {
    const Telemetry dmon = telemetry(
        "#Date Time gpu pwr gtemp pviol tviol\n#YYYYMMDD HH:MM:SS Idx W C % bool\n"
        " 20260928 12:00:00 0 100 50 0 0\n 20260928 12:00:01 0 100 50 3 0\n"
        " 20260928 12:00:02 0 100 50 0 1\n 20260928 12:00:03 0 100 50 - -\n");
    const rle::TextColumn& flag = *dmon.other("throttle");
    CHECK(flag[0] == "0");
    CHECK(flag[1] == "1");
    CHECK(flag[2] == "1");
    CHECK(flag[3].empty());
    const Telemetry hwinfo = telemetry(
        "Date,Time,CPU Package [C],CPU Package Power [W],Core 0 Thermal Throttling [Yes/No],"
        "Package/Ring Power Limit Exceeded [Yes/No],Drive Failure [Yes/No],\n"
        "28.9.2026,12:00:00,50,60,No,No,Yes,\n28.9.2026,12:00:01,50,60,Yes,No,No,\n"
        "28.9.2026,12:00:02,50,60,No,Yes,No,\n");
    CHECK((*hwinfo.other("throttle"))[0] == "0");
    CHECK((*hwinfo.other("throttle"))[1] == "1");
    CHECK((*hwinfo.other("throttle"))[2] == "1");
    CHECK((*hwinfo.other("Drive Failure [Yes/No]"))[0] == "Yes");
}

TEST_CASE("xpu-smi's dump and sadf's temperatures") {
    const Telemetry xpu = telemetry(
        "Timestamp, DeviceId, GPU Utilization (%), GPU Power (W), GPU Core Temperature (Celsius Degree)\n"
        "2026-09-28T12:00:00.000Z,    0, 40.50, 101.25, 51.00\n"
        "2026-09-28T12:00:00.000Z,    1,  0.50, N/A, 41.00\n");
    CHECK(xpu.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(xpu.temp_c == rle::test::Numbers{51, 41});
    CHECK(xpu.power_w[0] == 101.25);
    CHECK(xpu.util_pct == rle::test::Numbers{40.5, 0.5});
    // TEMP counts the sensors.
    const Telemetry sadf = telemetry(
        "# hostname;interval;timestamp;TEMP;degC;%temp;DEVICE\n"
        "node1;1;2026-09-28 12:00:00 UTC;1;51.00;50.00;coretemp-isa-0000\n"
        "node1;1;2026-09-28 12:00:01 UTC;1;52.00;50.00;coretemp-isa-0000\n");
    CHECK(sadf.temp_c == rle::test::Numbers{51, 52});
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

TEST_CASE("times of day have the day of --start, and go on behind midnight") {
    using rle::test::kNoon, rle::test::kSecond;
    const std::string log = "Timestamp,temp_c\n23:59:59.500,50\n00:00:00.500,51\n";
    rle::formats::ReadOptions options;
    constexpr std::int64_t kHour = 3600 * kSecond;
    options.start_us = kNoon + 12 * kHour;  // midnight
    const std::vector<std::int64_t> midnight{*options.start_us - kSecond / 2,
                                             *options.start_us + kSecond / 2};
    CHECK(telemetry(log, options).wall_us == midnight);
    options.time_zone = "+13:00";
    options.start_us = *options.start_us - 13 * kHour;
    CHECK(telemetry(log, options).wall_us ==
          std::vector<std::int64_t>{midnight[0] - 13 * kHour, midnight[1] - 13 * kHour});
    CHECK(refusal_of([&] {
              telemetry(log);
          }).says("found '23:59:59.500'; of times of day --start says the day"));
}

TEST_CASE(
    "of several files with times of day one goes on from the last, whatever the day, or begins at --start") {
    using rle::formats::Input;
    using rle::test::kNoon, rle::test::kSecond;
    const rle::test::TempDir folder;
    const auto file = [&](const char* name, const std::string& rows) {
        rle::test::write_file(folder / name, "time,temp_c\n" + rows);
        return Input::as_it_is(folder / name);
    };
    constexpr std::int64_t kHour = 3600 * kSecond;
    rle::formats::ReadOptions options;
    options.start_us = kNoon - 4 * kHour;
    const Input day = file("day", "08:00:00,50\n16:00:00,51\n23:59:59,52\n");
    const Input night = file("night", "00:00:01,53\n07:00:00,54\n");  // 16 h behind the start
    const std::vector<std::int64_t> shift{kNoon - 4 * kHour, kNoon + 4 * kHour, kNoon + 12 * kHour - kSecond,
                                          kNoon + 12 * kHour + kSecond, kNoon + 19 * kHour};
    const Telemetry on = rle::formats::read_telemetry(std::vector<Input>{day, night}, options);
    CHECK(on.wall_us == shift);
    CHECK(on.temp_c == rle::test::Numbers{50, 51, 52, 53, 54});
    const auto told = [](const Telemetry& t, const std::string& what) {
        return std::count_if(t.warnings.begin(), t.warnings.end(), [&](const std::string& warning) {
            return warning.find("times of day, the first taken for " + what) != std::string::npos;
        });
    };
    CHECK(told(on, "2026-09-29, on from the file before it") == 1);
    // Another GPU's log of the same hours begins with the first.
    const Input other = file("other", "08:00:30,60\n16:00:00,61\n23:59:59,62\n");
    const Telemetry beside = rle::formats::read_telemetry(std::vector<Input>{day, other}, options);
    CHECK(*std::max_element(beside.wall_us.begin(), beside.wall_us.end()) == shift[2]);
    CHECK(told(beside, "2026-09-28, as near as can be to --start") == 1);
}

TEST_CASE("columns for each GPU become rows of each") {
    const Telemetry t = rle::formats::read_telemetry(std::string(RLE_TEST_DATA) + "/telemetry/wide.csv");
    CHECK(t.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(t.device == std::vector<std::uint32_t>{0, 1, 0, 1, 0, 1});
    CHECK(t.wall_us[4] == rle::test::kNoon + 2 * rle::test::kSecond);
    CHECK(t.temp_c[2] == 51);
    CHECK(std::isnan(t.temp_c[3]));
    CHECK(t.power_w[3] == 61.25);
    CHECK(std::isnan(t.power_w[5]));
    CHECK(t.util_pct == rle::test::Numbers{37, 0, 98, 1, 99, 2});
    REQUIRE(t.others.size() == 1);
    CHECK((*t.other("host_load"))[1] == "3.5");
}

TEST_CASE("columns for each GPU as W&B, nvitop and people call them") {
    const Telemetry wandb = telemetry(
        "_timestamp,system.gpu.0.temp,system.gpu.0.powerWatts,system.gpu.0.powerPercent,system.gpu.0.gpu,"
        "system.cpu\n1790596800.5,50,100,25,37,9\n");
    CHECK(wandb.devices == std::vector<std::string>{"gpu0"});
    CHECK(wandb.power_w == rle::test::Numbers{100});
    CHECK(wandb.util_pct == rle::test::Numbers{37});
    const Telemetry nvitop = telemetry(
        "timestamp,cuda:0 (gpu:3)/temperature (C)/mean,cuda:0 (gpu:3)/temperature (C)/max,"
        "cuda:0 (gpu:3)/power_usage (W)/mean,cuda:0 (gpu:3)/gpu_utilization "
        "(%)/mean\n1790596800,50,55,100,37\n");
    CHECK(nvitop.devices == std::vector<std::string>{"gpu3"});
    CHECK(nvitop.temp_c == rle::test::Numbers{50});
    CHECK(nvitop.power_w == rle::test::Numbers{100});
    const Telemetry units =
        telemetry("t_s,GPU 0 power [mW],GPU 1 power [mW],cpu_temp\n0,100500,60250,40\n1,100500,60250,40\n");
    CHECK(units.power_w[0] == Approx(100.5));
    CHECK(units.power_w[1] == Approx(60.25));
    CHECK(std::isnan(units.temp_c[0]));  // the CPU's is none of theirs
    CHECK(refusal_of([] {
              telemetry("t_s,gpu0_power_w,gpu1_power_mw\n0,100,60000\n");
          }).says("column 'gpu1_power_mw' has another unit than that of another device"));
}

TEST_CASE("no part's heat stands beside another's power") {
    const Telemetry gpu = telemetry("t_s,gpu_temp,cpu_power,cpu_util\n0,50,60,10\n1,51,61,11\n");
    CHECK(gpu.devices == std::vector<std::string>{"gpu"});
    CHECK(gpu.temp_c == rle::test::Numbers{50, 51});
    CHECK(std::isnan(gpu.power_w[0]));
    CHECK(std::isnan(gpu.util_pct[0]));
    CHECK((*gpu.other("cpu_power"))[1] == "61");
    CHECK(gpu.warnings[0].find("column 'cpu_power' is not of the GPU, whose readings are taken") !=
          std::string::npos);
    const Telemetry cpu =
        telemetry("t_s,gpu_util,cpu_temp,cpu_power,gpu_temp\n0,37,50,60,70\n1,38,51,61,71\n");
    CHECK(cpu.devices == std::vector<std::string>{"cpu"});
    CHECK(cpu.temp_c == rle::test::Numbers{50, 51});
    CHECK(cpu.power_w == rle::test::Numbers{60, 61});
    CHECK(std::isnan(cpu.util_pct[0]));
    // A column of the GPU's that is empty says nothing of it.
    CHECK(telemetry("t_s,gpu_temp,gpu_power,cpu_temp,cpu_power\n0,70,N/A,50,60\n1,71,N/A,51,61\n").devices ==
          std::vector<std::string>{"cpu"});
    CHECK(telemetry("t_s,gpu_temp,gpu_power,cpu_temp,cpu_power\n0,70,200,50,60\n1,71,201,51,61\n").temp_c ==
          rle::test::Numbers{70, 71});
}

TEST_CASE("JSON lines with a list of GPUs") {
    const Telemetry t = rle::formats::read_telemetry(std::string(RLE_TEST_DATA) + "/telemetry/lines.jsonl");
    CHECK(t.devices == std::vector<std::string>{"gpu0", "gpu1"});
    REQUIRE(t.size() == 4);
    CHECK(t.wall_us[3] == rle::test::kNoon + rle::test::kSecond * 3 / 2);
    CHECK(t.temp_c[0] == 50);
    CHECK(std::isnan(t.temp_c[2]));
    CHECK(t.power_w[0] == 100.25);
    CHECK(std::isnan(t.power_w[1]));
    CHECK(t.util_pct == rle::test::Numbers{37, 0, 98, 1});
    CHECK((*t.other("host"))[3] == "node1");
    CHECK(t.dropped == rle::Counts{{"foreign_line", 1}, {"torn_line", 1}});
}

TEST_CASE("JSON records flat, with objects, with columns for each GPU, and as an array") {
    const Telemetry flat = telemetry(
        "{\"ts\": 1790596800, \"gpu_temp\": 50, \"gpu_power\": 100.5}\n"
        "{\"ts\": 1790596801, \"gpu_power\": 101.5, \"gpu_temp\": 51, \"x\": [1, 2]}\n");
    CHECK(flat.temp_c == rle::test::Numbers{50, 51});
    CHECK(flat.power_w == rle::test::Numbers{100.5, 101.5});
    const Telemetry nested = telemetry(
        "[{\"time\": 1790596800, \"gpu\": {\"temp\": 50, \"power\": 100}},\n"
        " {\"time\": 1790596801, \"gpu\": {\"temp\": 51, \"power\": 101}}]\n");
    CHECK(nested.devices == std::vector<std::string>{"gpu"});
    CHECK(nested.temp_c == rle::test::Numbers{50, 51});
    const Telemetry wide = telemetry("{\"t_s\": 0, \"gpu0\": {\"temp\": 50}, \"gpu1\": {\"temp\": 41}}\n");
    CHECK(wide.devices == std::vector<std::string>{"gpu0", "gpu1"});
    const Telemetry unnamed = telemetry("{\"t_s\": 0, \"gpus\": [{\"temp\": 50}, {\"temp\": 41}]}\n");
    CHECK(unnamed.devices == std::vector<std::string>{"gpu0", "gpu1"});
    // Neither their host nor their model tells two GPUs apart; and it is not the first list that counts.
    for (const char* own : {"", "\"name\": \"A100\", "}) {
        const std::string gpu = std::string("{") + own + "\"temp\": ";
        const std::string host = "{\"t_s\": 0, \"host\": \"node1\", \"processes\": [{\"pid\": 1}], ";
        const Telemetry alike = telemetry(host + "\"gpus\": [" + gpu + "50}, " + gpu + "41}]}\n");
        CHECK(alike.devices == std::vector<std::string>{"gpu0", "gpu1"});
        CHECK(alike.temp_c == rle::test::Numbers{50, 41});
    }
    CHECK(telemetry("{\"samples\": [{\"t_s\": 0, \"temp_c\": 50}, {\"t_s\": 1, \"temp_c\": 51}]}").temp_c ==
          rle::test::Numbers{50, 51});
    CHECK(refusal_of([] {
              telemetry("{\"t_s\": 0, \"temp_c\": \"hot\"}\n");
          }).says("log, as a table: column 'temp_c' holds no number; found 'hot' in line 2"));
    CHECK(refusal_of([] { telemetry("{\"loss\": 2.5, \"step\": 1}\n"); })
              .says("json is nearest: no key for a time (timestamp or t_s), temp_c or power_w; found "
                    "loss, step"));
}
