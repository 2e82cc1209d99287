// The formats of vendors and frameworks, field by field.
#include <cmath>

#include "formats/readers.hpp"
#include "formats/registry.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"

using rle::Telemetry;
using rle::Training;
using rle::formats::read_telemetry;
using rle::formats::read_training;
using rle::test::refusal_of;
using rle::test::TempDir;

namespace {

constexpr std::int64_t kNoon = 1790596800'000000;  // date -u -d "2026-09-28 12:00" +%s
constexpr std::int64_t kSecond = 1'000'000;
const std::string kTelemetry = std::string(RLE_TEST_DATA) + "/telemetry/";
const std::string kTraining = std::string(RLE_TEST_DATA) + "/training/";

bool missing(double value) {
    return std::isnan(value);
}

}  // namespace

TEST_CASE("nvidia-smi dmon with date and time") {
    const Telemetry t = read_telemetry(kTelemetry + "nvidia_smi_dmon.txt");
    REQUIRE(t.size() == 3);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon, kNoon + kSecond});
    CHECK(t.devices == std::vector<std::string>{"gpu0", "gpu1"});
    CHECK(t.temp_c == std::vector<double>{50, 41, 51});
    CHECK(t.power_w[0] == 100);
    CHECK(missing(t.power_w[2]));
    CHECK(t.util_pct == std::vector<double>{50, 0, 52});
    CHECK((*t.other("clock_mhz"))[2] == "1395");
    CHECK((*t.other("mem_temp_c"))[0].empty());
    CHECK(t.dropped == rle::Counts{{"torn_line", 1}});
}

TEST_CASE("nvidia-smi dmon without times needs the length of a step") {
    const TempDir folder;
    rle::test::write_file(folder / "dmon",
                          "# gpu   pwr gtemp    sm\n# Idx     W     C     %\n    0   100    50     5\n"
                          "    1    90    40     6\n    0   101    51     7\n    1    91    41     8\n");
    CHECK(refusal_of([&] { read_telemetry(folder / "dmon"); }).exit_code == 4);
    rle::formats::ReadOptions options;
    options.step_seconds = 2.0;
    options.start_us = kNoon;
    const Telemetry t = read_telemetry(folder / "dmon", options);
    CHECK(t.t_s == std::vector<double>{0, 0, 2, 2});
    CHECK(t.wall_us[3] == kNoon + 2 * kSecond);
    CHECK(t.power_w == std::vector<double>{100, 90, 101, 91});
}

TEST_CASE("Prometheus: series joined in time by device, counters made into rates, blank values missing") {
    const Telemetry t = read_telemetry(kTelemetry + "prometheus.json");
    REQUIRE(t.size() == 4);
    CHECK(t.devices == std::vector<std::string>{"cpu", "gpu0"});
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon, kNoon + 15 * kSecond, kNoon + 15 * kSecond});
    CHECK(t.device == std::vector<std::uint32_t>{0, 1, 0, 1});
    CHECK(t.temp_c == std::vector<double>{60, 50, 62.5, 51});  // the hottest sensor of the CPU
    CHECK(missing(t.power_w[0]));                              // a counter's first value says no power
    CHECK(t.power_w[1] == 100.25);
    CHECK(t.power_w[2] == 40);  // (1600 - 1000) J / 15 s
    CHECK(missing(t.power_w[3]));
    CHECK(t.util_pct[1] == 0);
    CHECK(t.util_pct[3] == 37);
    CHECK((*t.other("energy_j"))[1] == "5000");
}

TEST_CASE("Prometheus over node_exporter: what the machine's sensors were made to say") {
    const Telemetry t = read_telemetry(kTelemetry + "prometheus_node_exporter.json");
    REQUIRE(t.size() == 20);
    CHECK(t.devices == std::vector<std::string>{"cpu"});
    CHECK(t.wall_us[1] - t.wall_us[0] == kSecond);
    // 2 degC a second from 45 to 60, and another core at 55 all the time.
    CHECK(std::vector<double>(t.temp_c.begin(), t.temp_c.begin() + 6) ==
          std::vector<double>{55, 57, 59, 55, 55, 55});
    CHECK(missing(t.power_w[0]));
    CHECK(std::vector<double>(t.power_w.begin() + 1, t.power_w.begin() + 6) ==
          std::vector<double>{60, 60, 45, 30, 30});  // half of 60 and half of 30 where they change over
    CHECK(missing(t.util_pct[0]));
    CHECK(t.util_pct[1] == 100);  // both cores were never idle
}

