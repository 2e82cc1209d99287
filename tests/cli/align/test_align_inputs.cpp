// What `align` is given: files of several formats, zones and orders, and what it says where it cannot go on.
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;

namespace {

// Rows [from, to) at 1 Hz: 50 degC and 100 W and a row more each.
std::string plain(int from, int to, const std::string& zone = "Z", int hour = 12) {
    std::string text = "timestamp,device,temp_c,power_w,util_pct\n";
    for (int i = from; i < to; ++i) {
        text += "2026-09-28T" + std::to_string(hour) + ":00:0" + std::to_string(i) + zone + ",gpu0," +
                std::to_string(50 + i) + "," + std::to_string(100 + i) + ",40\n";
    }
    return text;
}

std::string steps(int from, int to) {
    std::string text = "timestamp,step,grad_norm\n";
    for (int i = from; i < to; ++i) {
        text += "2026-09-28T12:00:0" + std::to_string(i) + "Z," + std::to_string(i) + "," +
                std::to_string(i) + ".5\n";
    }
    return text;
}

Finished align(const TempDir& dir, const std::vector<std::string>& options) {
    std::vector<std::string> args{"align",        "-o", dir / "out.csv", "--rated-power", "200",
                                  "--temp-limit", "83"};
    args.insert(args.end(), options.begin(), options.end());
    return rlecouple(args);
}

// "temp_c grad_norm" of each row.
std::vector<std::string> pairs(const TempDir& dir) {
    std::vector<std::string> out;
    for (const std::string& line : lines_of(read_file(dir / "out.csv"))) {
        std::vector<std::string> cells{""};
        for (const char c : line) {
            if (c == ',') {
                cells.emplace_back();
            } else {
                cells.back().push_back(c);
            }
        }
        out.push_back(cells[3] + " " + cells[13]);
    }
    out.erase(out.begin());
    return out;
}

const std::vector<std::string> kFour{"50 0.5", "51 1.5", "52 2.5", "53 3.5"};

}  // namespace

TEST_CASE("files given in the wrong order, overlapping, and in other formats and zones are one stream") {
    const TempDir dir;
    write_file(dir / "early", plain(0, 2));
    write_file(dir / "late", plain(2, 4, "+02:00", 14));
    write_file(dir / "both", plain(1, 3));
    write_file(
        dir / "smi",
        "timestamp, index, temperature.gpu, power.draw [W], utilization.gpu [%]\n"
        "2026/09/28 14:00:02.000, 0, 52, 102.00 W, 40 %\n2026/09/28 14:00:03.000, 0, 53, 103.00 W, 40 %\n");
    write_file(dir / "steps1", steps(0, 2));
    write_file(dir / "steps2", steps(2, 4));
    const Finished swapped = align(dir, {"--telemetry", dir / "late", "--telemetry", dir / "early",
                                         "--training", dir / "steps2", "--training", dir / "steps1"});
    CHECK(swapped.err == "");
    CHECK(swapped.exit_code == 0);
    CHECK(pairs(dir) == kFour);
    const Finished overlapping =
        align(dir, {"--telemetry", dir / "early", "--telemetry", dir / "late", "--telemetry", dir / "both",
                    "--training", dir / "steps1", "--training", dir / "steps2"});
    CHECK(overlapping.err.find("2 telemetry duplicate rows were left out") != std::string::npos);
    CHECK(pairs(dir) == kFour);
    const Finished formats =
        align(dir, {"--telemetry", dir / "early", "--telemetry", dir / "smi", "--tz", "Europe/Berlin",
                    "--training", dir / "steps1", "--training", dir / "steps2"});
    CHECK(formats.err == "");
    CHECK(pairs(dir) == kFour);
}

