#include "rlecouple/telemetry.hpp"

#include <algorithm>
#include <charconv>

namespace rle {

std::vector<double> TextColumn::numbers() const {
    std::vector<double> out(size(), kMissing);
    for (std::size_t row = 0; row < size(); ++row) {
        const std::string_view cell = (*this)[row];
        double value = 0.0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (error == std::errc{} && end == cell.data() + cell.size()) out[row] = value;
    }
    return out;
}

const TextColumn* Telemetry::other(std::string_view name) const {
    const auto it =
        std::find_if(others.begin(), others.end(), [&](const auto& c) { return c.name() == name; });
    return it == others.end() ? nullptr : &*it;
}

const std::vector<double>* Frame::find(std::string_view name) const {
    const auto it = std::find(names.begin(), names.end(), name);
    return it == names.end() ? nullptr : &columns[static_cast<std::size_t>(it - names.begin())];
}

Frame Frame::of_device(std::string_view name) const {
    Frame out;
    out.names = names;
    out.columns.resize(columns.size());
    out.unread = unread;
    out.warnings = warnings;
    const bool named = !device.empty() || !only_device.empty();
    const std::string known = named ? std::string(name) : std::string();
    out.only_device = known;
    if (const auto marks = modelled.find(known); marks != modelled.end()) out.modelled.insert(*marks);
    for (std::size_t row = 0; row < size(); ++row) {
        if (!device.empty() && device[row] != name) continue;
        out.t_s.push_back(t_s[row]);
        for (std::size_t c = 0; c < columns.size(); ++c) out.columns[c].push_back(columns[c][row]);
    }
    return out;
}

std::vector<std::string> Frame::device_names() const {
    std::vector<std::string> out;
    if (!only_device.empty()) out.push_back(only_device);
    for (const std::string& d : device) {
        if (std::find(out.begin(), out.end(), d) == out.end()) out.push_back(d);
    }
    return out;
}

}  // namespace rle
