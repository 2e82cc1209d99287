#include "formats/telemetry/packed_telemetry.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace rle::formats {
namespace {

constexpr std::size_t kFewRows = 1024;  // which are not worth the work

template <class T>
constexpr std::int64_t kNone = std::numeric_limits<T>::min();

template <class T>
void give_back(std::vector<T>& column) {
    std::vector<T>().swap(column);
}

// The column in units of 1 / scale; false: a number is not a whole one of them.
bool in_units(const std::vector<double>& column, double scale, std::vector<std::int64_t>& units) {
    constexpr double kMost = 0x1p52;
    units.clear();
    for (const double value : column) {
        const double scaled = value * scale;
        const bool fits = std::abs(scaled) < kMost;
        const auto whole = fits ? static_cast<std::int64_t>(scaled + std::copysign(0.5, scaled)) : kNoTime;
        const double back = fits ? static_cast<double>(whole) / scale : kMissing;
        if (std::bit_cast<std::uint64_t>(back) != std::bit_cast<std::uint64_t>(value)) return false;
        units.push_back(whole);
    }
    return true;
}

// How far numbers lie from `base`, whose reach was found to be enough.
template <class T>
std::vector<T> apart(const std::vector<std::int64_t>& numbers, std::int64_t base) {
    std::vector<T> out;
    out.reserve(numbers.size());
    for (const std::int64_t number : numbers)
        out.push_back(static_cast<T>(number == kNoTime ? kNone<T> : number - base));
    return out;
}

}  // namespace

bool PackedNumbers::pack(const std::vector<std::int64_t>& numbers) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = kNoTime;
    bool all_there = true;
    for (const std::int64_t number : numbers) {
        all_there = all_there && number != kNoTime;
        if (number != kNoTime) least = std::min(least, number);
        most = std::max(most, number);
    }
    if (most == kNoTime) least = most = 0;
    const std::uint64_t reach = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
    base_ = least;
    if (reach == 0 && all_there) return true;
    if (reach <= std::uint64_t{std::numeric_limits<std::int16_t>::max()}) {
        near_ = apart<std::int16_t>(numbers, base_);
    } else if (reach <= std::uint64_t{std::numeric_limits<std::int32_t>::max()}) {
        far_ = apart<std::int32_t>(numbers, base_);
    } else {
        return false;
    }
    return true;
}

std::int64_t PackedNumbers::operator[](std::size_t i) const {
    if (!near_.empty()) return near_[i] == kNone<std::int16_t> ? kNoTime : base_ + near_[i];
    if (!far_.empty()) return far_[i] == kNone<std::int32_t> ? kNoTime : base_ + far_[i];
    return base_;
}

PackedTelemetry::PackedTelemetry(Telemetry&& rows) : rows_(std::move(rows)), size_(rows_.size()) {
    if (size_ < kFewRows) return;
    if (wall_us_.units.pack(rows_.wall_us)) {
        wall_us_.scale = 1.0;
        give_back(rows_.wall_us);
    }
    pack_device();
    t_s_ = packed(rows_.t_s);
    temp_c_ = packed(rows_.temp_c);
    power_w_ = packed(rows_.power_w);
    util_pct_ = packed(rows_.util_pct);
    pack_text();
}

PackedTelemetry::Column PackedTelemetry::packed(std::vector<double>& column) {
    std::vector<std::int64_t> units;
    units.reserve(column.size());
    for (const double scale : {1.0, 1e3, 1e6}) {
        if (!in_units(column, scale, units)) continue;
        Column out;
        if (!out.units.pack(units)) return {};
        out.scale = scale;
        give_back(column);
        return out;
    }
    return {};
}

void PackedTelemetry::pack_device() {
    device_packed_ = device_.pack({rows_.device.begin(), rows_.device.end()});
    if (device_packed_) give_back(rows_.device);
}

void PackedTelemetry::pack_text() {
    constexpr std::size_t kLongest = std::numeric_limits<std::uint8_t>::max();
    for (TextColumn& column : rows_.others) {
        Text& text = others_.emplace_back();
        std::size_t longest = 0;
        for (std::size_t row = 0; row < size_; ++row) longest = std::max(longest, column[row].size());
        if (longest > kLongest) continue;
        text.lengths.reserve(size_);
        for (std::size_t row = 0; row < size_; ++row) {
            text.bytes.append(column[row]);
            text.lengths.push_back(static_cast<std::uint8_t>(column[row].size()));
        }
        column = TextColumn(column.name());
    }
}

void PackedTelemetry::unpack(const Column& from, std::vector<double>& column) const {
    if (from.scale == 0.0) return;
    column.reserve(size_);
    for (std::size_t i = 0; i < size_; ++i) {
        const std::int64_t units = from.units[i];
        column.push_back(units == kNoTime ? kMissing : static_cast<double>(units) / from.scale);
    }
}

Telemetry PackedTelemetry::unpack() && {
    if (wall_us_.scale != 0.0) {
        rows_.wall_us.reserve(size_);
        for (std::size_t i = 0; i < size_; ++i) rows_.wall_us.push_back(wall_us_.units[i]);
    }
    if (device_packed_) {
        rows_.device.reserve(size_);
        for (std::size_t i = 0; i < size_; ++i)
            rows_.device.push_back(static_cast<std::uint32_t>(device_[i]));
    }
    unpack(t_s_, rows_.t_s);
    unpack(temp_c_, rows_.temp_c);
    unpack(power_w_, rows_.power_w);
    unpack(util_pct_, rows_.util_pct);
    for (std::size_t c = 0; c < others_.size(); ++c) {
        std::size_t begin = 0;
        for (const std::uint8_t length : others_[c].lengths) {
            rows_.others[c].push_back(std::string_view(others_[c].bytes).substr(begin, length));
            begin += length;
        }
    }
    return std::move(rows_);
}

std::size_t PackedTelemetry::bytes() const {
    std::size_t bytes = device_.bytes() + rows_.device.size() * sizeof(std::uint32_t) +
                        rows_.wall_us.size() * sizeof(std::int64_t);
    for (const auto* column : {&rows_.t_s, &rows_.temp_c, &rows_.power_w, &rows_.util_pct})
        bytes += column->size() * sizeof(double);
    for (const Column* column : {&wall_us_, &t_s_, &temp_c_, &power_w_, &util_pct_})
        bytes += column->units.bytes();
    for (const TextColumn& column : rows_.others) bytes += column.bytes();
    for (const Text& text : others_) bytes += text.bytes.size() + text.lengths.size();
    return bytes;
}

}  // namespace rle::formats
