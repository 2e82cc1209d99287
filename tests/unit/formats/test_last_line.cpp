// A last line without a line end: taken where it looks whole, left out where it looks cut.
#include <cmath>

#include "formats/text/cell_shape.hpp"
#include "support/catch.hpp"
#include "unit/formats/message.hpp"
#include "unit/formats/texts.hpp"

using rle::formats::CellShape;
using rle::test::Numbers;
using rle::test::refusal_of;
using rle::test::telemetry;
using rle::test::training;

namespace {

const std::string kRows = "t_s,temp_c,power_w\n0,50,101.25\n1,51,99.75\n2,52,100.50\n";

rle::Counts torn() {
    return {{"torn_line", 1}};
}

}  // namespace

TEST_CASE("a cell is taken for whole by those of its column") {
    CellShape powers;
    CHECK_FALSE(powers.fits("99.50"));  // nothing tells
    for (const char* cell : {"101.25", "99.75"}) powers.see(cell);
    CHECK(powers.fits("98.50"));
    CHECK_FALSE(powers.fits("9.50"));   // shorter than all others
    CHECK_FALSE(powers.fits("120.5"));  // one decimal less than all others
    CHECK_FALSE(powers.fits(""));
    powers.see("");
    CHECK(powers.fits(""));
    CellShape shares;
    for (const char* cell : {"5 %", "100 %"}) shares.see(cell);
    CHECK(shares.fits("50 %"));
    CHECK_FALSE(shares.fits("100"));  // its unit is missing, and so may be a digit
    CellShape reasons;
    for (const char* cell : {"0x0000000000000004", "Not Active"}) reasons.see(cell);
    CHECK(reasons.fits("Not Active"));
    CHECK_FALSE(reasons.fits("Not Act"));
    CHECK_FALSE(reasons.fits("0x00000000"));
}

TEST_CASE(
    "a number that is shorter than most of its column, or lacks their exponent, is not taken for whole") {
    CellShape whole;
    for (const char* cell : {"19", "45", "7", "88"}) whole.see(cell);
    CHECK(whole.fits("23"));
    CHECK_FALSE(whole.fits("1"));
    CellShape norms;
    for (const char* cell : {"0.5", "1.5e-05", "2.25"}) norms.see(cell);
    CHECK_FALSE(norms.fits("1.5"));
    CHECK(norms.fits("2.5e-04"));
    CellShape degrees;
    for (const char* cell : {"51 degC", "49 degC"}) degrees.see(cell);
    CHECK(degrees.fits("50 degC"));  // no exponent
}

TEST_CASE("the last line of a table that was written without a line end is a row") {
    const rle::Telemetry t = telemetry(kRows + "3,53,102.75");
    CHECK(t.power_w == Numbers{101.25, 99.75, 100.5, 102.75});
    CHECK(t.dropped.empty());
    CHECK(t.warnings.back() == "log: the last line has no end; it is taken for whole, and ends in '102.75'");
    const rle::Training steps = training("ts,step,grad_norm\n1790596800,1,1.5\n1790596801,2,2.5");
    CHECK(steps.grad_norm == Numbers{1.5, 2.5});
    CHECK(steps.dropped.empty());
    CHECK(steps.warnings.back() == "log: the last line has no end; it is taken for whole, and ends in '2.5'");
    CHECK(telemetry("t_s,temp_c,note\n0,50,\n1,51,").temp_c == Numbers{50, 51});
}

TEST_CASE("a last line with an end, and a closed record without one, are taken without a word") {
    CHECK(telemetry(kRows).warnings == telemetry(kRows.substr(0, kRows.find("2,52"))).warnings);
    CHECK(training("{\"ts\": 1790596800, \"grad_norm\": 1.5}").warnings.empty());
}

TEST_CASE("a last line that was cut is left out and counted") {
    for (const char* end : {"3", "3,53", "3,53,", "3,53,1", "3,53,102.", "3,53,102.7"}) {
        INFO(end);
        const rle::Telemetry t = telemetry(kRows + end);
        CHECK(t.size() == 3);
        CHECK(t.dropped == torn());
    }
    CHECK(training("ts,step,grad_norm\n1790596800,1,1.25\n1790596801,2,1.").dropped == torn());
    // A row alone: nothing tells.
    CHECK(refusal_of([] { telemetry("t_s,temp_c\n0,50"); }).says("not one whole row"));
}

TEST_CASE("the last printed line without an end is a step where it ends as those above") {
    using rle::test::started;
    const std::string log = "step=1 loss=2.25 gnorm=1.25\nsaving\nstep=2 loss=2.00 gnorm=10.75\n";
    const rle::Training whole = training(log + "step=3 loss=1.75 gnorm=1.50", started(1));
    CHECK(whole.grad_norm == Numbers{1.25, 10.75, 1.5});
    CHECK(whole.warnings.front() ==
          "log: the last line has no end; it is taken for whole, and ends in '1.50'");
    CHECK(training(log + "step=3 loss=1.75 gnorm=1.5", started(1)).dropped == torn());
    CHECK(training(log + "step=3 loss=1.75", started(1)).step.size() == 3);  // all of the loss, and no norm
    const std::string bars = "step: 1 | grad norm: 1.25 |\nstep: 2 | grad norm: 1.5 |\n";
    CHECK(training(bars + "step: 3 | grad norm: 10.125 |", started(1)).grad_norm ==
          Numbers{1.25, 1.5, 10.125});
    CHECK(training(bars + "step: 3 | grad norm: 10.1", started(1)).dropped == torn());
}
