// Builds the rows of the data sheet: every row has a value or says why it has none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.hpp"
#include "report/view.hpp"

namespace rle::report {

/// What stands beside a row's value.
struct RowNotes {
    std::string unit = {};
    std::string expected = {};
    std::string remark = {};   ///< beside a value that is there
    std::string missing = {};  ///< why it is not there; empty: the reason of the section
    int digits = 4;  ///< significant ones; 0: a number that somebody chose, as short as it was given
};

class Sheet {
  public:
    /// Rows added from now on belong to `title`; a missing value is for `reason`.
    void section(std::string title, std::string reason);
    void text(std::string key, std::string label, std::string value, RowNotes notes = {});
    void count(std::string key, std::string label, const std::optional<std::uint64_t>& value,
               RowNotes notes = {});
    void number(std::string key, std::string label, const std::optional<double>& value, RowNotes notes = {});
    /// The same, `shown` in words of its own.
    void shown_number(std::string key, std::string label, const std::optional<double>& value,
                      std::string shown, RowNotes notes = {});
    std::vector<DataSheetRow> take() { return std::move(rows_); }

  private:
    std::string title_;
    std::string reason_;
    std::vector<DataSheetRow> rows_;
};

void add_thermal_rows(Sheet& sheet, const View& view);
void add_optimization_rows(Sheet& sheet, const View& view);
void add_correlation_rows(Sheet& sheet, const View& view);

/// What the remark beside a lag begins with at which nothing is significant.
inline constexpr std::string_view kNoLagToTell = "not significant: there is no lag to tell";

/// What the residuals of the fit say of its model.
std::string residual_words(const ThermalFit& fit);

/// "no balance.json; run rlecouple balance SESSION", or `otherwise` where the stage is there.
std::string reason_for(const ReportInput& input, const std::string& file, const std::string& otherwise);
/// The same in few words, for a table whose page names the command already: "no balance.json (rlecouple
/// balance)".
std::string short_reason_for(const ReportInput& input, const std::string& file, const std::string& otherwise);

}  // namespace rle::report
