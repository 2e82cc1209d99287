// Tables with columns for each device: a row of the table becomes one of each device.
//
// Invariant: the rows that come out have the table's own columns, and behind them the device and its
// readings, in the order of kWideReadings.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/telemetry/row_pieces.hpp"

namespace rle::formats {

inline constexpr std::array<Role, 3> kWideReadings{Role::temp, Role::power, Role::util};

/// Where each device's readings stand; missing: it has none of that kind.
struct Wide {
    std::vector<std::string> devices;
    std::vector<std::array<std::optional<std::size_t>, kWideReadings.size()>> columns;  ///< by device
};

std::unique_ptr<RowSource> wide_rows(Table table, Wide wide, const Source& source);

/// To a plan for the table's own columns: those that `wide` reads do not count, and behind them stands the
/// device. Its readings the caller adds.
void plan_devices(const Wide& wide, TablePlan& plan);

}  // namespace rle::formats
