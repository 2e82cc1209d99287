// Several files of one stream -> one stream, one after the other in time.
//
// Each file's t_s counts from its own start. They are kept only where the files agree on that start (rotated
// files of one session); otherwise the wall clock alone says how the files lie to each other.
#include <algorithm>
#include <cmath>

#include "formats/readers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr double kSameStart_s = 1.0;

template <class Stream>
double first_wall_s(const Stream& part) {
    for (const std::int64_t us : part.wall_us) {
        if (us != kNoTime) return static_cast<double>(us) * 1e-6;
    }
    return kMissing;
}

template <class Stream>
double first_t_s(const Stream& part) {
    for (const double t : part.t_s) {
        if (!std::isnan(t)) return t;
    }
    return kMissing;
}

// Wall clock at t_s = 0, in s; missing where no row has both.
template <class Stream>
double start_s(const Stream& part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (part.wall_us[i] != kNoTime && !std::isnan(part.t_s[i])) {
            return static_cast<double>(part.wall_us[i]) * 1e-6 - part.t_s[i];
        }
    }
    return kMissing;
}

// May the rows' t_s stand beside each other? Otherwise they go, for which all parts need a wall clock.
template <class Stream>
bool keep_t_s(const std::vector<Stream>& parts) {
    std::size_t walls = 0;
    std::size_t monotonic = 0;
    std::size_t same = 0;
    for (const Stream& part : parts) {
        if (!std::isnan(first_wall_s(part))) ++walls;
        if (!std::isnan(first_t_s(part))) ++monotonic;
        if (std::abs(start_s(part) - start_s(parts.front())) < kSameStart_s) ++same;
    }
    if (walls == 0) return true;
    if (walls == parts.size()) return same == parts.size();
    if (monotonic == parts.size()) return true;
    throw Error(ErrorKind::failed, "several files of one stream",
                "some have only a wall clock and some only t_s", "give files with one kind of time");
}

template <class Stream>
void order_in_time(std::vector<Stream>& parts, bool by_t_s) {
    std::stable_sort(parts.begin(), parts.end(), [&](const Stream& a, const Stream& b) {
        return by_t_s ? first_t_s(a) < first_t_s(b) : first_wall_s(a) < first_wall_s(b);
    });
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
    for (const std::string& name : from.devices) {
        const auto it = std::find(to.devices.begin(), to.devices.end(), name);
        index.push_back(static_cast<std::uint32_t>(it - to.devices.begin()));
        if (it == to.devices.end()) to.devices.push_back(name);
    }
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

Telemetry concatenate(std::vector<Telemetry> parts) {
    if (parts.empty()) return {};
    if (parts.size() == 1) return std::move(parts.front());
    const bool t_s = keep_t_s(parts);
    order_in_time(parts, t_s);
    Telemetry out;
    for (const Telemetry& part : parts) {
        append_others(out, part, out.size());
        append_devices(out, part);
        append_common(out, part, t_s);
        append(out.temp_c, part.temp_c);
        append(out.power_w, part.power_w);
        append(out.util_pct, part.util_pct);
    }
    if (!t_s && std::any_of(parts.begin(), parts.end(), [](auto& p) { return !std::isnan(first_t_s(p)); }))
        out.warnings.emplace_back("the files count t_s from different starts; the wall clock alone is used");
    return out;
}

Training concatenate(std::vector<Training> parts) {
    if (parts.empty()) return {};
    if (parts.size() == 1) return std::move(parts.front());
    const bool t_s = keep_t_s(parts);
    order_in_time(parts, t_s);
    Training out;
    for (const Training& part : parts) {
        append_common(out, part, t_s);
        append(out.step, part.step);
        append(out.epoch, part.epoch);
        append(out.loss, part.loss);
        append(out.grad_norm, part.grad_norm);
        append(out.learning_rate, part.learning_rate);
    }
    return out;
}

}  // namespace rle::formats
