// What tools of other versions and locales write: values worked out by hand.
#include <cmath>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::Telemetry;
using rle::Training;
using rle::formats::ReadOptions;
using rle::test::kNoon;
using rle::test::kSecond;
using rle::test::Numbers;
using rle::test::refusal_of;
using rle::test::started;
using rle::test::telemetry;
using rle::test::TempDir;
using rle::test::training;

TEST_CASE("a German spreadsheet: semicolons, decimal commas, dates with dots") {
    const Telemetry t = telemetry(
        "timestamp;temp_c;power_w;util_pct;firmware\r\n28.09.2026 12:00:00;50;100,25;40;531.79\r\n"
        "28.9.2026 12:00:01;51,5;101,125;41;531.79\r\n");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + kSecond});
    CHECK(t.temp_c == Numbers{50, 51.5});
    CHECK(t.power_w == Numbers{100.25, 101.125});
    CHECK((*t.other("firmware"))[1] == "531.79");
    const Training steps =
        training("timestamp;step;loss;grad_norm;lr\n2026-09-28 12:00:00;1;2,5;1,5;4,9e-05\n");
    CHECK(steps.loss == Numbers{2.5});
    CHECK(steps.grad_norm == Numbers{1.5});
    CHECK(steps.learning_rate == Numbers{4.9e-05});
}

TEST_CASE("decimal commas in quotes between commas") {
    const Telemetry t = telemetry("t_s,temp_c,power_w\n\"0,5\",\"50,5\",100\n\"1,0\",\"51,0\",\"101,5\"\n");
    CHECK(t.t_s == Numbers{0.5, 1});
    CHECK(t.temp_c == Numbers{50.5, 51});
    CHECK(t.power_w == Numbers{100, 101.5});
    // Where numbers have points, a cell in quotes is text, whatever it looks like.
    const Telemetry carried =
        telemetry("t_s,temp_c,power_w,visible_gpus\n0.5,50.5,100,\"0,1\"\n1.5,50.5,100,\"0,1\"\n");
    CHECK((*carried.other("visible_gpus"))[0] == "0,1");
}

TEST_CASE("a comma that may be a thousand's is an error, or text where numbers have points") {
    const std::string header = "t_s;temp_c;power_w;clock_mhz\n";
    const auto doubtful = refusal_of([&] { telemetry(header + "1;50;1,250;\n2;50;1,251;\n"); });
    CHECK(doubtful.exit_code == 1);
    CHECK(doubtful.says("log:2: '1,250' may be a thousand or a fraction"));
    const auto both = refusal_of([&] { telemetry(header + "1;50;100,5;\n2;50;1.234;\n"); });
    CHECK(both.says("log:3: column 'power_w' has decimal commas and decimal points"));
    const Telemetry t = telemetry(header + "1;50.5;100.5;1,410\n2;50.5;100.5;1,410\n");
    CHECK(t.temp_c == Numbers{50.5, 50.5});
    CHECK((*t.other("clock_mhz"))[0] == "1,410");
    CHECK(refusal_of([] {
              telemetry("t_s,temp_c,power_w\n1,50,5,100,25\n2,51,5,100,25\n");
          }).says("decimal commas between commas must be quoted"));
}

TEST_CASE("a decimal comma never cuts a number short") {
    const Training csv = training("timestamp,step,loss,grad_norm\n1790596800.5,1,\"2,5\",1.5\n");
    CHECK(std::isnan(csv.loss[0]));
    CHECK(csv.dropped == rle::Counts{{"not_a_number", 1}});
    const Training json = training("{\"ts\": 1790596800, \"loss\": \"2,5\", \"grad_norm\": 1.5}\n");
    CHECK(std::isnan(json.loss[0]));
    const Training printed = training("2026-09-28 12:00:00 step=1 loss=2,5 grad_norm=1.5, lr=[0.001]\n");
    CHECK(std::isnan(printed.loss[0]));
    CHECK(printed.grad_norm == Numbers{1.5});
    CHECK(printed.learning_rate == Numbers{0.001});
}

