#include <cmath>

#include "formats/readers.hpp"
#include "formats/training/training_line.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"

using rle::Training;
using rle::formats::read_training;
using rle::formats::ReadOptions;
using rle::formats::TrainingLineParser;
using rle::test::refusal_of;
using rle::test::TempDir;

namespace {

constexpr std::int64_t kNoon = 1790596800'000000;     // date -u -d "2026-09-28 12:00" +%s
constexpr std::int64_t kJanuary = 1767614400'000000;  // date -u -d "2026-01-05 12:00" +%s

std::string sample(const std::string& name) {
    return std::string(RLE_TEST_DATA) + "/training/" + name;
}

Training read(const std::string& text, const ReadOptions& options = {}) {
    const TempDir folder;
    rle::test::write_file(folder / "log", text);
    return read_training(folder / "log", options);
}

ReadOptions started(double step_seconds) {
    ReadOptions options;
    options.start_us = kNoon;
    options.step_seconds = step_seconds;
    return options;
}

bool missing(double value) {
    return std::isnan(value);
}
bool overflow(double value) {
    return std::isinf(value) && value > 0;
}

}  // namespace

TEST_CASE("JSON array with two clocks: the epoch goes before the local time") {
    const Training t = read_training(sample("shared_clock.json"));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{1761699262488281, 1761699262890083});
    CHECK(t.step == std::vector<double>{1, 2});
    CHECK(t.loss[0] == 6.3157);
    CHECK(t.grad_norm[0] == 25.728971481323242);
    CHECK(t.learning_rate[0] == 5e-05);
    CHECK(t.epoch == std::vector<double>{0.04, 0.08});
    CHECK(missing(t.loss[1]));
    CHECK(overflow(t.grad_norm[1]));  // NaN
    CHECK(missing(t.learning_rate[1]));
    CHECK(t.warnings.empty());  // no naive time was used
}

TEST_CASE("JSON lines: prefixed keys, numbers in quotes, evaluations, foreign lines, nested values") {
    const Training t = read_training(sample("lines.jsonl"));
    REQUIRE(t.size() == 3);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 500'000, kNoon + 1'000'000});
    CHECK(t.step == std::vector<double>{1, 2, 3});
    CHECK(t.loss == std::vector<double>{2.5, 2.25, 2.0});
    CHECK(t.grad_norm[0] == 1.5);
    CHECK(overflow(t.grad_norm[1]));
    CHECK(overflow(t.grad_norm[2]));  // -1, as DeepSpeed has it
    CHECK(t.dropped.empty());
    CHECK(t.learning_rate[2] == 0.001);
}

TEST_CASE(
    "Hugging Face's output: bars, carriage returns, colours, quoted numbers, summaries that are no steps") {
    const Training t = read_training(sample("hf_train.out"), started(0.5));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 500'000});
    CHECK(t.loss == std::vector<double>{2.1057, 1.5});
    CHECK(t.grad_norm[0] == 1.0523);
    CHECK(overflow(t.grad_norm[1]));
    CHECK(t.learning_rate == std::vector<double>{4.9e-05, 4.8e-05});
    CHECK(t.epoch == std::vector<double>{0.01, 0.02});
    CHECK(missing(t.step[0]));
}

TEST_CASE("trainer_state.json: steps with numbers, evaluations passed over, times from its step numbers") {
    const Training t = read_training(sample("trainer_state.json"), started(0.5));
    REQUIRE(t.size() == 2);
    CHECK(t.step == std::vector<double>{10, 20});
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 5'000'000});
    CHECK(t.grad_norm[0] == 1.0523);
    CHECK(overflow(t.grad_norm[1]));
    CHECK(t.loss == std::vector<double>{2.1057, 1.5});
}

TEST_CASE("Megatron-LM's lines: local times, numbers behind bars") {
    const Training t = read_training(sample("megatron.log"));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kJanuary, kJanuary + 3'000'000});
    CHECK(t.step == std::vector<double>{10, 20});
    CHECK(t.loss == std::vector<double>{9.125, 8.5});
    CHECK(t.grad_norm[0] == 1.25);
    CHECK(overflow(t.grad_norm[1]));
    CHECK(t.learning_rate == std::vector<double>{1.5e-4, 1.5e-4});
    CHECK(t.warnings.size() == 1);  // taken as UTC
}

