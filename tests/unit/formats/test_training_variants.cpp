// What other programs print and log of their training: values and times worked out by hand.
#include <cmath>

#include "support/catch.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::Training;
using rle::formats::DateOrder;
using rle::formats::ReadOptions;
using rle::test::kNoon;
using rle::test::kSecond;
using rle::test::Numbers;
using rle::test::refusal_of;
using rle::test::started;
using rle::test::training;

namespace {

// The same text at once, and in pieces of one step.
Training in_pieces(const std::string& text, const ReadOptions& options) {
    const rle::formats::Source source{text, "log", options};
    const auto pieces = rle::formats::open_training_text(source);
    REQUIRE(pieces != nullptr);
    Training all, piece;
    while (pieces->next(piece, 1))
        all.wall_us.insert(all.wall_us.end(), piece.wall_us.begin(), piece.wall_us.end());
    return pieces->holds() ? all : training(text, options);
}

using Times = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a line of a training before moves no step of this one") {
    const std::string log =
        "Restored step: 100, loss: 2.5\nstep=0 loss=3 grad_norm=1\nstep=10 loss=2 grad_norm=1.5\n";
    const Times times{kNoon + 10 * kSecond, kNoon, kNoon + kSecond};  // step n at n * 0.1 s
    CHECK(training(log, started(0.1)).wall_us == times);
    CHECK(in_pieces(log, started(0.1)).wall_us == times);
    // Nor does it in pieces that end before the first number, or before the first gradient norm.
    const std::string unnumbered = "grad_norm=1\ngrad_norm=2\nstep=5 grad_norm=1\nstep=15 grad_norm=1\n";
    CHECK(training(unnumbered, started(0.1)).wall_us == Times{kNoon, kNoon, kNoon, kNoon + kSecond});
    CHECK(in_pieces(unnumbered, started(0.1)).wall_us == training(unnumbered, started(0.1)).wall_us);
    // A training that goes on counts from its own first step.
    const Training resumed =
        training("Restored step: 100, loss: 2.5\nstep=110 grad_norm=1\nstep=120 grad_norm=2\n", started(0.1));
    CHECK(resumed.wall_us == Times{kNoon, kNoon + kSecond, kNoon + 2 * kSecond});
}

TEST_CASE("losses of validation are no steps") {
    const Training printed = training(
        "step=3 loss=4 grad_norm=1.5\nvalidation step=3 loss=9\n[eval] step 3 loss: 9\nVal: step=3 loss=9\n"
        "eval {'step': 3, 'loss': 9}\nstep=4 loss=3.5 val_loss=9\n",
        started(1));
    CHECK(printed.loss == Numbers{4, 3.5});
    const Training json = training(
        "{\"ts\": 1790596800, \"step\": 3, \"loss\": 4, \"grad_norm\": 1.5, \"split\": \"train\"}\n"
        "{\"ts\": 1790596801, \"step\": 3, \"loss\": 9, \"split\": \"val\"}\n"
        "{\"ts\": 1790596802, \"step\": 3, \"loss\": 9, \"phase\": \"Validation\", \"grad_norm\": null}\n"
        "{\"ts\": 1790596803, \"step\": 4, \"loss\": 5, \"mode\": \"test\", \"grad_norm\": 2}\n");
    CHECK(json.loss == Numbers{4, 5});  // what has a gradient norm was trained on
    const Training csv =
        training("ts,step,split,loss,grad_norm\n1790596800,3,train,4,1.5\n1790596801,3,val,9,\n");
    CHECK(csv.loss == Numbers{4});
    CHECK(csv.dropped == rle::Counts{{"evaluation", 1}});
}