TEST_CASE("HWiNFO in a German locale: semicolons, decimal commas, code page 1252") {
    const Telemetry t = telemetry(
        "Date;Time;\"CPU Package [\xb0"
        "C]\";\"GPU Temperature [\xb0"
        "C]\";\"GPU Power [W]\";\"GPU Core Load [%]\";\"Throttling [Yes/No]\";\r\n"
        "28.09.2026;12:00:00,123;60,5;50,0;100,5;40,0;Nein;\r\n"
        "28.09.2026;12:00:02.123;61,5;51,0;101,500;41,0;Nein;\r\n");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon + 123000, kNoon + 2 * kSecond + 123000});
    CHECK(t.temp_c == Numbers{50, 51});
    CHECK(t.power_w == Numbers{100.5, 101.5});
    CHECK(t.util_pct == Numbers{40, 41});
    CHECK((*t.other("CPU Package [\xc2\xb0"
                    "C]"))[0] == "60.5");
}

TEST_CASE("HWiNFO in degrees Fahrenheit") {
    const Telemetry t = telemetry(
        "Date,Time,\"GPU Temperature [\xc2\xb0"
        "F]\",\"GPU Power [W]\",\n9/28/2026,12:00:00.000,149,100,\n");
    CHECK(t.temp_c[0] == Approx(65));  // (149 - 32) / 1.8
}

TEST_CASE("HWiNFO with two GPUs: temperature and load stand beside the power of the same one") {
    const Telemetry t = telemetry(
        "Date,Time,\"GPU Temperature [C]\",\"GPU D3D Usage [%]\",\"GPU Temperature [C]\",\"GPU Power [W]\","
        "\"GPU Core Load [%]\",\n28.9.2026,12:00:00.000,40,3,70,300,99,\n");
    CHECK(t.temp_c == Numbers{70});
    CHECK(t.power_w == Numbers{300});
    CHECK(t.util_pct == Numbers{99});
}

TEST_CASE("HWiNFO: where no device has temperature and power, each has what the log says of it") {
    const Telemetry t = telemetry(
        "\"Date\",\"Time\",\"CPU Package Power [W]\",\"GPU Temperature "
        "[C]\",\n28.9.2026,12:00:00.000,65.5,50,\n");
    REQUIRE(t.devices == std::vector<std::string>{"gpu", "cpu"});
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon});
    CHECK(t.temp_c[0] == 50);
    CHECK(std::isnan(t.power_w[0]));
    CHECK(std::isnan(t.temp_c[1]));
    CHECK(t.power_w[1] == 65.5);
}

TEST_CASE("nvidia-smi: GPUs told apart by their bus where no index was asked for") {
    const Telemetry t = telemetry(
        "timestamp, pci.bus_id, temperature.gpu, power.draw [W]\n"
        "2026/09/28 12:00:00.000, 00000000:01:00.0, 50, 100.00 W\n"
        "2026/09/28 12:00:00.002, 00000000:02:00.0, 60, ERR!\n"
        "2026/09/28 12:00:01.000, 00000000:01:00.0, [GPU requires reset], 101.00 W\n");
    CHECK(t.devices == std::vector<std::string>{"gpu-00000000:01:00.0", "gpu-00000000:02:00.0"});
    CHECK(t.temp_c[0] == 50);
    CHECK(t.temp_c[1] == 60);
    CHECK(std::isnan(t.temp_c[2]));
    CHECK(std::isnan(t.power_w[1]));
    CHECK(t.dropped == rle::Counts{{"not_a_number", 1}});
}

TEST_CASE("nvidia-smi without times, and without a header") {
    const std::string rows =
        "index, temperature.gpu, power.draw [W]\n0, 50, 100.00 W\n1, 60, 90.00 W\n0, 51, 101.00 W\n";
    CHECK(refusal_of([&] { telemetry(rows); }).exit_code == 4);
    const Telemetry t = telemetry(rows, started(0.5));
    CHECK(t.t_s == Numbers{0, 0, 0.5});
    CHECK(t.temp_c == Numbers{50, 60, 51});
    CHECK(refusal_of([] {
              telemetry("2026/09/28 12:00:00.000, 0, 50, 100.00 W\n");
          }).says("its first line has values, not names; --columns a,b,c names its columns"));
}