TEST_CASE("Prometheus: utilisation is what the cores were not idle, on average") {
    const TempDir dir;
    const auto series = [](const char* cpu, const char* mode, const char* values) {
        return std::string(R"({"metric":{"__name__":"node_cpu_seconds_total","cpu":")") + cpu +
               R"(","mode":")" + mode + R"("},"values":[)" + values + "]}";
    };
    rle::test::write_file(dir / "cpu.json",
                          R"({"status":"success","data":{"resultType":"matrix","result":[)" +
                              series("0", "idle", R"([1790596800,"10"],[1790596802,"10.5"])") + "," +
                              series("1", "idle", R"([1790596800,"20"],[1790596802,"21.5"])") + "," +
                              series("1", "user", R"([1790596800,"70"],[1790596802,"70.5"])") + "]}}");
    const Telemetry t = read_telemetry(dir / "cpu.json");
    REQUIRE(t.size() == 1);      // a counter's first value says nothing, and nothing else was asked
    CHECK(t.util_pct[0] == 50);  // idle for 25 % and for 75 % of 2 s
}

TEST_CASE("rocm-smi has no times; amd-smi has") {
    CHECK(refusal_of([] { read_telemetry(kTelemetry + "rocm_smi.csv"); }).exit_code == 4);
    rle::formats::ReadOptions options;
    options.step_seconds = 0.5;
    const Telemetry rocm = read_telemetry(kTelemetry + "rocm_smi.csv", options);
    REQUIRE(rocm.size() == 4);
    CHECK(rocm.t_s == std::vector<double>{0, 0, 0.5, 0.5});
    CHECK(rocm.devices == std::vector<std::string>{"card0", "card1"});
    CHECK(rocm.temp_c == std::vector<double>{45, 40, 46, 40});
    CHECK(missing(rocm.power_w[1]));
    CHECK(rocm.power_w[2] == 121);
    CHECK(rocm.util_pct == std::vector<double>{37, 0, 38, 0});
    CHECK((*rocm.other("fan_pct"))[0] == "20");

    const Telemetry amd = read_telemetry(kTelemetry + "amd_smi.csv");
    CHECK(amd.wall_us == std::vector<std::int64_t>{kNoon, kNoon + kSecond});
    CHECK(amd.devices == std::vector<std::string>{"gpu0"});
    CHECK(amd.temp_c == std::vector<double>{50, 51});
    CHECK(amd.power_w == std::vector<double>{120, 121});
    CHECK((*amd.other("mem_temp_c"))[1].empty());
    CHECK((*amd.other("clock_mhz"))[0] == "1800");
}

TEST_CASE("dcgmi dmon: GPUs by their number, the header again, times by the rows") {
    CHECK(refusal_of([] { read_telemetry(kTelemetry + "dcgmi_dmon.txt"); }).exit_code == 4);
    rle::formats::ReadOptions options;
    options.step_seconds = 0.5;
    options.start_us = kNoon;
    const Telemetry t = read_telemetry(kTelemetry + "dcgmi_dmon.txt", options);
    CHECK(t.devices == std::vector<std::string>{"gpu1", "gpu0"});
    CHECK(t.device == std::vector<std::uint32_t>{0, 1, 0, 1});
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon, kNoon + kSecond / 2, kNoon + kSecond / 2});
    CHECK(t.temp_c == std::vector<double>{41, 50, 42, 51});
    CHECK(t.power_w[1] == 100.25);
    CHECK(missing(t.power_w[2]));
    CHECK(t.util_pct == std::vector<double>{0, 37, 1, 98});
    CHECK((*t.other("energy_j"))[3] == "106");
    CHECK(t.dropped == rle::Counts{{"torn_line", 1}});
}

