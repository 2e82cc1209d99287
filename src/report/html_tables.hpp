// The sections of the HTML report that are tables and lists.
#pragma once

#include <string>

#include "report/report.hpp"
#include "report/view.hpp"

namespace rle::report {

std::string headline_section(const ReportInput& input);
std::string notices(const View& view);  ///< modelled columns, missing stages
std::string manual_and_tested_table(const ReportInput& input);
std::string energy_table(const ReportInput& input);
std::string alarm_table(const ReportInput& input);  ///< needs a prediction
std::string interpretation_table(const ReportInput& input);
std::string range_check_table(const ReportInput& input);
std::string alignment_table(const ReportInput& input);
std::string warning_list(const ReportInput& input);
std::string data_sheet_tables(const View& view);
std::string sign_off();
std::string provenance(const ReportInput& input);

}  // namespace rle::report
