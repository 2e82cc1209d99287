#include "formats/training/csv_steps.hpp"

#include <cmath>
#include <limits>

#include "formats/training/training_line.hpp"
#include "support/catch.hpp"

using namespace rle;
using formats::CsvSteps;

TEST_CASE("rows below a header are steps, and nothing is one before it", "[csv_steps]") {
    CsvSteps csv("");
    CHECK_FALSE(csv.parse("1,2.5,0.5"));
    CHECK_FALSE(csv.parse("step,loss,grad_norm"));
    const auto row = csv.parse("7,2.5,0.5");
    REQUIRE(row);
    CHECK(row->step == 7.0);
    CHECK(row->loss == 2.5);
    CHECK(row->grad_norm == 0.5);
    CHECK_FALSE(csv.parse("7,2.5"));  // torn or foreign
    CHECK_FALSE(csv.parse("7,2.5,0.5,1"));
    CHECK_FALSE(csv.parse("saved, to, disk"));  // words: neither a header nor a row
    CHECK(csv.parse("8,2.4,nan")->grad_norm == std::numeric_limits<double>::infinity());  // an overflow
    CHECK_FALSE(csv.parse("grad_norm;step"));  // another header counts from now on
    CHECK(csv.parse("0.25;9")->step == 9.0);
    CHECK_FALSE(csv.parse("step,loss,grad_norm"));
    CHECK(csv.parse("10,2.5,0.75")->grad_norm == 0.75);
}

TEST_CASE("the loss of a sparse row goes to the row of the same step that has the norm", "[csv_steps]") {
    CsvSteps csv("");
    CHECK_FALSE(csv.parse("epoch,step,train_loss_step,grad_norm"));
    CHECK_FALSE(csv.parse("0,4,2.5,"));
    const auto row = csv.parse("0,4,,0.5");
    REQUIRE(row);
    CHECK(row->loss == 2.5);
    CHECK(row->grad_norm == 0.5);
    CHECK_FALSE(csv.parse("0,5,2.4,"));
    CHECK(std::isnan(csv.parse("0,6,,0.6")->loss));  // not of another step
}

TEST_CASE("a named key is the only gradient norm of a CSV, too", "[csv_steps]") {
    CsvSteps csv("g2");
    CHECK_FALSE(csv.parse("step,grad_norm,g2"));
    CHECK(csv.parse("1,5,6")->grad_norm == 6.0);
}

TEST_CASE("a line parser takes CSV beside what is printed, but not beside a pattern", "[csv_steps]") {
    formats::TrainingLineParser parser;
    CHECK_FALSE(parser.parse("step,loss,grad_norm"));
    CHECK(parser.parse("1,2.5,0.5")->grad_norm == 0.5);
    CHECK(parser.parse("{\"step\": 2, \"loss\": 1, \"grad_norm\": 0.75}")->grad_norm == 0.75);
    CHECK(parser.parse("3,2.5,0.25")->step == 3.0);
    formats::TrainingLineParser patterned("", "norm=(\\S+)");
    CHECK_FALSE(patterned.parse("step,loss,grad_norm"));
    CHECK_FALSE(patterned.parse("1,2.5,0.5"));
}
