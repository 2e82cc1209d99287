// A session as the report looks at it: one device's rows, and what several sections need of them, worked out
// once.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/chart.hpp"
#include "report/report.hpp"
#include "report/spikes.hpp"

namespace rle::report {

ColumnStats stats_of(const std::vector<double>* column);

struct View {
    const ReportInput* input = nullptr;
    std::string device;                ///< the one that was correlated; empty where the table names none
    const DeviceInfo* info = nullptr;  ///< what session.json says of it
    std::shared_ptr<const Frame> own;  ///< rows that are only some of the table's
    const Frame& rows;                 ///< the device's aligned rows; empty without aligned.csv
    double dt_s = 0.0;                 ///< step of the rows' grid; 0 where it is unknown
    std::string driver;                ///< the columns that were correlated
    std::string response;
    std::vector<std::size_t> spikes = {};  ///< rows where a spike of the driver begins
    KnownStats known = {};                 ///< of the columns that are shown

    /// The column called `name`; nullptr where there is none, or none with a number in it.
    const std::vector<double>* column(std::string_view name) const;
    ColumnStats stats(std::string_view name) const;
    bool is_modelled(std::string_view column) const;
    /// Modelled columns that the results of this device rest on, in the table's order.
    std::vector<std::string> modelled() const;
    /// Stretches in which a flag column is set.
    std::vector<Span> spans(std::string_view flag, const std::string& kind, Colour colour) const;
};

/// View::device and View::modelled without the rows.
std::string device_of(const ReportInput& input);
std::vector<std::string> modelled_columns(const ReportInput& input);

/// A view looks at `input`, which must outlive it. It goes through every column that is shown: once a report
/// is enough.
View view_of(const ReportInput& input);
View view_of(const ReportInput&&) = delete;

}  // namespace rle::report
