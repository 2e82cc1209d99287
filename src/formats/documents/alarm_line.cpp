#include "formats/documents/alarm_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "formats/text/encoding.hpp"
#include "formats/text/json_fields.hpp"
#include "formats/writers.hpp"

namespace rle::formats {
namespace {

struct Fact {
    const char* name;  // JSON key; in the environment RLE_ and the same in capitals
    double value;
};

std::vector<Fact> numbers_of(const AlarmFacts& f) {
    return {{"t_s", f.t_s},
            {"step", f.step},
            {"grad_norm", f.grad_norm},
            {"z", f.z},
            {"median", f.median},
            {"threshold", f.threshold},
            {"alarms", static_cast<double>(f.alarms)},
            {"rle", f.rle},
            {"temp_c", f.temp_c},
            {"power_w", f.power_w},
            {"util_pct", f.util_pct}};
}

std::string number_text(double value) {
    std::string text;
    append_number(text, value);
    return text;
}

std::string timestamp_text(std::int64_t wall_us) {
    std::string text;
    append_timestamp(text, wall_us);
    return text;
}

std::string in_capitals(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

// A label's value, which is UTF-8: backslash, quote and line end are escaped.
std::string label(const std::string& text) {
    std::string out;
    for (const char c : from_cp1252(text)) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out;
}

void append_metric(std::string& out, const char* name, const char* type, const char* help,
                   const std::string& labels, double value) {
    if (!std::isfinite(value)) return;
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0}{{{3}}} {4}\n", name, help, type, labels,
                       number_text(value));
}

}  // namespace

std::string alarm_line(const AlarmFacts& facts) {
    Json out{{"schema", "rlecouple.alarm/1"}};
    out["session"] = text_or_null(facts.session);
    out["timestamp"] = text_or_null(timestamp_text(facts.wall_us));
    for (const Fact& fact : numbers_of(facts)) {
        constexpr double kMost = 0x1p53;  // every whole number up to it is a double
        const bool whole = std::abs(fact.value) <= kMost && fact.value == std::floor(fact.value) &&
                           (fact.name == std::string_view("step") || fact.name == std::string_view("alarms"));
        out[fact.name] = whole ? Json(static_cast<std::int64_t>(fact.value)) : json_of(fact.value);
    }
    out["device"] = text_or_null(facts.device);
    out["collapse"] = json_of(facts.collapse);
    out["modelled"] = facts.modelled;
    out["action"] = text_or_null(facts.action);
    return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> alarm_environment(const AlarmFacts& facts) {
    std::vector<std::string> out;
    for (const Fact& fact : numbers_of(facts)) {
        if (!std::isnan(fact.value))
            out.push_back("RLE_" + in_capitals(fact.name) + "=" + number_text(fact.value));
    }
    // RLE_RLE is the reading; RLE_SESSION, RLE_DEVICE and RLE_TIMESTAMP say whose and when.
    if (!facts.session.empty()) out.push_back("RLE_SESSION=" + facts.session);
    if (!facts.device.empty()) out.push_back("RLE_DEVICE=" + facts.device);
    if (facts.wall_us != kNoTime) out.push_back("RLE_TIMESTAMP=" + timestamp_text(facts.wall_us));
    if (facts.collapse) out.push_back(std::string("RLE_COLLAPSE=") + (*facts.collapse ? "1" : "0"));
    if (!facts.modelled.empty())
        out.push_back(fmt::format("RLE_MODELLED={}", fmt::join(facts.modelled, ";")));
    return out;
}

std::string prometheus_text(const AlarmFacts& now) {
    const std::string session = fmt::format("session=\"{}\"", label(now.session));
    const std::string device = fmt::format("{},device=\"{}\"", session, label(now.device));
    std::string out;
    append_metric(out, "rlecouple_alarms_total", "counter",
                  "Alarms on the gradient norm since the watch began.", session,
                  static_cast<double>(now.alarms));
    append_metric(out, "rlecouple_grad_norm", "gauge", "Gradient norm of the last training step.", session,
                  now.grad_norm);
    append_metric(out, "rlecouple_grad_norm_z", "gauge", "Robust z-score of the last gradient norm.", session,
                  now.z);
    append_metric(out, "rlecouple_step", "gauge", "Number of the last training step.", session, now.step);
    append_metric(out, "rlecouple_rle", "gauge", "RLE of the last sample.", device, now.rle);
    append_metric(out, "rlecouple_temperature_celsius", "gauge", "Temperature of the last sample.", device,
                  now.temp_c);
    append_metric(out, "rlecouple_power_watts", "gauge", "Power of the last sample.", device, now.power_w);
    if (now.collapse) {
        append_metric(out, "rlecouple_collapse", "gauge", "1 while the collapse flag stands.", device,
                      *now.collapse ? 1.0 : 0.0);
    }
    if (!now.modelled.empty()) {
        out +=
            "# HELP rlecouple_modelled 1 for a column that is an estimate, not measured.\n"
            "# TYPE rlecouple_modelled gauge\n";
        for (const std::string& column : now.modelled)
            out += fmt::format("rlecouple_modelled{{{},column=\"{}\"}} 1\n", device, label(column));
    }
    return out;
}

}  // namespace rle::formats
