// The manual's guidelines beside what the tests say, row by row, and why the two differ.
#pragma once

#include <string>
#include <vector>

#include "report/report.hpp"

namespace rle::report {

/// The manual's expectation of a good session, by the value that can be relied on.
enum class Met {
    not_judged,  ///< there is no such value, or nothing to judge it by
    yes,
    no,
    cannot_tell,  ///< its interval reaches to both sides of a bound
};

struct Guideline {
    std::string quantity;
    std::string rule;    ///< of the manual
    std::string manual;  ///< the value as the manual computes it, and its class; empty where there is none
    std::string tested;  ///< what can be relied on; empty where there is none
    Met met = Met::not_judged;
    std::string why;  ///< they differ
};

std::vector<Guideline> guidelines(const ReportInput& input);

}  // namespace rle::report