TEST_CASE("steps printed without colons: llm.c, nanoGPT") {
    const Training llm = training(
        "val loss 9.9\nstep    1/100 | loss 10.9 (+nanz)| norm 15.6 (+nanz)| lr 3.00e-04 | 1234.56 ms | 9 "
        "tok/s\n"
        "step    2/100 | train loss 10.5 | norm 14.25 | lr 6.00e-04 | (1234 ms | 9 tok/s)\n",
        started(1));
    CHECK(llm.step == Numbers{1, 2});
    CHECK(llm.loss == Numbers{10.9, 10.5});
    CHECK(llm.grad_norm == Numbers{15.6, 14.25});
    CHECK(llm.learning_rate == Numbers{3e-4, 6e-4});
    const Training nano = training(
        "step 0: train loss 9.9, val loss 9.8\niter 0: loss 9.5, time 50.00ms, mfu 3.1%\n"
        "2026-01-05 12:00:00 INFO iter 1,000: loss 2.5, grad_norm 1.25, time 50ms\n",
        started(1));
    CHECK(nano.step == Numbers{0, 1000});
    CHECK(nano.loss == Numbers{9.5, 2.5});
    CHECK(nano.grad_norm[1] == 1.25);
}

TEST_CASE("prose is no step, and of norms the gradient's alone is taken") {
    const Training t = training(
        "restored step 100, loss 2.5, norm 9\nthe best was iter 40, loss 3.1\nModel(norm=LayerNorm, "
        "loss=mse)\n"
        "max norm 1.0\nstep: 1 loss: 3 param norm: 500 lr: 0.1\nstep: 2 | loss: 2.5 | norm: 1.5\n"
        "step: 3 | loss: 2 | norm: 7 | grad norm: 1.25\nstep: 4 loss: 1 total_norm: 1.75\n",
        started(1));
    CHECK(t.step == Numbers{1, 2, 3, 4});
    CHECK(std::isnan(t.grad_norm[0]));
    CHECK(t.grad_norm[1] == 1.5);
    CHECK(t.grad_norm[2] == 1.25);
    CHECK(t.grad_norm[3] == 1.75);
}

TEST_CASE("epochs in printed lines, and what is none") {
    const Training t = training(
        "1790596800.5 step=1 grad_norm=1\n[1790596801.5] step=2 grad_norm=1\ntime=1790596802.5 step=3 "
        "grad_norm=1\n"
        "ts=1790596803500 step=4 grad_norm=1\n");
    CHECK(t.wall_us == Times{kNoon + kSecond / 2, kNoon + kSecond * 3 / 2, kNoon + kSecond * 5 / 2,
                             kNoon + kSecond * 7 / 2});
    const Training duration = training("2026-09-28 12:00:01 time: 0.5 step: 1 grad_norm: 1\n");
    CHECK(duration.wall_us == Times{kNoon + kSecond});
}

