#include <algorithm>
#include <utility>

#include "formats/parts.hpp"
#include "formats/readers.hpp"
#include "formats/telemetry/telemetry_table.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr double kSameStart_s = 1.0;

bool keep_t_s(const std::vector<Beginning>& parts) {
    const auto count = [&](const auto& has) {
        return static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), has));
    };
    const std::size_t walls = count([](const Beginning& b) { return !std::isnan(b.wall_s); });
    if (walls == 0) return true;
    if (walls == parts.size()) {
        return parts.size() == count([&](const Beginning& b) {
                   return std::abs(b.start_s - parts.front().start_s) < kSameStart_s;
               });
    }
    if (count([](const Beginning& b) { return !std::isnan(b.t_s); }) == parts.size()) return true;
    throw Error(ErrorKind::failed, "several files of one stream",
                "some have only a wall clock and some only t_s", "give files with one kind of time");
}

template <class Stream>
PartOrder order_by_beginnings(const std::vector<Stream>& parts) {
    std::vector<Beginning> beginnings(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) note_rows(parts[i], beginnings[i]);
    return order_parts(beginnings);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

template <class Stream>
void append_common(Stream& to, const Stream& from, bool t_s) {
    append(to.wall_us, from.wall_us);
    if (t_s) append(to.t_s, from.t_s);
    if (!t_s) to.t_s.insert(to.t_s.end(), from.size(), kMissing);
    for (const auto& [reason, count] : from.dropped) to.dropped[reason] += count;
    append(to.warnings, from.warnings);
    to.times_made = to.times_made || from.times_made;
}

void append_devices(Telemetry& to, const Telemetry& from) {
    std::vector<std::uint32_t> index;
    for (const std::string& name : from.devices) index.push_back(device_index(to, name));
    for (const std::uint32_t device : from.device) to.device.push_back(index[device]);
}

// Columns that only some parts have are empty in the others.
void append_others(Telemetry& to, const Telemetry& from, std::size_t rows_before) {
    for (const TextColumn& column : from.others) {
        if (to.other(column.name()) != nullptr) continue;
        TextColumn& added = to.others.emplace_back(column.name());
        for (std::size_t i = 0; i < rows_before; ++i) added.push_back({});
    }
    for (TextColumn& column : to.others) {
        const TextColumn* source = from.other(column.name());
        for (std::size_t i = 0; i < from.size(); ++i) {
            column.push_back(source != nullptr ? (*source)[i] : std::string_view());
        }
    }
}

}  // namespace

PartOrder order_parts(const std::vector<Beginning>& parts) {
    PartOrder order;
    order.keep_t_s = keep_t_s(parts);
    order.dropped_t_s = !order.keep_t_s && std::any_of(parts.begin(), parts.end(),
                                                       [](const Beginning& b) { return !std::isnan(b.t_s); });
    for (std::size_t i = 0; i < parts.size(); ++i) order.nth.push_back(i);
    const auto time = [&](std::size_t i) { return order.keep_t_s ? parts[i].t_s : parts[i].wall_s; };
    std::stable_sort(order.nth.begin(), order.nth.end(),
                     [&](std::size_t a, std::size_t b) { return time(a) < time(b); });
    return order;
}

PartOrder order_of(const std::vector<Telemetry>& parts) {
    return order_by_beginnings(parts);
}
PartOrder order_of(const std::vector<Training>& parts) {
    return order_by_beginnings(parts);
}

void append_rows(Telemetry& to, const Telemetry& from, bool t_s) {
    to.days_made = to.days_made || from.days_made;
    append_others(to, from, to.size());
    append_devices(to, from);
    append_common(to, from, t_s);
    append(to.temp_c, from.temp_c);
    append(to.power_w, from.power_w);
    append(to.util_pct, from.util_pct);
}

void append_rows(Training& to, const Training& from, bool t_s) {
    append_common(to, from, t_s);
    append(to.step, from.step);
    append(to.epoch, from.epoch);
    append(to.loss, from.loss);
    append(to.grad_norm, from.grad_norm);
    append(to.learning_rate, from.learning_rate);
}

Telemetry concatenate(std::vector<Telemetry> parts) {
    if (parts.empty()) return {};
    if (parts.size() == 1) return std::move(parts.front());
    const PartOrder order = order_of(parts);
    Telemetry out;
    for (const std::size_t i : order.nth) append_rows(out, parts[i], order.keep_t_s);
    if (order.dropped_t_s) out.warnings.emplace_back(kOtherStarts);
    return out;
}

Training concatenate(std::vector<Training> parts) {
    if (parts.empty()) return {};
    if (parts.size() == 1) return std::move(parts.front());
    const PartOrder order = order_of(parts);
    Training out;
    for (const std::size_t i : order.nth) append_rows(out, parts[i], order.keep_t_s);
    return out;
}

}  // namespace rle::formats