TEST_CASE("nvidia-smi: the flag is made of the reasons' bits, in whole files and in pieces") {
    const std::string text =
        "timestamp, index, temperature.gpu, clocks_event_reasons.active\n"
        "2026/09/28 12:00:00.000, 0, 50, 0x0000000000000000\n2026/09/28 12:00:01.000, 0, 50, "
        "0x0000000000000004\n"
        "2026/09/28 12:00:02.000, 0, 50, 0x0000000000000001\n2026/09/28 12:00:03.000, 0, 50, Not Active\n";
    const Telemetry t = telemetry(text);
    REQUIRE(t.others.back().name() == "throttle");
    const ReadOptions options;
    const auto pieces = rle::formats::open_telemetry_text({text, "log", options});
    REQUIRE(pieces != nullptr);
    Telemetry piece;
    std::size_t row = 0;
    const char* const expected[] = {"0", "1", "0", ""};  // 0x4: power cap; 0x1: idle
    while (pieces->next(piece, 3)) {
        for (std::size_t i = 0; i < piece.size(); ++i, ++row) {
            CHECK((*t.other("throttle"))[row] == expected[row]);
            CHECK((*piece.other("throttle"))[i] == expected[row]);
        }
    }
    CHECK(row == 4);
}

TEST_CASE("Prometheus: a GPU of two machines is two devices, one of two pods is one") {
    const auto series = [](const char* metric, const char* labels, const char* value) {
        return std::string(R"({"metric":{"__name__":"DCGM_FI_DEV_)") + metric + R"(","gpu":"0",)" + labels +
               R"(},"values":[[1790596800,")" + value + R"("]]})";
    };
    const auto answer = [](const std::string& list) {
        return R"({"status":"success","data":{"resultType":"matrix","result":[)" + list + "]}}";
    };
    const Telemetry hosts = telemetry(answer(series("GPU_TEMP", R"("Hostname":"a")", "50") + "," +
                                             series("GPU_TEMP", R"("Hostname":"b")", "60") + "," +
                                             series("POWER_USAGE", R"("Hostname":"a")", "100") + "," +
                                             series("POWER_USAGE", R"("instance":"b:9400")", "110")));
    CHECK(hosts.devices == std::vector<std::string>{"gpu0@a", "gpu0@b"});
    CHECK(hosts.temp_c == Numbers{50, 60});
    CHECK(hosts.power_w == Numbers{100, 110});
    const Telemetry pods =
        telemetry(answer(series("POWER_USAGE", R"("Hostname":"a","pod":"x")", "100") + "," +
                         series("POWER_USAGE", R"("Hostname":"a","pod":"y")", "100")));
    CHECK(pods.devices == std::vector<std::string>{"gpu0"});
    CHECK(pods.power_w == Numbers{100});
}

TEST_CASE(
    "Prometheus: one answer a quantity, a counter of two sockets that begins anew, a zone for a sensor") {
    const auto answer = [](const std::string& name, const std::string& labels, const std::string& values) {
        return R"({"data":{"resultType":"matrix","result":[{"metric":{"__name__":")" + name + '"' + labels +
               R"(},"values":[)" + values + "]}]}}";
    };
    const std::string gpu = R"(,"gpu":"0")", times = R"([1790596800,"50"],[1790596801,"51"])";
    const TempDir folder;
    std::vector<rle::formats::Input> files;
    const auto give = [&](const std::string& text) {
        const std::string path = folder / (std::to_string(files.size()) + ".json");
        rle::test::write_file(path, text);
        files.push_back(rle::formats::Input::as_it_is(path));
    };
    give(answer("DCGM_FI_DEV_GPU_TEMP", gpu, times));
    give(answer("DCGM_FI_DEV_POWER_USAGE", gpu, R"([1790596800,"100"])"));
    give("[" + answer("DCGM_FI_DEV_SM_CLOCK", gpu, R"([1790596801,"1800"])") + "]");
    const Telemetry joined = rle::formats::read_telemetry(files, {});
    CHECK(joined.temp_c == Numbers{50, 51});
    CHECK(joined.power_w[0] == 100);
    CHECK(std::isnan(joined.power_w[1]));
    CHECK((*joined.other("clock_mhz"))[1] == "1800");

    const auto rapl = [&](const char* index, const char* values) {
        return answer("node_rapl_package_joules_total", index, values);
    };
    const Telemetry node =
        telemetry("[" +
                  rapl(R"(,"index":"0")",
                       R"([1790596800,"0"],[1790596801,"50"],[1790596802,"100"],[1790596803,"150"])") +
                  "," +
                  rapl(R"(,"index":"1")",
                       R"([1790596800,"900"],[1790596801,"1000"],[1790596802,"3"],[1790596803,"103"])") +
                  "," + answer("node_thermal_zone_temp", "", R"([1790596801,"40"],[1790596802,"41"])") + "]");
    CHECK(node.power_w[0] == 150);
    CHECK(std::isnan(node.power_w[1]));  // of one socket alone
    CHECK(node.power_w[2] == 150);
    CHECK(node.temp_c[0] == 40);
}