TEST_CASE("dates in printed lines that begin with the month or the day") {
    const std::string log = "09/28/2026 12:00:01 - INFO - __main__ - step=1 grad_norm=1\n";
    ReadOptions options;
    options.date_order = DateOrder::month_first;
    CHECK(training(log, options).wall_us == Times{kNoon + kSecond});
    options.date_order = DateOrder::day_first;
    CHECK(training("28/09/2026 12:00:02,250 step=1 grad_norm=1\n", options).wall_us ==
          Times{kNoon + 2 * kSecond + 250'000});
    CHECK(training("28/09/2026 01:00:02 PM: step=1 grad_norm=1\n", options).wall_us ==
          Times{kNoon + 3602 * kSecond});
    CHECK(training("2026-09-28 12:00:02 amp step=1 grad_norm=1\n").wall_us == Times{kNoon + 2 * kSecond});
    CHECK(training(log).wall_us == Times{kNoon + kSecond});  // there is no month 28
    const auto doubtful = refusal_of([&] { training("09/10/2026 12:00:01 - INFO - step=1 grad_norm=1\n"); });
    CHECK(doubtful.exit_code == 4);
    CHECK(doubtful.says("its times are of a form that is not understood: '09/10/2026 12:00:01'"));
    CHECK(doubtful.says("--date-order"));
}

TEST_CASE("python-json-logger's asctime, and times that nobody understands") {
    const Training t = training(
        "{\"asctime\": \"2026-09-28 12:00:00,123\", \"step\": 1, \"grad_norm\": 1.5}\n"
        "{\"asctime\": \"20260928T120001Z\", \"step\": 2, \"grad_norm\": 1.5}\n");
    CHECK(t.wall_us == Times{rle::kNoTime, kNoon + kSecond});  // of two kinds the one with a zone goes
    const auto refusal =
        refusal_of([] { training("{\"time\": \"Sep 28, 2026 12:00\", \"step\": 1, \"grad_norm\": 1}\n"); });
    CHECK(refusal.says("not understood: 'Sep 28, 2026 12:00'; give --start TIME and --step-seconds S"));
    CHECK(refusal_of([] {
              training("Sep 28 12:00:00 host python: step=1 grad_norm=1\n");
          }).says("not understood: 'Sep 28 12:00:00'"));
    CHECK(refusal_of([] { training("step=1 grad_norm=1\n"); }).says("the log says nowhere"));
}

TEST_CASE("what a container's log has wrapped") {
    const Training t = training(
        "{\"log\":\"starting \\\"x\\\"\\n\",\"stream\":\"stdout\",\"time\":\"2026-09-28T12:00:00.5Z\"}\n"
        "{\"log\":\"step=3 loss=2.5 \\u001b[1mgrad_norm=1.25\\u001b[0m\\n\",\"stream\":\"stdout\","
        "\"time\":\"2026-09-28T12:00:01.123456789Z\"}\n");
    CHECK(t.wall_us == Times{kNoon + kSecond + 123'456});
    CHECK(t.step == Numbers{3});
    CHECK(t.loss == Numbers{2.5});
    CHECK(t.grad_norm == Numbers{1.25});
}

TEST_CASE("records with their numbers one level deeper") {
    const std::string log =
        "{\"ts\": 1790596800, \"config\": {\"lr\": 7}, \"metrics\": {\"loss\": 2.5, \"grad_norm\": 1.5}, "
        "\"step\": 1}\n"
        "{\"ts\": 1790596801, \"eval\": {\"loss\": 9}, \"step\": 1}\n"
        "{\"ts\": 1790596802, \"metrics\": {\"loss\": 2, \"norms\": {\"x\": 1}, \"grad_norm\": null}, "
        "\"step\": 2}\n";
    const Training t = training(log);
    CHECK(t.step == Numbers{1, 2});
    CHECK(t.loss == Numbers{2.5, 2});
    CHECK(t.grad_norm[0] == 1.5);
    CHECK(std::isnan(t.grad_norm[1]));
    CHECK(std::isnan(t.learning_rate[0]));
    ReadOptions options;
    options.grad_key = "optim.g";
    CHECK(training("{\"ts\": 1790596800, \"optim\": {\"g\": 1.25, \"h\": 3}}\n", options).grad_norm ==
          Numbers{1.25});
}

TEST_CASE("records with their numbers two and three levels deeper") {
    const std::string log =
        "{\"ts\": 1790596800, \"data\": {\"train\": {\"loss\": 2.5, \"gn\": 1.5, \"step\": 3}, \"loss\": "
        "9}}\n";
    ReadOptions options;
    options.grad_key = "data.train.gn";
    const Training t = training(log, options);
    CHECK(t.grad_norm == Numbers{1.5});
    CHECK(t.loss == Numbers{2.5});  // which stands beside it
    CHECK(t.step == Numbers{3});
    CHECK(training("{\"ts\": 1790596800, \"metrics\": {\"train\": {\"loss\": 2.5, \"grad_norm\": 1.5}}}\n")
              .grad_norm == Numbers{1.5});
    options.grad_key = "a.b.c.d";
    CHECK(training("{\"ts\": 1790596800, \"a\": {\"b\": {\"c\": {\"d\": 1.5}}}}\n", options).grad_norm ==
          Numbers{1.5});
    CHECK(refusal_of([&] { training(log); }).says("none of its first records names a loss or a grad_norm"));
}

TEST_CASE("the start is that of the smallest step, wherever it stands") {
    const std::string log = "step,grad_norm\n30,3\n20,2\n10,1\n";
    const Times times{kNoon + 2 * kSecond, kNoon + kSecond, kNoon};
    CHECK(training(log, started(0.1)).wall_us == times);
    CHECK(in_pieces(log, started(0.1)).wall_us == times);
}

TEST_CASE("Lightning's learning rates carry the optimizer's name") {
    const Training t = training("step,loss,grad_norm,lr-AdamW\n1,2.5,1.5,\n1,,,0.001\n", started(1));
    CHECK(t.step == Numbers{1});
    CHECK(t.learning_rate == Numbers{0.001});
}