TEST_CASE(
    "an unknown format is one short line that names the option that overrides; a wrong name, the right "
    "ones") {
    const TempDir dir;
    write_file(dir / "x", "a b c\n1 2 3\n");
    write_file(dir / "t", plain(0, 4));
    const Finished telemetry = align(dir, {"--telemetry", dir / "x"});
    CHECK(telemetry.exit_code == 1);
    CHECK(telemetry.err ==
          "rlecouple: " + (dir / "x") +
              ": no known format: neither a table with a header nor JSON; `rlecouple formats FILE` "
              "tells why, --telemetry-format overrides\n");
    const Finished training = align(dir, {"--telemetry", dir / "t", "--training", dir / "x"});
    CHECK(training.exit_code == 1);
    CHECK(training.err.find("no known format; printed is nearest: no line names a gradient norm") !=
          std::string::npos);
    CHECK(training.err.find("--training-format overrides") != std::string::npos);
    const Finished named = align(dir, {"--telemetry", dir / "t", "--telemetry-format", "excel"});
    CHECK(named.exit_code == 2);
    CHECK(named.err.find("--telemetry-format: no format 'excel'; one of nvidia-smi-csv,") !=
          std::string::npos);
}

TEST_CASE("--start and --step-seconds are for the stream without times alone; two such want a rate each") {
    const TempDir dir;
    write_file(dir / "timed", plain(0, 4));
    write_file(dir / "dmon",
               "# gpu pwr gtemp sm\n# Idx W C %\n0 100 50 40\n0 101 51 40\n0 102 52 40\n0 103 53 40\n");
    write_file(dir / "steps", steps(0, 4));
    write_file(dir / "hf",
               "{'loss': 2, 'grad_norm': 0.5}\n{'loss': 2, 'grad_norm': 1.5}\n"
               "{'loss': 2, 'grad_norm': 2.5}\n{'loss': 2, 'grad_norm': 3.5}\n");
    const std::vector<std::string> start{"--start", "2026-09-28T12:00:00Z"};
    const auto with = [&](std::vector<std::string> options) {
        options.insert(options.end(), start.begin(), start.end());
        return options;
    };
    CHECK(align(dir, with({"--telemetry", dir / "timed", "--training", dir / "hf", "--step-seconds", "1"}))
              .exit_code == 0);
    CHECK(pairs(dir) == kFour);
    CHECK(align(dir, with({"--telemetry", dir / "dmon", "--training", dir / "steps", "--step-seconds", "1"}))
              .exit_code == 0);
    CHECK(pairs(dir) == kFour);
    const Finished unclear =
        align(dir, with({"--telemetry", dir / "dmon", "--training", dir / "hf", "--step-seconds", "1"}));
    CHECK(unclear.exit_code == 2);
    CHECK(unclear.err.find("neither telemetry nor training log has times; --step-seconds is the log's") !=
          std::string::npos);
    // A step lasts two samples: the grid points between are nearest to the step before, or after it.
    const Finished both =
        align(dir, with({"--telemetry", dir / "dmon", "--training", dir / "hf", "--step-seconds", "2",
                         "--sample-seconds", "1", "--tolerance", "0"}));
    CHECK(both.exit_code == 0);
    CHECK(pairs(dir) == std::vector<std::string>{"50 0.5", "51 ", "52 1.5", "53 "});
}

TEST_CASE("a log whose steps name no gradient norm is told so, and not to raise the tolerance") {
    const TempDir dir;
    write_file(dir / "t", plain(0, 4));
    write_file(dir / "log",
               "2026-09-28T12:00:00Z step: 1 loss: 2.5 norm: 1.5\n2026-09-28T12:00:01Z step: 2 loss: 2.5 "
               "norm: 1.25\n");
    const Finished refused = align(dir, {"--telemetry", dir / "t", "--training", dir / "log"});
    CHECK(refused.exit_code == 4);
    CHECK(lines_of(refused.err).back().find("have no gradient norm; --grad-key KEY") != std::string::npos);
    CHECK(align(dir, {"--telemetry", dir / "t", "--training", dir / "log", "--grad-key", "norm",
                      "--tolerance", "0"})
              .exit_code == 0);
    CHECK(pairs(dir) == std::vector<std::string>{"50 1.5", "51 1.25", "52 ", "53 "});
}

