// Prometheus gives values on the grid of the query, not at the sampling times; each series is one quantity of
// one device.
#include "formats/prometheus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "formats/json_fields.hpp"
#include "formats/numbers.hpp"
#include "formats/telemetry_table.hpp"
#include "formats/times.hpp"
#include "formats/writers.hpp"
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
    Combine combine;  ///< of several series of one device: sensors, sockets, cores; a GPU's come again for
                      ///< each pod
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

constexpr double kBlank = 9.2e18;  // DCGM prints its blank values as numbers near 2^63

using Row = std::map<std::string, double>;                         // our name -> value
using Rows = std::map<std::pair<std::int64_t, std::string>, Row>;  // time, device

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

std::string series_of(std::string_view ours) {
    return std::string(ours) + ", series";
}

void combine(Row& row, const Metric& metric, double value) {
    const auto [at, added] = row.try_emplace(std::string(metric.ours), value);
    const double n = ++row[series_of(metric.ours)];
    if (metric.combine == Combine::mean) {
        at->second += (value - at->second) / n;
    } else if (!added) {
        at->second = metric.combine == Combine::sum ? at->second + value : std::max(at->second, value);
    }
}

// A sum over sockets is none where one of them has no value, as when its counter began anew.
void drop_partial_sums(Rows& rows) {
    for (const Metric& metric : kMetrics) {
        if (metric.combine != Combine::sum) continue;
        const std::string ours(metric.ours), series = series_of(metric.ours);
        std::map<std::string, double> most;  // series, by device
        for (const auto& [key, row] : rows) {
            const auto n = row.find(series);
            if (n != row.end()) most[key.second] = std::max(most[key.second], n->second);
        }
        for (auto& [key, row] : rows) {
            const auto n = row.find(series);
            if (n != row.end() && n->second < most[key.second]) row.erase(ours);
        }
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

void add_series(const Json& series, const Hosts& hosts, Rows& rows) {
    const Json& labels = series.at("metric");
    const Metric* metric = find_metric(labels);
    if (metric == nullptr || !series.contains("values")) return;
    const std::string device = full_name(labels, *metric, hosts);
    double before = kMissing;
    double before_s = kMissing;
    for (const Json& point : series.at("values")) {
        const double seconds = point.at(0).get<double>();
        const auto us = epoch_us(seconds);
        const auto number = parse_number(point.at(1).get_ref<const std::string&>());
        if (!us || !number || *number > kBlank) continue;
        double value = *number;
        if (metric->counter) {
            const double rate = (value - before) / (seconds - before_s);
            before = value;
            before_s = seconds;
            if (!(rate >= 0.0) || std::isinf(rate)) continue;  // the first point, or the counter began anew
            value = rate;
        }
        value = metric->offset + metric->scale * value;
        // A counter read a moment later than the query says grows by more than a second a second.
        if (metric->ours == "util_pct") value = std::clamp(value, 0.0, 100.0);
        combine(rows[{*us, device}], *metric, value);
    }
}

// `document` is an answer or a list of them.
void add_answers(const Json& document, Rows& rows) {
    const Json answers = document.is_array() ? document : Json::array({document});
    Hosts hosts;
    for (const Json& answer : answers) {
        for (const Json& series : answer.at("data").at("result")) note_host(series, hosts);
    }
    for (const Json& answer : answers) {
        for (const Json& series : answer.at("data").at("result")) add_series(series, hosts, rows);
    }
}

double value_of(const Row& row, const char* name) {
    const auto it = row.find(name);
    return it == row.end() ? kMissing : it->second;
}

Telemetry telemetry_of(const Rows& rows, const std::string& where) {
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
            append_number(cell, value_of(row, column.name().c_str()));
            column.push_back(cell);
        }
    }
    for (const Reading* reading : {&temp, &power, &util}) reading->finish(where, out.size(), out);
    out.warnings.push_back(where +
                           ": Prometheus gives values at the times of the query, not of the sampling");
    return out;
}

}  // namespace

std::string refuse_prometheus(const Source& source) {
    constexpr std::size_t kHead = 4096;
    const std::string_view head = source.text.substr(0, kHead);
    const bool mine = head.find("\"resultType\"") != std::string_view::npos &&
                      head.find("\"matrix\"") != std::string_view::npos;
    return mine ? "" : "no query_range answer (\"resultType\": \"matrix\")";
}

Telemetry read_prometheus(const Source& source) {
    Rows rows;
    try {
        add_answers(Json::parse(source.text), rows);
    } catch (const Json::exception&) {
        throw Error(ErrorKind::failed, source.where, "not a whole answer of /api/v1/query_range",
                    "was it cut short?");
    }
    drop_partial_sums(rows);
    stand_in_for_sensors(rows);
    if (rows.empty()) {
        throw Error(ErrorKind::insufficient_data, source.where, "no series that we know in it",
                    "query DCGM_FI_DEV_GPU_TEMP, _POWER_USAGE and _GPU_UTIL, or node_hwmon_temp_celsius and "
                    "node_rapl_package_joules_total");
    }
    return telemetry_of(rows, source.where);
}

}  // namespace rle::formats