TEST_CASE("of several columns for one quantity the first that has readings goes") {
    const Telemetry old_card = telemetry(
        "timestamp, index, temperature.gpu, power.draw [W], power.draw.instant [W], utilization.gpu [%]\n"
        "2026/09/28 12:00:00.000, 0, 50, 100.00 W, [N/A], 50 %\n"
        "2026/09/28 12:00:01.000, 0, 51, 101.00 W, [N/A], 51 %\n");
    CHECK(old_card.power_w == Numbers{100, 101});
    const Telemetry amd = telemetry(
        "gpu,gfx_activity,socket_power,edge,hotspot\n0,40,100,N/A,60\n0,41,101,N/A,61\n", started(1));
    CHECK(amd.temp_c == Numbers{60, 61});
    const Telemetry plain = telemetry("t_s,gpu_temp_c,temperature,power_w\n0,50,,100\n1,51,,101\n");
    CHECK(plain.temp_c == Numbers{50, 51});
}

TEST_CASE("what tells devices apart in plain CSV, and what a column called gpu is") {
    const auto devices = [](const std::string& header, const std::string& rows) {
        return telemetry(header + "\n" + rows + rows).devices;
    };
    using Names = std::vector<std::string>;
    CHECK(devices("t_s,gpu,temp_c,power_w", "0,0,50,100\n0,1,60,200\n") == Names{"gpu0", "gpu1"});
    CHECK(devices("t_s,uuid,temp_c,power_w", "0,GPU-a,50,100\n0,GPU-b,60,200\n") == Names{"GPU-a", "GPU-b"});
    CHECK(devices("t_s,card,temp_c,power_w", "0,card0,50,100\n0,card1,60,200\n") == Names{"card0", "card1"});
    CHECK(devices("t_s,hostname,temp_c,power_w", "0,a,50,100\n0,b,60,200\n") == Names{"a", "b"});
    CHECK(devices("t_s,hostname,gpu_temp,power_w", "0,a,50,100\n1,a,60,200\n") == Names{"gpu"});
    CHECK(devices("t_s,gpu,temp_c,power_w", "0,97,50,100\n1,98.5,60,200\n") == Names{"gpu"});  // busy
    CHECK(devices("t_s,gpu,temp_c,power_w", "0,45%,50,100\n1,46%,60,200\n") == Names{"gpu"});
    std::string idle = "0,0,50,100\n1,0,50,100\n2,1,50,100\n3,0,50,100\n4,0,50,100\n5,97,50,100\n";
    CHECK(devices("t_s,gpu,temp_c,power_w", idle) == Names{"gpu"});
    CHECK(devices("t_s,index,temp_c,power_w", "0,0,50,100\n0,17,60,200\n") == Names{"gpu0", "gpu17"});
    // The number of the row, as pandas writes it; seventeen GPUs at one time are not told from it.
    std::string table;
    for (int i = 0; i < 20; ++i) table += std::to_string(i) + "," + std::to_string(7 + i) + ",50,100\n";
    const Telemetry counted = telemetry("t_s,index,temp_c,power_w\n" + table);
    CHECK(counted.devices == Names{"device0"});
    CHECK((*counted.other("index"))[19] == "26");
    // Phases of the work, and a number that counts up.
    std::string phases = "0,idle,50,100\n1,idle,50,100\n2,load,50,100\n3,load,50,100\n";
    CHECK(telemetry("t_s,name,temp_c,power_w\n" + phases).devices == Names{"device0"});
    CHECK(telemetry("t_s,serial,temp_c,power_w\n0,7,50,100\n1,8,60,200\n2,9,60,200\n3,10,60,200\n").devices ==
          Names{"device0"});
}