TEST_CASE("a chart of two runs: which one is read is said") {
    const TempDir dir;
    write_file(dir / "t", plain(0, 2));
    write_file(dir / "wandb",
               "\"Step\",\"a - train/grad_norm\",\"a - train/grad_norm__MIN\",\"b - train/grad_norm\"\n"
               "\"0\",\"0.5\",\"0.5\",\"7\"\n\"1\",\"1.5\",\"1.5\",\"\"\n");
    const std::vector<std::string> common{
        "--telemetry",          dir / "t",        "--training", dir / "wandb", "--start",
        "2026-09-28T12:00:00Z", "--step-seconds", "1",          "--tolerance", "0"};
    const Finished first = align(dir, common);
    CHECK(
        first.err.find("of the columns 'a - train/grad_norm' and 'b - train/grad_norm' the first is read") !=
        std::string::npos);
    CHECK(pairs(dir) == std::vector<std::string>{"50 0.5", "51 1.5"});
    std::vector<std::string> other = common;
    other.insert(other.end(), {"--grad-key", "b - train/grad_norm"});
    CHECK(align(dir, other).exit_code == 0);
    CHECK(pairs(dir) == std::vector<std::string>{"50 7", "51 "});
}

TEST_CASE("dates that may be two days want --date-order, where no date of the file tells") {
    const TempDir dir;
    const auto write = [&](const std::string& third) {
        write_file(dir / "t.csv",
                   "timestamp,temp_c,power_w\n9/10/2026 11:59:58 AM,50,100\n9/10/2026 12:00:00 PM,51,101\n" +
                       third + " 12:00:02 PM,52,102\n");
    };
    const auto first_row = [&] { return lines_of(read_file(dir / "out.csv"))[1].substr(0, 32); };
    write("9/10/2026");
    const Finished refused = align(dir, {"--telemetry", dir / "t.csv"});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.find("'9/10/2026 11:59:58 AM' may mean two days") != std::string::npos);
    CHECK(refused.out.empty());
    REQUIRE(align(dir, {"--telemetry", dir / "t.csv", "--date-order", "dmy"}).exit_code == 0);
    CHECK(first_row().find("2026-10-09T11:59:58") != std::string::npos);
    REQUIRE(align(dir, {"--telemetry", dir / "t.csv", "--date-order", "mdy"}).exit_code == 0);
    CHECK(first_row().find("2026-09-10T11:59:58") != std::string::npos);
    write("13/10/2026");  // tells
    REQUIRE(align(dir, {"--telemetry", dir / "t.csv", "--sample-hz", "0.001"}).exit_code == 0);
    CHECK(first_row().find("2026-10-09T11:59:58") != std::string::npos);
    const Finished wrong = align(dir, {"--telemetry", dir / "t.csv", "--date-order", "ymd"});
    CHECK(wrong.exit_code == 2);
    CHECK(wrong.err.find("--date-order") != std::string::npos);
}

TEST_CASE("files with times of day follow each other behind midnight, in pieces or not") {
    const TempDir dir;
    write_file(dir / "1.csv", "time,temp_c,power_w\n08:00:00,50,100\n16:00:00,51,101\n23:59:59,52,102\n");
    write_file(dir / "2.csv", "time,temp_c,power_w\n00:00:01,53,103\n07:00:00,54,104\n");
    const Finished run = align(dir, {"--telemetry", dir / "1.csv", "--telemetry", dir / "2.csv", "--start",
                                     "2026-09-28T08:00:00Z", "--sample-hz", "0.0001"});
    CHECK(run.exit_code == 0);
    CHECK(run.err.find("2.csv: times of day, the first taken for 2026-09-29, on from the file before it") !=
          std::string::npos);
    const std::vector<std::string> rows = lines_of(read_file(dir / "out.csv"));
    CHECK(rows[1].find("2026-09-28T08:00:00") != std::string::npos);
    CHECK(rows.back().find("2026-09-29T0") != std::string::npos);
}

