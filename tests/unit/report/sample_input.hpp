// A complete session made up for the tests of the report, with hostile text where people may write.
#pragma once

#include "report/report.hpp"

namespace rle::test {

/// 90 s at 1 Hz: a square wave of power, temperatures of a one-node model, gradient spikes at t = 40, 55 and
/// 70 s, each followed one second later by a drop of RLE by 0.2 that lasts a second.
report::ReportInput sample_input();

/// Puts markup into every free text of `input`.
void make_hostile(report::ReportInput& input, const std::string& text);

}  // namespace rle::test