TEST_CASE("a column that names a device in every row is none of devices") {
    std::string table = "t_s,uuid,temp_c,power_w\n";
    for (int i = 0; i < 12'000; ++i) table += std::to_string(i) + ",run-" + std::to_string(i) + ",50,100\n";
    CHECK(refusal_of([&] { telemetry(table); }).says("more than 10000 devices"));
}

TEST_CASE("a unit at the end of a name makes nothing of it that it is not") {
    const Telemetry t = telemetry("t_s,temp_c,power_w,node_w,gpu_usage_w,t_c\n0,50,100,480,45,41\n");
    CHECK(t.devices == std::vector<std::string>{"gpu"});
    CHECK(t.t_s == Numbers{0});
    CHECK(std::isnan(t.util_pct[0]));
    CHECK((*t.other("node_w"))[0] == "480");
}

TEST_CASE("units that stand in a column's name, and commas between thousands") {
    const Telemetry t = telemetry("t_s,temperature_celsius,gpu_power_mw\n0,50,100500\n");
    CHECK(t.temp_c == Numbers{50});
    CHECK(t.power_w == Numbers{100.5});
    CHECK(telemetry("t_s,temp_f,power_watts\n0,122,100\n").temp_c[0] == Approx(50.0));
    const Telemetry large = telemetry("t_s,temp_c,power_w\n0,50,\"915.00\"\n1,50,\"1,015.50\"\n");
    CHECK(large.power_w == Numbers{915, 1015.5});
}

TEST_CASE("steps that are counted with commas or beside the last one, and lines of a configuration") {
    const Training t = training(
        "config: {'max_grad_norm': 1.0, 'loss': 'mse'}\n"
        "step: 990/2,000 loss: 2.5 grad_norm: 1.5\n"
        "step: 1,000/2,000 loss: 2.25 grad_norm: 1.25\n"
        "loss: 2.0 grad_norm: 1.75\n"
        "step: 1,010/2,000 loss: 2.0 grad_norm: 1.75\n",
        started(0.1));
    CHECK(t.grad_norm == Numbers{1.5, 1.25, 1.75, 1.75});
    CHECK(t.step[1] == 1000);
    CHECK(t.wall_us ==
          std::vector<std::int64_t>{kNoon, kNoon + kSecond, kNoon + kSecond, kNoon + 2 * kSecond});
}

TEST_CASE("amd-smi and turbostat asked for other columns") {
    const Telemetry amd = telemetry(
        "gpu,gfx_activity,socket_power,edge,hotspot,mem\n0,40,100,50,60,55\n0,41,N/A,51,61,55\n", started(1));
    CHECK(amd.devices == std::vector<std::string>{"gpu0"});
    CHECK(amd.temp_c == Numbers{50, 51});
    CHECK(amd.power_w[0] == 100);
    CHECK(amd.util_pct == Numbers{40, 41});
    const Telemetry turbo = telemetry("PkgTmp\tPkgWatt\n50\t100.10\n51\t101.10\n", started(1));
    CHECK(turbo.temp_c == Numbers{50, 51});
    CHECK(turbo.power_w == Numbers{100.1, 101.1});
}

TEST_CASE("plain CSV with the units that its quantities have anyway") {
    const Telemetry t = telemetry("timestamp,temp_c,power_w,util_pct\n1790596800,50 C,100 W,40%\n");
    CHECK(t.temp_c == Numbers{50});
    CHECK(t.power_w == Numbers{100});
    CHECK(t.util_pct == Numbers{40});
    // Another unit is none of ours to guess.
    CHECK(refusal_of([] { telemetry("timestamp,temp_c,power_w\n1790596800,122 F,100\n"); }).exit_code == 1);
}

TEST_CASE("the mark of a file that was appended to another is no part of its first line") {
    const std::string header = "timestamp,temp_c,power_w\n";
    const std::string mark = "\xef\xbb\xbf";
    const Telemetry t =
        telemetry(header + "1790596800,50,100\n" + mark + header + mark + "1790596801,51,101\n");
    CHECK(t.temp_c == Numbers{50, 51});
    CHECK(t.dropped == rle::Counts{{"repeated_header", 1}});
    const Training json =
        training("{\"ts\": 1790596800, \"loss\": 2}\n" + mark + "{\"ts\": 1790596801, \"loss\": 3}\n");
    CHECK(json.loss == Numbers{2, 3});
    CHECK(json.dropped.empty());
}

TEST_CASE("records in logged lines take the line's time and step; numpy's and torch's wrappers come off") {
    const Training t = training(
        "2026-09-28 12:00:00,500 - INFO - {'loss': np.float64(2.5), 'grad_norm': tensor(1.5, "
        "device='cuda:0')}\n"
        "2026-09-28 12:00:01 | INFO | train_inner | {\"loss\": \"2.25\", \"gnorm\": \"1.25\", "
        "\"num_updates\": \"20\"}\n");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon + 500'000, kNoon + kSecond});
    CHECK(t.loss == Numbers{2.5, 2.25});
    CHECK(t.grad_norm == Numbers{1.5, 1.25});
    CHECK(t.step[1] == 20);
}

TEST_CASE("the step in front of a line: step, Step, iter") {
    const Training tune = training("Step 12 | loss:2.5 lr:2e-05 grad_norm:1.5\n", started(1));
    CHECK(tune.step == Numbers{12});
    CHECK(tune.loss == Numbers{2.5});
    ReadOptions options = started(1);
    options.grad_pattern = R"(norm (\S+))";
    const Training c =
        training("step   12/1000 | loss 10.93 (+nanz)| norm 1.5 (+nanz)| lr 6.00e-04\n", options);
    CHECK(c.step == Numbers{12});
    CHECK(c.grad_norm == Numbers{1.5});
}

TEST_CASE("GPU-Z: blanks around its cells, a comma behind them, code page 1252") {
    const std::string header =
        "        Date        , GPU Clock [MHz] , GPU Temperature [\xb0"
        "C] , Hot Spot [\xb0"
        "C] , GPU Load [%] , Board Power Draw [W] , PerfCap Reason [] ,\n";
    const Telemetry t =
        telemetry(header +
                  "2026-09-28 12:00:00 ,        1785.0   ,      48.5   ,   64.25   ,     7   ,   "
                  "  101.5   ,    16   ,\n" +
                  header + "2026-09-28 12:00:01 ,  1785.0 ,  -   ,  64.25 ,  7 ,  101.75   ,  caf\xe9   ,\n");
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + kSecond});
    CHECK(t.devices == std::vector<std::string>{"gpu"});
    CHECK(t.temp_c[0] == 48.5);
    CHECK(std::isnan(t.temp_c[1]));
    CHECK(t.power_w == Numbers{101.5, 101.75});
    CHECK(t.util_pct == Numbers{7, 7});
    REQUIRE(t.other("Hot Spot [\xc2\xb0"
                    "C]") != nullptr);
    CHECK((*t.other("PerfCap Reason []"))[1] == "caf\xc3\xa9");
    CHECK(t.dropped == rle::Counts{{"repeated_header", 1}});
}

TEST_CASE("what is no UTF-8 is code page 1252, cell by cell: names, devices, carried cells, messages") {
    const Telemetry t = telemetry(
        "t_s,temp_c,power_w,device,Zustand "
        "\xfc,note\n0,50,100,Ger\xe4t,gut,\xc3\xa9\n1,hei\xdf,100,Ger\xc3\xa4t,\x80,\xe9\n");
    CHECK(t.devices == std::vector<std::string>{"Ger\xc3\xa4t"});
    REQUIRE(t.other("Zustand \xc3\xbc") != nullptr);
    CHECK((*t.other("Zustand \xc3\xbc"))[1] == "\xe2\x82\xac");
    CHECK((*t.other("note"))[0] == "\xc3\xa9");
    CHECK((*t.other("note"))[1] == "\xc3\xa9");
    REQUIRE(!t.warnings.empty());
    CHECK(t.warnings[0].find("first: 'hei\xc3\x9f' in line 3") != std::string::npos);
}
