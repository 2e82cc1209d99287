#include "formats/telemetry/file_devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace rle::formats {
namespace {

struct Sample {
    double time;
    double temp_c, power_w;
    bool of_b;
};

double time_of(const Telemetry& rows, std::size_t i, bool by_t_s) {
    if (by_t_s) return rows.t_s[i];
    return rows.wall_us[i] == kNoTime ? kMissing : static_cast<double>(rows.wall_us[i]) * 1e-6;
}

struct Span {
    double first = INFINITY, last = -INFINITY;

    bool meets(const Span& other) const { return first <= other.last && other.first <= last; }
};

Span span_of(const Telemetry& rows, bool by_t_s) {
    Span span;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        span.first = std::fmin(span.first, time_of(rows, i, by_t_s));
        span.last = std::fmax(span.last, time_of(rows, i, by_t_s));
    }
    return span;
}

// What both files can say of a device.
struct Shared {
    bool temp = false, power = false;
};

Shared shared_readings(const Telemetry& a, std::size_t of_a, const Telemetry& b, std::size_t of_b) {
    const auto has = [](const Telemetry& rows, std::size_t device, const std::vector<double>& column) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows.device[i] == device && !std::isnan(column[i])) return true;
        }
        return false;
    };
    return {has(a, of_a, a.temp_c) && has(b, of_b, b.temp_c),
            has(a, of_a, a.power_w) && has(b, of_b, b.power_w)};
}

void add_samples(const Telemetry& rows, std::size_t device, Shared shared, bool by_t_s, double until,
                 bool of_b, std::vector<Sample>& out) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double time = time_of(rows, i, by_t_s);
        if (rows.device[i] != device || !(time <= until)) continue;
        const Sample sample{time, shared.temp ? rows.temp_c[i] : kMissing,
                            shared.power ? rows.power_w[i] : kMissing, of_b};
        if (!std::isnan(sample.temp_c) || !std::isnan(sample.power_w)) out.push_back(sample);
    }
}

bool contradict(double x, double y) {
    return !std::isnan(x) && !std::isnan(y) && x != y;
}

// Samples of the two files at one time that contradict each other, and times at which the one follows the
// other and is followed by it again.
std::size_t conflicts(std::vector<Sample>& samples) {
    std::stable_sort(samples.begin(), samples.end(),
                     [](const Sample& x, const Sample& y) { return x.time < y.time; });
    constexpr double kSameTime_s = 5e-7;
    std::size_t contradictions = 0, turns = 0;
    const Sample* before = nullptr;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const Sample& sample = samples[i];
        if (i + 1 < samples.size() && samples[i + 1].of_b != sample.of_b &&
            samples[i + 1].time - sample.time < kSameTime_s) {
            const Sample& other = samples[++i];
            if (contradict(sample.temp_c, other.temp_c) || contradict(sample.power_w, other.power_w))
                ++contradictions;
            continue;
        }
        if (before != nullptr && before->of_b != sample.of_b) ++turns;
        before = &sample;
    }
    return contradictions + turns / 2;
}

bool any_conflict(const Telemetry& a, const Telemetry& b, bool by_t_s, double until) {
    for (std::size_t of_a = 0; of_a < a.devices.size(); ++of_a) {
        const auto same = std::find(b.devices.begin(), b.devices.end(), a.devices[of_a]);
        if (same == b.devices.end()) continue;
        const auto of_b = static_cast<std::size_t>(same - b.devices.begin());
        const Shared shared = shared_readings(a, of_a, b, of_b);
        std::vector<Sample> samples;
        add_samples(a, of_a, shared, by_t_s, until, false, samples);
        add_samples(b, of_b, shared, by_t_s, until, true, samples);
        if (conflicts(samples) > kFewRows) return true;
    }
    return false;
}

// "runs/node1/smi.csv.gz" -> "smi", and what stands in front of the last "/": "node1".
std::string stem_of(const std::string& file) {
    std::string name = file.substr(file.rfind('/') + 1);
    for (const std::string_view end : {".gz", ".csv", ".log", ".txt", ".tsv", ".out"}) {
        if (name.size() > end.size() && name.ends_with(end)) name.erase(name.size() - end.size());
    }
    return name;
}

std::string folder_of(const std::string& file) {
    const std::size_t slash = file.rfind('/');
    if (slash == std::string::npos) return {};
    const std::string folder = file.substr(0, slash);
    return folder.substr(folder.rfind('/') + 1);
}

