// Rows of telemetry in a third of their memory, for a second look at them: what sensors and loggers write are
// numbers with few decimals, near the first one of a piece.
//
// Invariant: unpacked rows are those that were packed, bit for bit; a column that is not of that kind is left
// as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// Whole numbers by how far each lies from the first; kNoTime is missing.
class PackedNumbers {
  public:
    /// False, and nothing packed: they lie too far apart.
    bool pack(const std::vector<std::int64_t>& numbers);
    std::int64_t operator[](std::size_t i) const;
    std::size_t bytes() const { return 2 * near_.size() + 4 * far_.size(); }

  private:
    std::int64_t base_ = 0;
    std::vector<std::int16_t> near_;  ///< the lowest number there is: missing; both empty: all are base_
    std::vector<std::int32_t> far_;   ///< likewise, where 16 bits are too few
};

class PackedTelemetry {
  public:
    explicit PackedTelemetry(Telemetry&& rows);
    Telemetry unpack() &&;
    std::size_t bytes() const;

  private:
    struct Column {
        double scale = 0.0;  ///< units in one; 0: the column was left as it is
        PackedNumbers units;
    };
    struct Text {
        std::string bytes;
        std::vector<std::uint8_t> lengths;
    };

    static Column packed(std::vector<double>& column);
    void unpack(const Column& from, std::vector<double>& column) const;
    void pack_device();
    void pack_text();

    Telemetry rows_;  ///< the columns that were left as they are
    std::size_t size_ = 0;
    bool device_packed_ = false;
    PackedNumbers device_;
    Column wall_us_, t_s_, temp_c_, power_w_, util_pct_;
    std::vector<Text> others_;  ///< without lengths: left as it is
};

}  // namespace rle::formats
