#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/sessions.hpp"

using namespace rle::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* kContractHeader =
    "t_s,timestamp,device,temp_c,power_w,util_pct,eta_util,eta_stability,a_load,tau_sustain_s,rle_raw,rle,"
    "collapse,grad_norm,"
    "loss,learning_rate,step,epoch";

}  // namespace

TEST_CASE("a session folder becomes aligned.csv and align.json") {
    const TempDir dir;
    write_session(dir.path(), make_session(90));
    const Finished done =
        rlecouple({"align", dir.path().string(), "--rated-power", "200", "--temp-limit", "83"});
    CHECK(done.err == "");
    REQUIRE(done.exit_code == 0);
    CHECK(done.out.find("90 have both") != std::string::npos);

    const auto lines = lines_of(read_file(dir / "aligned.csv"));
    REQUIRE(lines.size() == 91);
    CHECK(lines[0] == std::string(kContractHeader) + ",fan_pct,note");
    CHECK(lines[1].find("0,2026-03-01T12:00:00.000000Z,gpu,35,") == 0);
    CHECK(lines[1].find(",40,\"a, b\"") != std::string::npos);

    const json align = json::parse(read_file(dir / "align.json"));
    CHECK(align["schema"] == "rlecouple.align/1");
    CHECK(align["tool"]["name"] == "rlecouple");
    CHECK(align["n_telemetry"] == 90);
    CHECK(align["n_training"] == 180);
    CHECK(align["n_samples"] == 90);
    CHECK(align["sample_hz"] == 1.0);
    CHECK(align["tolerance_s"] == 2.0);
    CHECK(align["overlap_s"] == 89.0);  // the last telemetry sample stands at 89 s, the last step at 89.25 s
    CHECK(align["gaps"].empty());
    CHECK(align["suggested_shift_s"].is_null());
    CHECK(align["warnings"].empty());
    CHECK(align["pairing"]["median_abs_dt_s"].get<double>() == Approx(0.125));
}

TEST_CASE("the gradient norm of a row is the mean over the steps of its second") {
    const TempDir dir;
    const MadeSession made = make_session(40);
    write_session(dir.path(), made);
    REQUIRE(rlecouple({"align", dir.path().string()}).exit_code == 0);
    const auto lines = lines_of(read_file(dir / "aligned.csv"));
    for (std::size_t i = 1; i < lines.size(); ++i) {
        std::size_t at = 0;
        for (int comma = 0; comma < 13; ++comma) at = lines[i].find(',', at) + 1;
        CHECK(std::stod(lines[i].substr(at)) == Approx(made.grad_norm_per_second[i - 1]).margin(1e-6));
    }
}

TEST_CASE("with -o - nothing but the table goes to stdout, and stages chain in a pipe") {
    const TempDir dir;
    write_session(dir.path(), make_session(60));
    const Finished table = rlecouple(
        {"align", "--telemetry", dir / "telemetry.csv", "--training", dir / "training.csv", "-o", "-"});
    REQUIRE(table.exit_code == 0);
    CHECK(table.out.rfind(kContractHeader, 0) == 0);
    CHECK(lines_of(table.out).size() == 61);
    CHECK(table.err.find("Aligned 60 rows") != std::string::npos);
    CHECK(!fs::exists(dir.path() / "align.json"));

    const Finished from_stdin =
        rlecouple({"align", "--telemetry", "-", "--training", dir / "training.csv", "-o", "-"},
                  read_file(dir / "telemetry.csv"));
    CHECK(from_stdin.out == table.out);

    const Finished correlation = rlecouple({"correlate", "-", "-o", "-"}, table.out);
    REQUIRE(correlation.exit_code == 0);
    CHECK(json::parse(correlation.out)["n_samples"] == 60);
    const Finished balance = rlecouple({"balance", "-", "-o", "-"}, table.out);
    REQUIRE(balance.exit_code == 0);
    CHECK(json::parse(balance.out)["schema"] == "rlecouple.balance/1");
}