// A name that no other file has: its stem, or with its folder in front, or with its place in the list.
std::string name_among(const std::vector<std::string>& files, std::size_t nth) {
    const auto is_alone = [&](const auto& name_of) {
        return std::count_if(files.begin(), files.end(), [&](const std::string& file) {
                   return name_of(file) == name_of(files[nth]);
               }) == 1;
    };
    const auto with_folder = [](const std::string& file) { return folder_of(file) + "-" + stem_of(file); };
    if (is_alone(stem_of)) return stem_of(files[nth]);
    if (is_alone(with_folder)) return with_folder(files[nth]);
    return fmt::format("{}-{}", stem_of(files[nth]), nth + 1);
}

// Names that readers give where a file says nothing; the limits of a CPU go by its name, which stays in
// front.
bool is_made_up(const std::string& device) {
    return device == "gpu" || device == "device0";
}

std::string describe_apart(const std::vector<std::string>& files) {
    return fmt::format(
        "{} files have other readings for the same times: each file's devices are taken as "
        "its own and bear its name",
        files.size());
}

}  // namespace

bool begin_as_two_devices(const Telemetry& a, const Telemetry& b, bool by_t_s) {
    return any_conflict(a, b, by_t_s, std::min(span_of(a, by_t_s).last, span_of(b, by_t_s).last));
}

FileDevices::FileDevices(const std::vector<std::string>& files, std::size_t nth, const Telemetry& beginning)
    : file_(name_among(files, nth)) {
    const std::size_t rows = std::min(beginning.size(), kRowsOfBeginning);
    const std::set<std::uint32_t> devices(beginning.device.begin(),
                                          beginning.device.begin() + static_cast<std::ptrdiff_t>(rows));
    alone_ = devices.size() == 1 && is_made_up(beginning.devices[*devices.begin()]);
}

void FileDevices::rename(Telemetry& rows) const {
    for (std::string& device : rows.devices)
        device = alone_ && is_made_up(device) && !file_.starts_with("cpu") ? file_ : device + "@" + file_;
}

std::string tell_devices_apart(std::vector<Telemetry>& parts, const std::vector<std::string>& files,
                               bool by_t_s) {
    std::vector<Span> spans;
    for (const Telemetry& part : parts) spans.push_back(span_of(part, by_t_s));
    bool apart = false;
    for (std::size_t b = 1; b < parts.size(); ++b) {
        for (std::size_t a = 0; a < b && !apart; ++a)
            apart = spans[a].meets(spans[b]) && any_conflict(parts[a], parts[b], by_t_s, INFINITY);
    }
    if (!apart) return {};
    for (std::size_t i = 0; i < parts.size(); ++i) FileDevices(files, i, parts[i]).rename(parts[i]);
    return describe_apart(files);
}

DevicesApart::DevicesApart(const std::vector<Telemetry>& beginnings, const std::vector<std::string>& files,
                           bool by_t_s)
    : by_t_s_(by_t_s) {
    bool apart = false;
    for (std::size_t b = 1; b < beginnings.size(); ++b) {
        for (std::size_t a = 0; a < b && !apart; ++a)
            apart = begin_as_two_devices(beginnings[a], beginnings[b], by_t_s);
    }
    if (!apart) return;
    for (std::size_t i = 0; i < files.size(); ++i) names_.emplace_back(files, i, beginnings[i]);
    warning_ = describe_apart(files);
}

void DevicesApart::note(const Telemetry& rows, std::size_t i, const Until& before, Until& now) {
    const double time = time_of(rows, i, by_t_s_);
    const bool temp = !std::isnan(rows.temp_c[i]), power = !std::isnan(rows.power_w[i]);
    if ((temp && time <= before.temp) || (power && time <= before.power)) ++late_;
    if (temp) now.temp = std::fmax(now.temp, time);
    if (power) now.power = std::fmax(now.power, time);
}

bool DevicesApart::take(std::size_t nth, Telemetry& rows) {
    if (!names_.empty()) {
        names_[nth].rename(rows);
        return true;
    }
    if (nth_ != nth) {
        for (const auto& [device, until] : now_) {
            Until& all = before_[device];
            all = {std::fmax(all.temp, until.temp), std::fmax(all.power, until.power)};
        }
        now_.clear();
        late_ = 0;
        nth_ = nth;
    }
    std::vector<std::pair<const Until*, Until*>> of_device;
    for (const std::string& device : rows.devices) of_device.emplace_back(&before_[device], &now_[device]);
    for (std::size_t i = 0; i < rows.size(); ++i)
        note(rows, i, *of_device[rows.device[i]].first, *of_device[rows.device[i]].second);
    return late_ <= kFewRows;
}

}  // namespace rle::formats