TEST_CASE("torchtitan's lines: milliseconds, colours") {
    const Training t = read_training(sample("torchtitan.log"));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kJanuary + 123'000, kJanuary + 623'000});
    CHECK(t.step == std::vector<double>{1, 2});
    CHECK(t.loss == std::vector<double>{8.125, 8.0});
    CHECK(t.grad_norm == std::vector<double>{1.375, 1.5});
}

TEST_CASE("Lightning's metrics.csv: rows of one step are one step") {
    const Training t = read_training(sample("lightning_metrics.csv"));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 5'000'000});
    CHECK(t.step == std::vector<double>{49, 99});
    CHECK(t.loss == std::vector<double>{2.5, 2.25});
    CHECK(t.grad_norm == std::vector<double>{1.5, 1.25});
}

TEST_CASE("fairseq and others that print key=value") {
    const Training t = read_training(sample("fairseq.log"));
    REQUIRE(t.size() == 1);
    CHECK(t.wall_us[0] == kJanuary);
    CHECK(t.step[0] == 10);
    CHECK(t.loss[0] == 5.125);
    CHECK(t.grad_norm[0] == 2.5);
    CHECK(t.learning_rate[0] == 1e-4);
}

TEST_CASE("W&B's exports: a run's name before the key, its own clock") {
    const Training t = read(
        "\"Step\",\"_timestamp\",\"sunny-1 - train/grad_norm\",\"sunny-1 - train/loss\"\n"
        "\"1\",\"1790596800.5\",\"1.5\",\"2.5\"\n");
    CHECK(t.wall_us[0] == kNoon + 500'000);
    CHECK(t.step[0] == 1);
    CHECK(t.grad_norm[0] == 1.5);
    CHECK(t.loss[0] == 2.5);
}

TEST_CASE("a gradient norm by a name or a pattern of the user's") {
    ReadOptions by_key;
    by_key.grad_key = "my/norm";
    const Training json = read("{\"time\": 1790596800, \"grad_norm\": 9, \"my/norm\": 2}\n", by_key);
    CHECK(json.grad_norm == std::vector<double>{2});
    const Training csv = read("time,grad_norm,my/norm\n1790596800,9,2\n", by_key);
    CHECK(csv.grad_norm == std::vector<double>{2});

    ReadOptions by_pattern = started(1);
    by_pattern.grad_pattern = R"(\|g\|=(\S+))";
    const Training printed = read("hello\nupdate 1 |g|=1.5 ok\nupdate 2 |g|=nan ok\n", by_pattern);
    REQUIRE(printed.size() == 2);
    CHECK(printed.grad_norm[0] == 1.5);
    CHECK(overflow(printed.grad_norm[1]));
    by_pattern.grad_pattern = "(";
    CHECK(refusal_of([&] { read("x\n", by_pattern); }).exit_code == 2);
    by_pattern.grad_pattern = "norm";
    CHECK(refusal_of([&] { read("x\n", by_pattern); }).says("has no group"));
}

TEST_CASE("a log without times needs a start and a step's length") {
    const std::string log = "{'loss': 2.5, 'grad_norm': 1.5}\n{'loss': 2.0, 'grad_norm': 1.25}\n";
    const auto refused = refusal_of([&] { read(log); });
    CHECK(refused.exit_code == 4);
    CHECK(refused.says("--start TIME and --step-seconds S"));
    const Training relative =
        read("{\"_runtime\": 0.5, \"grad_norm\": 1}\n{\"_runtime\": 2, \"grad_norm\": 1}\n", [] {
            ReadOptions options;
            options.start_us = kNoon;
            return options;
        }());
    CHECK(relative.wall_us == std::vector<std::int64_t>{kNoon + 500'000, kNoon + 2'000'000});
}

TEST_CASE("a JSON array that was cut gives the records before the cut") {
    const std::string whole = rle::test::read_file(sample("shared_clock.json"));
    const Training t = read(whole.substr(0, whole.rfind("\"epoch\"")));
    CHECK(t.size() == 1);
    CHECK(t.dropped == rle::Counts{{"torn_line", 1}});
}

TEST_CASE("a training log that cannot be read is one clear line with the right exit code") {
    struct Row {
        const char* text;
        const char* says;
        int exit_code;
    };
    const Row rows[] = {
        {"", "log: the file is empty", 1},
        {"nothing of use\n", "no known format; printed is nearest: no line names a gradient norm", 1},
        {"a,b\n1,2\n", "log: no known format; csv is nearest: no column loss or grad_norm; found a, b;", 1},
        {"time,grad_norm\n", "not one step", 4},
        {"time,grad_norm\n1790596800,huge\n", "the gradient norm is never a number; found 'huge'", 1},
        {"{\"time\": 1790596800, \"grad_norm\": \"huge\"}\n", "the gradient norm is never a number", 1},
        {"[{\"time\": 1790596800, \"grad_norm\": 1}, oops]", "not a JSON record", 1},
        {"[]", "no known format; json is nearest", 1},
        {"[2026-01-05 12:00:00] loading\n", "printed is nearest: no line names a gradient norm", 1},
        {"grad_norm,loss\n1,2\n", "says nowhere when its steps happened", 4},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        const auto refused = refusal_of([&] { read(row.text); });
        CHECK(refused.says(row.says));
        CHECK(refused.exit_code == row.exit_code);
        CHECK(refused.message.size() <= 250);
    }
}

TEST_CASE("the one line about an unknown file stays short, and whole characters stay whole") {
    std::string wide = "Spalte";
    for (int i = 0; i < 100; ++i)
        wide += ",Länge der " + std::to_string(i) + ". Spalte mit einem Namen ohne Ende";
    const auto refused = refusal_of([&] { read(wide + "\n1,2\n"); });
    CHECK(refused.says("found Spalte, Länge"));
    CHECK(refused.says("(101 in all)"));
    CHECK(refused.message.size() <= 250);
    std::string one = "ab";
    for (int i = 0; i < 100; ++i) one += "ä";
    const auto cut = refusal_of([&] { read(one + ",b\n1,2\n"); });
    CHECK(cut.says("ää..."));
    CHECK(refusal_of([&] {
              read(
                  std::string("\x7f"
                              "ELF\x02\0\x01\n",
                              8));
          }).says("no known format; tensorboard is nearest: no TFRecord"));
}

TEST_CASE("one printed line at a time, as the recorder takes them") {
    TrainingLineParser parser;
    const auto step = parser.parse(
        "\r 10%|#  | 1/10\r{'loss': 2.5, 'grad_norm': 1.5, 'learning_rate': 1e-05, 'epoch': 0.5}\r\n");
    REQUIRE(step);
    CHECK(step->loss == 2.5);
    CHECK(step->grad_norm == 1.5);
    CHECK(step->learning_rate == 1e-05);
    CHECK(step->epoch == 0.5);
    CHECK(missing(step->step));
    CHECK(step->wall_us == rle::kNoTime);

    const auto timed =
        parser.parse("{\"timestamp\": \"2026-09-28T12:00:00Z\", \"step\": 3, \"grad_norm\": 0.25}");
    REQUIRE(timed);
    CHECK(timed->wall_us == kNoon);
    CHECK(timed->step == 3);
    CHECK(missing(timed->loss));

    const auto local =
        parser.parse(" [2026-01-05 12:00:00] iteration 10/ 500 | lm loss: 9.5 | grad norm: 1.25 |");
    REQUIRE(local);
    CHECK(local->wall_us == rle::kNoTime);  // a local time is no time
    CHECK(local->step == 10);
    CHECK(local->grad_norm == 1.25);

    for (const char* line :
         {"", "{", "{'loss'", "{'eval_loss': 1.0}", "{'train_runtime': 5, 'train_loss': 2.0}",
          "loss is falling", "Epoch 3: validation done", "{}", "{'a': {'loss': 1}}", "\x1b[", "===", ":::"}) {
        INFO(line);
        CHECK_FALSE(parser.parse(line));
    }
}

TEST_CASE("lines that were made to be slow are not") {
    TrainingLineParser parser;
    CHECK_FALSE(parser.parse(std::string(1'000'000, '{')));
    CHECK_FALSE(parser.parse(std::string(1'000'000, ':')));
    CHECK_FALSE(parser.parse("{'a': " + std::string(1'000'000, '[')));
    TrainingLineParser pattern({}, "(a*)*b");
    CHECK_FALSE(pattern.parse(std::string(1'000'000, 'a')));
}

TEST_CASE("several logs follow each other in time") {
    Training later = read("time,grad_norm\n1790596810,2\n");
    Training first = read("time,grad_norm\n1790596800,1\n");
    const Training both = rle::formats::concatenate({std::move(later), std::move(first)});
    CHECK(both.wall_us == std::vector<std::int64_t>{kNoon, kNoon + 10'000'000});
    CHECK(both.grad_norm == std::vector<double>{1, 2});
}