TEST_CASE("tegrastats: the GPU's rail, sensors that are off, boards that print no time") {
    const Telemetry t = read_telemetry(kTelemetry + "tegrastats.txt");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + kSecond, kNoon + 2 * kSecond});
    CHECK(t.devices == std::vector<std::string>{"gpu"});
    CHECK(t.temp_c[0] == 50.5);
    CHECK(missing(t.temp_c[1]));
    CHECK(t.temp_c[2] == 51);
    CHECK(t.power_w[0] == Approx(1.25));
    CHECK(t.power_w[1] == Approx(3.25));
    CHECK(t.util_pct[0] == 37);
    CHECK(missing(t.util_pct[2]));
    CHECK((*t.other("cpu_temp_c"))[0] == "49.25");
    CHECK((*t.other("module_power_w"))[0] == "5.21");
    CHECK(t.dropped == rle::Counts{{"malformed_line", 1}, {"torn_line", 1}, {"unphysical", 1}});
    CHECK(t.warnings[2].find("power_w is that of the rail VDD_CPU_GPU_CV") != std::string::npos);
    const TempDir folder;
    rle::test::write_file(
        folder / "nano",
        "RAM 1903/3964MB (lfb 177x4MB) CPU [10%@1479,5%@1479] EMC_FREQ 0%@1600 GR3D_FREQ 40%@921 "
        "CPU@48C GPU@46.5C POM_5V_IN 2545/2547 POM_5V_GPU 410/40 POM_5V_CPU 529/549\n");
    CHECK(refusal_of([&] { read_telemetry(folder / "nano"); }).exit_code == 4);
    rle::formats::ReadOptions options;
    options.step_seconds = 1.0;
    const Telemetry nano = read_telemetry(folder / "nano", options);
    CHECK(nano.temp_c == std::vector<double>{46.5});
    CHECK(nano.power_w[0] == Approx(0.41));
    CHECK(nano.util_pct == std::vector<double>{40});
}

TEST_CASE("jtop: the GPU's rail in mW, a sensor that is off, the module's power beside it") {
    const Telemetry t = read_telemetry(kTelemetry + "jtop.csv");
    CHECK(t.wall_us ==
          std::vector<std::int64_t>{kNoon + kSecond / 4, kNoon + 5 * kSecond / 4, kNoon + 9 * kSecond / 4});
    CHECK(t.devices == std::vector<std::string>{"gpu"});
    CHECK(t.temp_c[0] == 50.5);
    CHECK(missing(t.temp_c[2]));
    CHECK(t.power_w[0] == Approx(1.25));
    CHECK(t.power_w[1] == Approx(3.25));
    CHECK(t.util_pct == std::vector<double>{37, 98, 0});
    CHECK((*t.other("cpu_temp_c"))[0] == "49.25");
    CHECK((*t.other("module_power_w"))[1] == "7.3");
    CHECK((*t.other("CPU2"))[0] == "OFF");
    CHECK(t.dropped == rle::Counts{{"unphysical", 1}});
    CHECK(t.warnings.front().find("power_w is that of 'Power VDD_CPU_GPU_CV'") != std::string::npos);
    const TempDir folder;
    rle::test::write_file(
        folder / "total",
        "time,uptime,GPU,Temp CPU,Temp GPU,Power TOT\n2026-09-28 12:00:00,0:10,37,49,50,5210\n");
    const Telemetry total = read_telemetry(folder / "total");
    CHECK(total.power_w[0] == Approx(5.21));
    CHECK(total.temp_c[0] == 50);
}

TEST_CASE("turbostat: the machine's own rows, headers repeated") {
    const Telemetry t = read_telemetry(kTelemetry + "turbostat.txt");
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon + 123456, kNoon + kSecond + 123456});
    CHECK(t.devices == std::vector<std::string>{"cpu"});
    CHECK(t.temp_c == std::vector<double>{55, 56});
    CHECK(t.power_w == std::vector<double>{65.2, 66});
    CHECK(t.util_pct == std::vector<double>{37.5, 38});
    CHECK((*t.other("clock_mhz"))[1] == "3210");
    CHECK((*t.other("dram_power_w"))[0] == "3.1");
    CHECK(t.dropped.empty());
}