TEST_CASE("without a training log the file is written with those cells empty") {
    const TempDir dir;
    write_session(dir.path(), make_session(40));
    fs::remove(dir.path() / "training.csv");
    const Finished done = rlecouple({"align", dir.path().string()});
    REQUIRE(done.exit_code == 0);
    CHECK(done.err.find("no training log") != std::string::npos);
    CHECK(lines_of(read_file(dir / "aligned.csv"))[5].find(",0,,,,,,40,") != std::string::npos);
    const json align = json::parse(read_file(dir / "align.json"));
    CHECK(align["n_samples"] == 0);
    CHECK(align["pairing"]["median_abs_dt_s"].is_null());
    CHECK(!align["warnings"].empty());
}

TEST_CASE("streams that do not overlap: exit 4, the shift that would help, and both files are written") {
    const TempDir dir;
    MadeSession made = make_session(60);
    std::string& training = made.training_csv;
    for (std::size_t at = 0; (at = training.find("T12:", at)) != std::string::npos; at += 4)
        training.replace(at, 4, "T07:");
    write_session(dir.path(), made);
    // t_s would pair them whatever the timestamps say; a log from elsewhere has no t_s of ours.
    std::string without_t_s = "timestamp,step,grad_norm\n";
    for (const std::string& line : lines_of(training)) {
        if (line.front() != '2') continue;
        const std::size_t comma = line.find(',');
        without_t_s += line.substr(0, comma) + ",1,2.5\n";
    }
    write_file(dir.path() / "training.csv", without_t_s);
    const Finished done = rlecouple({"align", dir.path().string()});
    CHECK(done.exit_code == 4);
    CHECK(done.err.find("--clock-offset 18000") != std::string::npos);
    CHECK(json::parse(read_file(dir / "align.json"))["suggested_shift_s"] == 18000.0);
    CHECK(fs::exists(dir.path() / "aligned.csv"));
    CHECK(rlecouple({"align", dir.path().string(), "--clock-offset", "18000"}).exit_code == 0);
}

TEST_CASE("bad input gets one clear line and the right exit code") {
    const TempDir dir;
    const MadeSession made = make_session(40);
    write_session(dir.path(), made);
    fs::create_directory(dir.path() / "folder");
    const std::string header = lines_of(made.telemetry_csv)[0] + "\n";
    struct Bad {
        const char* file;
        std::string text;
        int exit_code;
        const char* says;
    };
    const std::vector<Bad> table{
        {"missing.csv", "", 1, "missing.csv"},
        {"folder", "", 1, "folder"},
        {"empty.csv", "", 1, "empty"},
        {"header.csv", header, 4, "header.csv"},
        {"one.csv", header + lines_of(made.telemetry_csv)[1] + "\n", 4, "two samples"},
        {"columns.csv", "a,b\n1,2\n3,4\n", 1, "columns.csv"},
        {"words.csv", "timestamp,temp_c,power_w\nnoon,warm,much\nlater,hot,more\n", 1, "words.csv"},
        {"binary.csv", std::string("\0\1\2\3\0\0\0", 7), 1, "binary.csv"},
    };
    for (const Bad& bad : table) {
        INFO(bad.file);
        const std::string file = dir / bad.file;
        if (!fs::exists(file) && std::string(bad.file) != "missing.csv") write_file(file, bad.text);
        const Finished done =
            rlecouple({"align", "--telemetry", file, "--training", dir / "training.csv", "-o", "-"});
        CHECK(done.exit_code == bad.exit_code);
        CHECK(done.out == "");
        CHECK(done.err.find(bad.says) != std::string::npos);
        CHECK(done.err.rfind("rlecouple: ", 0) == 0);
        CHECK(lines_of(done.err).size() == 1);
    }
}