TEST_CASE("--columns names the columns of telemetry without a header, --training-columns those of a log") {
    const TempDir dir;
    const auto headless = [](const std::string& table) { return table.substr(table.find('\n') + 1); };
    write_file(dir / "gpu.csv", headless(plain(0, 4)));
    write_file(dir / "log.csv", headless(steps(0, 4)));
    const std::vector<std::string> files{"--telemetry", dir / "gpu.csv", "--training", dir / "log.csv"};
    const auto with = [&](const std::vector<std::string>& more) {
        std::vector<std::string> args = files;
        args.insert(args.end(), more.begin(), more.end());
        return align(dir, args);
    };
    const std::vector<std::string> named{"--columns", "timestamp,device,temp_c,power_w,util_pct",
                                         "--training-columns", "timestamp,step,grad_norm"};
    const Finished run = with(named);
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
    CHECK(pairs(dir) == kFour);
    const Finished unnamed = with({});
    CHECK(unnamed.exit_code == 1);
    CHECK(unnamed.out.empty());
    CHECK(unnamed.err.find("its first line has values, not names; --columns a,b,c names its columns") !=
          std::string::npos);
    const Finished too_few = with({"--columns", "timestamp,temp_c"});
    CHECK(too_few.exit_code == 1);
    CHECK(too_few.err.find("its rows have 5 cells, and 2 columns are named") != std::string::npos);
}

TEST_CASE("that RLE rests on an estimate is told, of a file and of what comes through a pipe") {
    const TempDir dir;
    const std::string table =
        "t_s,device,temp_c,power_w,util_pct,modelled\n0,cpu,50,100,40,power_w\n1,cpu,51,101,40,power_w\n";
    write_file(dir / "t.csv", table);
    for (const std::string& from : {dir / "t.csv", std::string("-")}) {
        INFO(from);
        const Finished run = rlecouple({"align", "--telemetry", from, "-o", dir / "out.csv"}, table);
        CHECK(run.exit_code == 0);
        CHECK(run.err.find("power_w is an estimate, not measured") != std::string::npos);
    }
}

// What is too long for memory is unpacked beside the output, whose folder is made when it is written.
TEST_CASE("a long pipe is taken where the output's folder is not there yet") {
    const TempDir dir;
    const std::string note(200'000, 'n');
    std::string telemetry = "t_s,device,temp_c,power_w,note\n";
    for (int i = 0; i < 180; ++i)
        telemetry += std::to_string(i) + ",gpu0," + std::to_string(50 + i % 7) + ",100," + note + "\n";
    REQUIRE(telemetry.size() > (std::size_t{32} << 20U));
    const Finished done = rlecouple({"align", "--telemetry", "-", "-o", dir / "new/folder/x.csv"}, telemetry);
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(lines_of(read_file(dir / "new/folder/x.csv")).size() == 181);
}

TEST_CASE("an output that is named as a folder is one, also where it is not there yet") {
    const TempDir dir;
    write_session(dir.path(), make_session(120));
    const std::string folder = dir.path().string();
    const Finished aligned = rlecouple({"align", folder, "-o", dir / "new/one/"});
    INFO(aligned.err);
    CHECK(aligned.exit_code == 0);
    CHECK(lines_of(read_file(dir / "new/one/aligned.csv")).size() == 121);
    CHECK(std::filesystem::exists(dir / "new/one/align.json"));
    REQUIRE(rlecouple({"align", folder}).exit_code == 0);
    CHECK(rlecouple({"correlate", folder, "-o", dir / "new/two/"}).exit_code == 0);
    CHECK(std::filesystem::exists(dir / "new/two/correlation.json"));
}