TEST_CASE("s-tui: the processor's own sensors among those of the board, times in whole seconds") {
    const Telemetry t = read_telemetry(kTelemetry + "s_tui.csv");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 2 * kSecond});
    CHECK(t.devices == std::vector<std::string>{"cpu"});
    CHECK(t.temp_c == std::vector<double>{55, 56});
    CHECK(t.power_w == std::vector<double>{25.2, 41});
    CHECK(t.util_pct == std::vector<double>{37.5, 98});
    CHECK((*t.other("clock_mhz"))[1] == "3300.0");
    CHECK((*t.other("Temp:Acpitz,0"))[0] == "27.8");
    CHECK(t.dropped.empty());
}

TEST_CASE("s-tui: each processor has its heat beside its power, in whatever order they stand") {
    const TempDir folder;
    rle::test::write_file(folder / "intel",
                          "Time,\"Temp:PackageId1,0\",\"Temp:PackageId0,0\",Util:Avg,\"Power:package-0,0\","
                          "\"Power:dram,0\",\"Power:package-1,0\",\"Power:dram,1\"\r\n"
                          "2026-09-28_12:00:00,61.0,50.0,40.0,100.5,9.0,120.5,10.0\r\n");
    const Telemetry intel = read_telemetry(folder / "intel");
    CHECK(intel.devices == std::vector<std::string>{"cpu0", "cpu1"});
    CHECK(intel.temp_c == std::vector<double>{50, 61});
    CHECK(intel.power_w == std::vector<double>{100.5, 120.5});
    CHECK(intel.util_pct == std::vector<double>{40, 40});
    // k10temp's label, and the names of the reader of AMD's registers.
    rle::test::write_file(folder / "amd",
                          "Time,\"Temp:Tctl,0\",Util:Avg,\"Power:Package 1,0\",\"Power:Core 1,0\"\r\n"
                          "2026-09-28_12:00:00,70.0,40.0,88.0,5.0\r\n");
    const Telemetry amd = read_telemetry(folder / "amd");
    CHECK(amd.devices == std::vector<std::string>{"cpu"});
    CHECK(amd.temp_c == std::vector<double>{70});
    CHECK(amd.power_w == std::vector<double>{88});
}

TEST_CASE("HWiNFO: code page 1252, a date of the locale, header and sources at the end") {
    const Telemetry t = read_telemetry(kTelemetry + "hwinfo.csv");
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon + 123000, kNoon + 2 * kSecond + 123000});
    CHECK(t.devices == std::vector<std::string>{"gpu"});
    CHECK(t.temp_c == std::vector<double>{50, 51});
    CHECK(t.power_w == std::vector<double>{100.25, 101});
    CHECK(t.util_pct == std::vector<double>{37.5, 38});
    CHECK((*t.other("CPU Package [\xc2\xb0"
                    "C]"))[0] == "55");
    CHECK((*t.other("CPU Package Power [W]"))[1] == "66.0");
}

TEST_CASE("HWiNFO's dates with slashes: the day is where a number is too large for a month") {
    const TempDir folder;
    const auto first_time = [&](const std::string& rows) {
        rle::test::write_file(folder / "h.csv", "Date,Time,GPU Temperature [C],GPU Power [W],\n" + rows);
        return read_telemetry(folder / "h.csv").wall_us.front();
    };
    CHECK(first_time("9/28/2026,12:00:00.000,50,100,\n") == kNoon);
    CHECK(first_time("28/9/2026,12:00:00.000,50,100,\n") == kNoon);
    CHECK(first_time("2026-09-28,12:00:00.000,50,100,\n") == kNoon);
    CHECK(first_time("28.9.2026,9:00:00.000,50,100,\n") == kNoon - 3 * 3600 * kSecond);
}

TEST_CASE("TensorBoard: scalars of one step are one record, timed by the first of them") {
    const Training t = read_training(kTraining + "events.out.tfevents");
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon + 375'000, kNoon + 1'125'000});
    CHECK(t.step == std::vector<double>{10, 20});
    CHECK(t.loss == std::vector<double>{2.5, 2.25});
    CHECK(t.grad_norm[0] == 1.5);
    CHECK((std::isinf(t.grad_norm[1]) && t.grad_norm[1] > 0));  // nan
    CHECK(t.learning_rate == std::vector<double>{0.5, 0.5});
}

