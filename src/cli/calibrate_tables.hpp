// The tables that `calibrate` prints, as docs/method/lag.md shows them.
#pragma once

#include <string>

#include "rlecouple/calibrate.hpp"
#include "rlecouple/calibrate_thermal.hpp"

namespace rle::cli {

std::string table_head(FamilyKind kind);
std::string table_row(const FamilyScore& score);

std::string thermal_table_head();
std::string thermal_table_row(const ThermalFamily& family, const ThermalScore& score);

}  // namespace rle::cli
