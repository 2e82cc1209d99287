// The five numbers that a report opens with: r_peak, t_lag, p, tau_th, closure.
#pragma once

#include <string>
#include <vector>

#include "report/report.hpp"

namespace rle::report {

struct Headline {
    std::string key;  ///< as in the data sheet
    std::string label;
    std::string value;  ///< empty where it does not exist
    std::string unit;
    std::string note;          ///< what it says, in a few words
    std::string source;        ///< which of several readings it is, and the others
    std::string missing = {};  ///< why it does not exist; empty where it does
    bool told = true;          ///< false: a lag at which nothing is significant, or that was not tested
};

/// Always five, in this order. Tested values where there are any, the manual's beside them.
std::vector<Headline> headlines(const ReportInput& input);

}  // namespace rle::report