TEST_CASE("TensorBoard: a flipped bit is found by its checksum") {
    const TempDir folder;
    std::string bytes = rle::test::read_file(kTraining + "events.out.tfevents");
    bytes[bytes.size() - 100] = static_cast<char>(bytes[bytes.size() - 100] ^ 1);
    rle::test::write_file(folder / "e", bytes);
    const Training t = read_training(folder / "e");
    CHECK(t.dropped == rle::Counts{{"torn_record", 1}});
    CHECK(t.warnings.back().find("a damaged record at byte") != std::string::npos);
}

TEST_CASE("MLflow: the file's name is the metric's") {
    const Training t = read_training(kTraining + "grad_norm");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 500'000, kNoon + kSecond});
    CHECK(t.step == std::vector<double>{10, 20, 30});
    CHECK(t.grad_norm[0] == 1.5);
    CHECK(std::isinf(t.grad_norm[1]));
    CHECK(t.grad_norm[2] == 0.75);
    CHECK(missing(t.loss[0]));
    const TempDir folder;
    rle::test::write_file(folder / "loss", "1790596800000 2.5 10\n");
    CHECK(read_training(folder / "loss").loss == std::vector<double>{2.5});
}

TEST_CASE("each sample is told by its content, and by the reader meant for it") {
    const auto telemetry_format = [](const std::string& file) {
        const std::string text = rle::test::read_file(kTelemetry + file);
        const rle::formats::ReadOptions options;
        for (const auto& format : rle::formats::telemetry_formats()) {
            if (format.refuse({text, file, options}).empty()) return std::string(format.name);
        }
        return std::string();
    };
    CHECK(telemetry_format("session.csv") == "csv");
    CHECK(telemetry_format("rle_monitor.csv") == "csv");
    CHECK(telemetry_format("nvidia_smi_query.csv") == "nvidia-smi-csv");
    CHECK(telemetry_format("nvidia_smi_dmon.txt") == "nvidia-smi-dmon");
    CHECK(telemetry_format("prometheus.json") == "prometheus");
    CHECK(telemetry_format("rocm_smi.csv") == "rocm-smi-csv");
    CHECK(telemetry_format("amd_smi.csv") == "rocm-smi-csv");
    CHECK(telemetry_format("turbostat.txt") == "turbostat");
    CHECK(telemetry_format("s_tui.csv") == "s-tui-csv");
    CHECK(telemetry_format("jtop.csv") == "jtop-csv");
    CHECK(telemetry_format("dcgm_exporter.txt") == "prometheus-text");
    CHECK(telemetry_format("hwinfo.csv") == "hwinfo-csv");
    CHECK(telemetry_format("hwinfo_german.csv") == "hwinfo-csv");
    CHECK(telemetry_format("german_spreadsheet.csv") == "csv");
    CHECK(telemetry_format("nvidia_smi_bus_id.csv") == "nvidia-smi-csv");
    const auto training_format = [](const std::string& file) {
        const std::string text = rle::test::read_file(kTraining + file);
        const rle::formats::ReadOptions options;
        for (const auto& format : rle::formats::training_formats()) {
            if (format.refuse({text, file, options}).empty()) return std::string(format.name);
        }
        return std::string();
    };
    CHECK(training_format("shared_clock.json") == "json");
    CHECK(training_format("lines.jsonl") == "json");
    CHECK(training_format("trainer_state.json") == "trainer-state");
    CHECK(training_format("hf_train.out") == "hf-printed");
    CHECK(training_format("megatron.log") == "megatron");
    CHECK(training_format("torchtitan.log") == "torchtitan");
    CHECK(training_format("fairseq.log") == "printed");
    CHECK(training_format("lightning_metrics.csv") == "csv");
    CHECK(training_format("events.out.tfevents") == "tensorboard");
    CHECK(training_format("grad_norm") == "mlflow-metric");
    CHECK(training_format("wandb_chart.csv") == "csv");
    CHECK(training_format("logged_dicts.log") == "hf-printed");
}

TEST_CASE("a format can be named; a name that is none is a wrong usage") {
    rle::formats::ReadOptions options;
    options.format = "turbostat";
    CHECK(refusal_of([&] {
              read_telemetry(kTelemetry + "session.csv", options);
          }).says("no header with PkgWatt"));
    options.format = "excel";
    const auto refused = refusal_of([&] { read_telemetry(kTelemetry + "session.csv", options); });
    CHECK(refused.exit_code == 2);
    CHECK(refused.says("one of nvidia-smi-csv"));
}