TEST_CASE("nan, inf and sentinels are missing, never zero; backward clocks are sorted; both are said") {
    const TempDir dir;
    write_file(dir.path() / "telemetry.csv",
               "timestamp,device,temp_c,power_w,util_pct\n"
               "2026-03-01T12:00:00Z,gpu,50,100,50\n2026-03-01T12:00:02Z,gpu,nan,inf,[N/"
               "A]\n2026-03-01T12:00:01Z,gpu,51,101,50\n"
               "2026-03-01T12:00:03Z,gpu,345,102,50\n2026-03-01T12:00:04Z,gpu,52,103,50\n");
    const Finished done = rlecouple({"align", "--telemetry", dir / "telemetry.csv", "-o", "-"});
    REQUIRE(done.exit_code == 0);
    const auto lines = lines_of(done.out);
    REQUIRE(lines.size() == 6);
    CHECK(lines[2].find("1,2026-03-01T12:00:01.000000Z,gpu,51,101,50,") == 0);
    CHECK(lines[3].find("2,2026-03-01T12:00:02.000000Z,gpu,,,,,") == 0);
    CHECK(lines[4].find("3,2026-03-01T12:00:03.000000Z,gpu,,102,50,") == 0);
    CHECK(done.err.find("out of time order") != std::string::npos);
}

