// Prometheus gives values on the grid of the query, not at the sampling times; each series is one quantity of
// one device.
#include "formats/telemetry/prometheus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "formats/telemetry/telemetry_table.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"
#include "formats/writers.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

enum class Combine { largest, sum, mean };

struct Metric {
    std::string_view name;
    std::string_view ours;
    std::string_view device;  ///< where the series' labels name no GPU
    double scale;
    bool counter;     ///< its rate is the quantity
    Combine combine;  ///< of several sensors of one device: chips, sockets, cores; a GPU's series come again
                      ///< for each pod
    double offset = 0.0;    ///< added after scaling
    const char* mode = "";  ///< label that a series must bear; empty: any
};
constexpr Metric kMetrics[] = {
    {"DCGM_FI_DEV_GPU_TEMP", "temp_c", "gpu", 1.0, false, Combine::largest},
    {"DCGM_FI_DEV_POWER_USAGE", "power_w", "gpu", 1.0, false, Combine::largest},
    {"DCGM_FI_DEV_GPU_UTIL", "util_pct", "gpu", 1.0, false, Combine::largest},
    {"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "energy_j", "gpu", 1e-3, false, Combine::largest},
    {"DCGM_FI_DEV_SM_CLOCK", "clock_mhz", "gpu", 1.0, false, Combine::largest},
    {"node_hwmon_temp_celsius", "temp_c", "cpu", 1.0, false, Combine::largest},
    {"node_thermal_zone_temp", "zone_temp_c", "cpu", 1.0, false, Combine::largest},
    {"node_rapl_package_joules_total", "power_w", "cpu", 1.0, true, Combine::sum},
    {"node_cpu_seconds_total", "util_pct", "cpu", -100.0, true, Combine::mean, 100.0, "idle"},
};
constexpr std::string_view kChipNames = "node_hwmon_chip_names";

constexpr double kBlank = 9.2e18;  // DCGM prints its blank values as numbers near 2^63

using Row = std::map<std::string, double>;                         // our name -> value
using Rows = std::map<std::pair<std::int64_t, std::string>, Row>;  // time, device
using Points = std::map<std::int64_t, double>;                     // time -> value

// What measures one quantity of one device, by what tells one sensor from the other.
struct Group {
    const Metric* metric;
    std::map<std::string, Points> sensors;
    std::size_t partial = 0;  // times at which some of them had no value
    std::size_t passing = 0;  // cores that were not there all the time
};
using Groups = std::map<std::pair<std::string, std::string_view>, Group>;  // device, name of the metric

const Metric* find_metric(const Json& labels) {
    const auto name = labels.find("__name__");
    if (name == labels.end() || !name->is_string()) return nullptr;
    for (const Metric& metric : kMetrics) {
        if (metric.name != name->get_ref<const std::string&>()) continue;
        return *metric.mode == '\0' || labels.value("mode", "") == metric.mode ? &metric : nullptr;
    }
    return nullptr;
}

std::string label(const Json& labels, const char* name) {
    const auto it = labels.find(name);
    return it != labels.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// "node1:9400" -> "node1"
std::string host_of(const Json& labels) {
    const std::string host = label(labels, "Hostname");
    if (!host.empty()) return host;
    const std::string instance = label(labels, "instance");
    return instance.substr(0, instance.rfind(':'));
}

std::string device_of(const Json& labels, const Metric& metric) {
    return std::string(metric.device) + label(labels, "gpu");
}

// The hosts that have a device of one name: gpu0 of two machines are two devices.
using Hosts = std::map<std::string, std::set<std::string>>;

void note_host(const Json& series, Hosts& hosts) {
    const Json& labels = series.at("metric");
    const Metric* metric = find_metric(labels);
    if (metric != nullptr) hosts[device_of(labels, *metric)].insert(host_of(labels));
}

std::string full_name(const Json& labels, const Metric& metric, const Hosts& hosts) {
    const std::string device = device_of(labels, metric);
    return hosts.at(device).size() > 1 ? device + "@" + host_of(labels) : device;
}

bool is_of_cpu(std::string_view chip) {
    constexpr std::string_view kCpuChips[] = {"coretemp", "k10temp", "zenpower", "cpu_thermal"};
    return std::any_of(std::begin(kCpuChips), std::end(kCpuChips),
                       [&](auto name) { return chip.find(name) != std::string_view::npos; });
}

// Drivers of chips, "k10temp", by host and by the bus address that stands for the chip elsewhere.
using Chips = std::map<std::pair<std::string, std::string>, std::string>;

void note_chip(const Json& labels, Chips& chips) {
    if (label(labels, "__name__") == kChipNames)
        chips[{host_of(labels), label(labels, "chip")}] = label(labels, "chip_name");
}

// Which sensor a series is of. A node's are always all there, so that one that lacks tells; a GPU is one
// sensor, whichever pod it serves.
std::string sensor_of(const Json& labels, const Metric& metric, const Chips& chips) {
    if (metric.device != "cpu") return {};
    std::string sensor;
    for (const char* name : {"chip", "sensor", "zone", "index", "path", "cpu"})
        sensor += label(labels, name) + '/';
    const auto chip = chips.find({host_of(labels), label(labels, "chip")});
    return chip == chips.end() ? sensor : chip->second + '/' + sensor;
}

// The hottest chip of a machine may be a disk: where it has a CPU's, those alone count.
void keep_cpu_chips(Group& group) {
    if (group.metric->name != "node_hwmon_temp_celsius") return;
    const bool any = std::any_of(group.sensors.begin(), group.sensors.end(),
                                 [](const auto& sensor) { return is_of_cpu(sensor.first); });
    if (any) std::erase_if(group.sensors, [](const auto& sensor) { return !is_of_cpu(sensor.first); });
}

double combined(Combine how, const std::vector<double>& values) {
    if (how == Combine::largest) return *std::max_element(values.begin(), values.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return how == Combine::sum ? sum : sum / static_cast<double>(values.size());
}

// A core that was taken offline for good, or brought online, is none of the machine's before its first and
// behind its last value.
std::size_t cores_at(const Group& group, std::int64_t us) {
    return static_cast<std::size_t>(
        std::count_if(group.sensors.begin(), group.sensors.end(), [&](const auto& sensor) {
            const Points& points = sensor.second;
            return !points.empty() && points.begin()->first <= us && us <= points.rbegin()->first;
        }));
}

// What several sensors say together is said only where each of them has a value: without one socket the
// power of a machine is another quantity. Utilisation is that of the cores that are there.
void combine(Group& group, const std::string& device, Rows& rows) {
    keep_cpu_chips(group);
    std::map<std::int64_t, std::vector<double>> values;
    for (const auto& [sensor, points] : group.sensors) {
        for (const auto& [us, value] : points) values[us].push_back(value);
    }
    for (const auto& [us, of_sensors] : values) {
        Row& row = rows[{us, device}];
        const bool cores = group.metric->combine == Combine::mean;
        const std::size_t wanted = cores ? cores_at(group, us) : group.sensors.size();
        group.passing = std::max(group.passing, group.sensors.size() - wanted);
        if (of_sensors.size() < wanted) {
            ++group.partial;
            continue;
        }
        row[std::string(group.metric->ours)] = combined(group.metric->combine, of_sensors);
    }
}

// Boards without a sensor chip that Linux knows have thermal zones alone.
void stand_in_for_sensors(Rows& rows) {
    std::set<std::string> have;
    for (const auto& [key, row] : rows) {
        if (row.contains("temp_c")) have.insert(key.second);
    }
    for (auto& [key, row] : rows) {
        const auto zone = row.find("zone_temp_c");
        if (!have.contains(key.second) && zone != row.end()) row["temp_c"] = zone->second;
    }
}

// A number, or infinity, which is no reading and will be counted. Missing: NaN, or a blank value.
double value_at(const Json& point) {
    const Cell cell = parse_cell(trim(point.at(1).get_ref<const std::string&>()));
    const bool number = cell.kind == CellKind::number && cell.value <= kBlank;
    return number || cell.kind == CellKind::infinite ? cell.value : kMissing;
}

void add_points(const Json& values, const Metric& metric, Points& points) {
    double before = kMissing;
    double before_s = kMissing;
    for (const Json& point : values) {
        const double seconds = point.at(0).get<double>();
        const auto us = epoch_us(seconds);
        double value = value_at(point);
        if (!us || std::isnan(value)) continue;
        if (metric.counter) {
            const double rate = (value - before) / (seconds - before_s);
            before = value;
            before_s = seconds;
            if (!(rate >= 0.0) || std::isinf(rate)) continue;  // the first point, or the counter began anew
            value = rate;
        }
        value = metric.offset + metric.scale * value;
        // A counter read a moment later than the query says grows by more than a second a second.
        if (metric.counter && metric.ours == "util_pct") value = std::clamp(value, 0.0, 100.0);
        const auto [at, added] = points.try_emplace(*us, value);
        if (!added) at->second = std::max(at->second, value);
    }
}

const Json& series_of(const Json& answer) {
    return answer.at("data").at("result");
}

Groups groups_of(const Json& answers) {
    Hosts hosts;
    Chips chips;
    for (const Json& answer : answers) {
        for (const Json& series : series_of(answer)) {
            note_host(series, hosts);
            note_chip(series.at("metric"), chips);
        }
    }
    Groups groups;
    for (const Json& answer : answers) {
        for (const Json& series : series_of(answer)) {
            const Json& labels = series.at("metric");
            const Metric* metric = find_metric(labels);
            if (metric == nullptr || !series.contains("values")) continue;
            Group& group = groups[{full_name(labels, *metric, hosts), metric->name}];
            group.metric = metric;
            add_points(series.at("values"), *metric, group.sensors[sensor_of(labels, *metric, chips)]);
        }
    }
    return groups;
}

void describe_partial(const std::string& where, const std::string& device, const Group& group,
                      Telemetry& telemetry) {
    if (group.passing > 0)
        telemetry.warnings.push_back(fmt::format(
            "{}: {}: up to {} of the {} series of {} are not there all the time; {} is that of the others "
            "then",
            where, device, group.passing, group.sensors.size(), group.metric->name, group.metric->ours));
    if (group.partial == 0) return;
    telemetry.dropped["partial"] += group.partial;
    telemetry.warnings.push_back(fmt::format(
        "{}: {}: at {} not every one of the {} series of {} has a value; {} is missing there", where, device,
        counted(group.partial, "time"), group.sensors.size(), group.metric->name, group.metric->ours));
}

double value_of(const Row& row, const char* name) {
    const auto it = row.find(name);
    return it == row.end() ? kMissing : it->second;
}

Telemetry telemetry_of(const Rows& rows, const std::string& where, std::string_view about_times) {
    Telemetry out;
    Reading temp("temp_c"), power("power_w"), util("util_pct");
    for (const char* name : {"energy_j", "clock_mhz", "zone_temp_c"}) out.others.emplace_back(name);
    std::string cell;
    for (const auto& [key, of_row] : rows) {
        const Row& row = of_row;  // a structured binding cannot be captured by every compiler
        out.wall_us.push_back(key.first);
        out.t_s.push_back(kMissing);
        out.device.push_back(device_index(out, key.second));
        const auto judged = [&](Reading& reading, const char* name) {
            const double value = value_of(row, name);
            return std::isnan(value) ? value : reading.judge(value);
        };
        out.temp_c.push_back(judged(temp, "temp_c"));
        out.power_w.push_back(judged(power, "power_w"));
        out.util_pct.push_back(judged(util, "util_pct"));
        for (TextColumn& column : out.others) {
            cell.clear();
            const double value = value_of(row, column.name().c_str());
            append_number(cell, std::isfinite(value) ? value : kMissing);
            column.push_back(cell);
        }
    }
    for (const Reading* reading : {&temp, &power, &util}) reading->finish(where, out.size(), out);
    out.warnings.push_back(fmt::format("{}: {}", where, about_times));
    return out;
}

// {"status": "error", "errorType": "bad_data", "error": "parse error"} in the server's own words.
void refuse_error(const Json& document, const std::string& where) {
    if (!document.is_object() || label(document, "status") != "error") return;
    throw Error(ErrorKind::failed, where,
                fmt::format("Prometheus answered with an error: {} ({})", quotable(label(document, "error")),
                            quotable(label(document, "errorType"))));
}

// A document is an answer or a list of them.
void add_answers(const Source& source, Json& answers) {
    Json document;
    try {
        document = Json::parse(source.text);
    } catch (const Json::exception&) {
        throw Error(ErrorKind::failed, source.where, "not a whole answer of /api/v1/query_range",
                    "was it cut short?");
    }
    refuse_error(document, source.where);
    if (!document.is_array()) document = Json::array({std::move(document)});
    for (Json& answer : document) answers.push_back(std::move(answer));
}

}  // namespace

bool is_known_series(std::string_view name) {
    return name == kChipNames || std::any_of(std::begin(kMetrics), std::end(kMetrics),
                                             [&](const Metric& metric) { return metric.name == name; });
}

std::string refuse_prometheus(const Source& source) {
    constexpr std::size_t kHead = 4096;
    const std::string_view head = source.text.substr(0, kHead);
    const auto has = [&](std::string_view word) { return head.find(word) != std::string_view::npos; };
    const bool answer = has("\"resultType\"") && has("\"matrix\"");
    const bool error = has("\"status\"") && has("\"errorType\"") && has("\"error\"");
    return answer || error ? "" : "no query_range answer (\"resultType\": \"matrix\")";
}

Telemetry read_prometheus(const Source& source) {
    return read_answers({source});
}

Telemetry read_answers(const std::vector<Source>& sources) {
    const std::string where = sources.size() == 1
                                  ? sources.front().where
                                  : fmt::format("{} and {} more", sources.front().where, sources.size() - 1);
    try {
        Json answers = Json::array();
        for (const Source& source : sources) add_answers(source, answers);
        return read_series(answers, where,
                           "Prometheus gives values at the times of the query, not of the sampling");
    } catch (const Json::exception&) {
        throw Error(ErrorKind::failed, where, "not a whole answer of /api/v1/query_range",
                    "was it cut short?");
    }
}

Telemetry read_series(const Json& answers, const std::string& where, std::string_view about_times) {
    Groups groups = groups_of(answers);
    Rows rows;
    for (auto& [key, group] : groups) combine(group, key.first, rows);
    stand_in_for_sensors(rows);
    if (rows.empty()) {
        throw Error(ErrorKind::insufficient_data, where, "no series that we know in it",
                    "query DCGM_FI_DEV_GPU_TEMP, _POWER_USAGE and _GPU_UTIL, or node_hwmon_temp_celsius and "
                    "node_rapl_package_joules_total");
    }
    Telemetry telemetry = telemetry_of(rows, where, about_times);
    for (const auto& [key, group] : groups) describe_partial(where, key.first, group, telemetry);
    return telemetry;
}

}  // namespace rle::formats