TEST_CASE("wrong usage is exit 2 with a hint") {
    CHECK(rlecouple({"align"}).exit_code == 2);
    const Finished misspelt = rlecouple({"align", "--tolerence", "3"});
    CHECK(misspelt.exit_code == 2);
    CHECK(misspelt.err.find("did you mean '--tolerance'?") != std::string::npos);
    const Finished surplus = rlecouple({"align", "x", "--colour", "red", "blue"});
    CHECK(surplus.exit_code == 2);
    CHECK(surplus.err.find("does not take --colour red blue") != std::string::npos);
    CHECK(rlecouple({"align", "x", "--sample-hz", "-1"}).exit_code == 2);
    CHECK(rlecouple({"align", "x", "--stability", "maybe"}).exit_code == 2);
    const Finished process = rlecouple({"align", "x", "--", "true"});
    CHECK(process.exit_code == 2);
    const Finished nothing = rlecouple({});
    CHECK(nothing.exit_code == 2);
    const Finished unknown = rlecouple({"algin", "x"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.err.find("did you mean 'align'?") != std::string::npos);
}

TEST_CASE("no output is written over an input, or over another output") {
    const TempDir dir;
    write_session(dir.path(), make_session(40));
    const std::string telemetry = dir / "telemetry.csv", training = dir / "training.csv";
    const std::string before = read_file(telemetry), log = read_file(training);
    const std::vector<std::vector<std::string>> refused{
        {"align", "--telemetry", telemetry, "--training", training, "-o", telemetry},
        {"align", "--telemetry", telemetry, "--training", training, "-o", dir / "x.csv", "--json", training},
        {"align", "--telemetry", telemetry, "--training", training, "-o", dir / "x", "--json", dir / "./x"},
        {"align", "--telemetry", telemetry, "--training", training, "-o", "-", "--json", "-"},
        {"align", "--telemetry", "-", "--training", "-"},
        {"correlate", telemetry, "--driver", "util_pct", "--response", "temp_c", "-o", telemetry},
        {"balance", telemetry, "-o", telemetry},
    };
    for (const auto& arguments : refused) {
        INFO(arguments[0] << " " << arguments.back());
        const Finished done = rlecouple(arguments);
        CHECK(done.exit_code == 2);
        CHECK(lines_of(done.err).back().rfind("rlecouple: ", 0) == 0);
        CHECK(done.out.empty());
    }
    CHECK(read_file(telemetry) == before);
    CHECK(read_file(training) == log);
    CHECK(!std::filesystem::exists(dir / "x"));
}

TEST_CASE("nan and infinity are the value of no option") {
    const TempDir dir;
    write_session(dir.path(), make_session(40));
    for (const char* option :
         {"--ambient", "--temp-limit", "--slope-window", "--clock-offset", "--sample-hz"}) {
        for (const char* value : {"nan", "inf", "-Infinity"}) {
            INFO(option << " " << value);
            const Finished done =
                rlecouple({"align", dir.path().string(), std::string(option) + "=" + value});
            CHECK(done.exit_code == 2);
            REQUIRE(lines_of(done.err).size() == 1);
            CHECK(done.err.size() < 160);
            CHECK(done.err.find(option) != std::string::npos);
        }
    }
}

TEST_CASE("streams that overlap without a pair are not told to shift") {
    const TempDir dir;
    write_file(dir / "t.csv", "t_s,temp_c,power_w,util_pct\n0.2,50,100,50\n1.2,50,100,50\n2.2,51,100,50\n");
    write_file(dir / "g.csv", "t_s,grad_norm\n0.9,1\n1.9,2\n");
    const Finished done = rlecouple({"align", "--telemetry", dir / "t.csv", "--training", dir / "g.csv", "-o",
                                     dir / "a.csv", "--sample-hz", "10", "--tolerance", "0"});
    CHECK(done.exit_code == 4);
    CHECK(lines_of(done.err).back().find("within 0 s") != std::string::npos);
    CHECK(done.err.find("shifted") == std::string::npos);
}

TEST_CASE("a signal in the middle of writing leaves nothing behind, and what stood there before") {
    const TempDir dir;
    std::string telemetry = "t_s,temp_c,power_w,util_pct\n";
    for (int i = 0; i < 300000; ++i) {
        telemetry += std::to_string(i / 10) + "." + std::to_string(i % 10) + ",50," +
                     std::to_string(100 + i % 7) + ",60\n";
    }
    write_file(dir / "t.csv", telemetry);
    write_file(dir / "out.csv", "before");
    // Signalled as soon as the file beside out.csv stands there; where the writing was quicker, it is
    // complete.
    const Finished done =
        run({"sh", "-c",
             "cd \"$1\"; \"$0\" align --telemetry t.csv -o out.csv 2>/dev/null & p=$!; "
             "while kill -0 $p 2>/dev/null && ! ls out.csv.?????? >/dev/null 2>&1; do :; done; "
             "kill -TERM $p; wait $p; ls",
             RLE_BINARY, dir.path().string()});
    const std::string before_or_whole = read_file(dir / "out.csv");
    CHECK((before_or_whole == "before" || before_or_whole.size() > telemetry.size()));
    for (const auto& entry : fs::directory_iterator(dir.path()))
        CHECK(entry.path().filename().string().rfind("out.csv.", 0) != 0);
}

TEST_CASE("a device that is named twice has its rows once") {
    const TempDir dir;
    write_session(dir.path(), make_session(30));
    REQUIRE(rlecouple({"align", dir.path().string(), "--device", "gpu", "--device", "gpu"}).exit_code == 0);
    const std::string twice = read_file(dir / "aligned.csv");
    REQUIRE(rlecouple({"align", dir.path().string(), "--device", "gpu"}).exit_code == 0);
    CHECK(lines_of(twice).size() == 31);
    CHECK(twice == read_file(dir / "aligned.csv"));
}

TEST_CASE("the step that ends behind a recording is told from a log of another time") {
    const TempDir dir;
    write_session(dir.path(), make_session(30));
    const auto outside = [&](const std::string& steps) {
        write_file(dir / "training.csv", "t_s,step,grad_norm\n" + steps);
        const Finished done = rlecouple({"align", dir.path().string()});
        CHECK(done.exit_code == 0);
        return done.err;
    };
    // Samples from 0 to 29 s, and a tolerance of 2 s.
    CHECK(outside("8,1,1\n16,2,2\n24,3,3\n32.5,4,1\n").find("came 3.5 s after the last sample") !=
          std::string::npos);
    CHECK(outside("-9,0,1\n8,1,1\n16,2,2\n40,3,3\n50,4,1\n")
              .find("1 before its first sample, 2 after its last") != std::string::npos);
    CHECK(outside("-9,0,1\n8,1,1\n16,2,2\n").find("1 training step lies outside") != std::string::npos);
    CHECK(outside("8,1,1\n16,2,2\n").find("outside") == std::string::npos);
}
