#include "formats/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "formats/telemetry/dcgmi_dmon.hpp"
#include "formats/telemetry/hwinfo_csv.hpp"
#include "formats/telemetry/jtop_csv.hpp"
#include "formats/telemetry/nvidia_smi_csv.hpp"
#include "formats/telemetry/nvidia_smi_dmon.hpp"
#include "formats/telemetry/prometheus.hpp"
#include "formats/telemetry/prometheus_text.hpp"
#include "formats/telemetry/rocm_smi_csv.hpp"
#include "formats/telemetry/s_tui_csv.hpp"
#include "formats/telemetry/tegrastats.hpp"
#include "formats/telemetry/telemetry_csv.hpp"
#include "formats/telemetry/telemetry_json.hpp"
#include "formats/telemetry/turbostat.hpp"
#include "formats/telemetry/wide_csv.hpp"
#include "formats/text/csv.hpp"
#include "formats/text/encoding.hpp"
#include "formats/training/mlflow_metric.hpp"
#include "formats/training/tensorboard.hpp"
#include "formats/training/training_csv.hpp"
#include "formats/training/training_json.hpp"
#include "formats/training/training_printed.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// From the most particular to the most general: the first that does not refuse reads the file.
constexpr TelemetryFormat kTelemetryFormats[] = {
    {"nvidia-smi-csv", "nvidia-smi --query-gpu=... --format=csv",
     "2026/09/28 12:00:00.000, 0, 50, 100.00 W, 50 %", refuse_nvidia_smi_csv, read_nvidia_smi_csv,
     open_nvidia_smi_csv, true},
    {"nvidia-smi-dmon", "nvidia-smi dmon, best with -o DT",
     " 20260928   12:00:00      0   100    50     -    50    10", refuse_nvidia_smi_dmon,
     read_nvidia_smi_dmon, open_nvidia_smi_dmon},
    {"dcgmi-dmon", "dcgmi dmon -e 150,155,203", "GPU 0     50     100.250     37", refuse_dcgmi_dmon,
     read_dcgmi_dmon, open_dcgmi_dmon},
    {"prometheus", "Prometheus' answer to /api/v1/query_range (DCGM exporter, node_exporter)",
     R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1790596800,"50"]]}]}})",
     refuse_prometheus, read_prometheus},
    {"prometheus-text", "an exporter's /metrics, scraped again and again behind a line with the time",
     R"(DCGM_FI_DEV_GPU_TEMP{gpu="0",modelName="NVIDIA H100 PCIe",Hostname="node1"} 50)",
     refuse_prometheus_text, read_prometheus_text},
    {"json", "JSON lines of telemetry, or a JSON array of records (people's own loggers, gpustat --json)",
     R"({"timestamp": 1790596800.5, "gpu": {"temp": 50, "power": 100.25, "util": 37}})",
     refuse_telemetry_json, read_telemetry_json},
    {"rocm-smi-csv", "rocm-smi --csv, amd-smi monitor --csv", "card0,45.0,120.0,37", refuse_rocm_smi_csv,
     read_rocm_smi_csv, open_rocm_smi_csv, true},
    {"turbostat", "turbostat, best with --enable Time_Of_Day_Seconds",
     "1790596800.123456\t-\t-\t1200\t37.50\t55\t65.20", refuse_turbostat, read_turbostat, open_turbostat},
    {"tegrastats", "tegrastats of NVIDIA's Jetson boards",
     "09-28-2026 12:00:00 RAM 2345/7620MB ... GR3D_FREQ 37%@[612] ... gpu@48.5C ... VDD_IN 5210mW/5100mW",
     refuse_tegrastats, read_tegrastats, open_tegrastats},
    {"jtop-csv", "jetson-stats' logger, from jtop.stats",
     "2026-09-28 12:00:00.250000,0:10:00,37,49.25,50.5,1250,5210", refuse_jtop_csv, read_jtop_csv,
     open_jtop_csv},
    {"s-tui-csv", "s-tui --csv", "2026-09-28_12:00:00,37.5,38.0,37.0,55.0,65.2", refuse_s_tui_csv,
     read_s_tui_csv, open_s_tui_csv},
    {"hwinfo-csv", "HWiNFO's sensor log", "28.9.2026,12:00:00.123,65.2,55,37.5,", refuse_hwinfo_csv,
     read_hwinfo_csv, open_hwinfo_csv},
    {"wide-csv", "CSV with columns for each GPU: gpu0_temp, gpu0_power, gpu1_temp, ...",
     "2026-09-28T12:00:00Z,50,100.0,37,51,120.5,40", refuse_wide_csv, read_wide_csv, open_wide_csv, true},
    {"csv", "CSV with a header: timestamp or t_s, temp_c, power_w, util_pct (or their usual other names)",
     "2026-09-28T12:00:00.000000Z,0.0,gpu,50,100.0,50", refuse_telemetry_csv, read_telemetry_csv,
     open_telemetry_csv, true},
};

constexpr TrainingFormat kTrainingFormats[] = {
    {"pattern", "printed lines that --grad-pattern matches", "update 12 |g|=1.05", refuse_pattern,
     read_printed, open_printed},
    {"tensorboard", "TensorBoard event file", "events.out.tfevents.1790596800.host", refuse_tensorboard,
     read_tensorboard},
    {"mlflow-metric", "a metric file of MLflow's file store", "1790596800000 1.05 10", refuse_mlflow_metric,
     read_mlflow_metric, open_mlflow_metric},
    {"trainer-state", "Hugging Face trainer_state.json",
     R"({"log_history": [{"epoch": 0.1, "grad_norm": 1.05, "loss": 2.1, "step": 10}]})", refuse_trainer_state,
     read_trainer_state, open_trainer_state},
    {"json", "JSON lines, or a JSON array of records",
     R"({"timestamp": 1761699262.48, "step": 1, "grad_norm": 1.05})", refuse_training_json,
     read_training_json, open_training_json},
    {"csv", "CSV with a header: a time, grad_norm, loss, ... (also Lightning's metrics.csv, W&B's export)",
     "2026-09-28T12:00:00.000000Z,0.0,1,0.01,2.1,1.05,4.9e-05", refuse_training_csv, read_training_csv,
     open_training_csv, true},
    {"hf-printed", "Hugging Face Trainer, printed", "{'loss': 2.1, 'grad_norm': 1.05, 'epoch': 0.01}",
     refuse_hf_printed, read_printed, open_printed},
    {"megatron", "Megatron-LM, printed",
     " [2026-01-05 12:00:00] iteration 10/ 500 | lm loss: 9.1 | grad norm: 1.2 |", refuse_megatron,
     read_printed, open_printed},
    {"torchtitan", "torchtitan, printed",
     "[titan] 2026-01-05 12:00:00,123 - root - INFO - step: 1  grad_norm: 1.3", refuse_torchtitan,
     read_printed, open_printed},
    {"printed", "printed lines with key: value or key=value", "step=10 loss=2.1 gnorm=1.05", refuse_printed,
     read_printed, open_printed},
};

constexpr std::string_view kTelemetryOption = "--telemetry-format";
constexpr std::string_view kTrainingOption = "--training-format";

template <class Format>
std::string names_of(std::span<const Format> formats) {
    std::vector<std::string_view> names;
    for (const Format& format : formats) names.push_back(format.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

// What a text looks like, where nobody knows it.
enum class Shape { binary, json, table, lines };

// A record, or a list of records; not "[2026-01-05 12:00:00] ...".
bool opens_document(std::string_view text) {
    const auto next = [&](std::size_t at) {
        at = text.find_first_not_of(" \t\r\n", at);
        return std::min(at, text.size());
    };
    const std::size_t begin = next(0);
    if (text.substr(begin).starts_with('[')) {
        const std::string_view inside = text.substr(next(begin + 1));
        return inside.starts_with('{') || inside.starts_with(']');
    }
    return text.substr(begin).starts_with('{');
}

Shape shape_of(std::string_view text) {
    constexpr std::size_t kHead = 4096;
    const std::string_view head = text.substr(0, kHead);
    if (head.find('\0') != std::string_view::npos) return Shape::binary;
    if (opens_document(head)) return Shape::json;
    CsvScanner scanner(head, guess_separator(head));
    Record first, second;
    const bool table = scanner.next(first) && (!scanner.next(second) || first.size() == second.size());
    return table && first.size() > 1 ? Shape::table : Shape::lines;
}

// The name of the format that most files of a shape are meant to have; empty: none.
std::string_view nearest_format(std::span<const TelemetryFormat>, Shape shape) {
    if (shape == Shape::json) return "json";
    return shape == Shape::table ? "csv" : "";
}
std::string_view nearest_format(std::span<const TrainingFormat>, Shape shape) {
    if (shape == Shape::binary) return "tensorboard";
    if (shape == Shape::json) return "json";
    return shape == Shape::table ? "csv" : "printed";
}

/// `option` is what names one of `formats` on the command line.
template <class Format>
[[noreturn]] void refuse_unknown(std::span<const Format> formats, const Source& source,
                                 std::string_view option) {
    constexpr std::size_t kLongestReason = 150;
    std::string what = "no known format: neither a table with a header nor JSON";
    const std::string_view nearest =
        source.options.columns.empty() ? nearest_format(formats, shape_of(source.text)) : "csv";
    for (const Format& format : formats) {
        if (format.name != nearest) continue;
        what = fmt::format("no known format; {} is nearest: {}", nearest,
                           beginning_of(format.refuse(source), kLongestReason));
    }
    throw Error(ErrorKind::failed, source.where, what,
                fmt::format("`rlecouple formats FILE` tells why, {} overrides", option));
}

template <class Format>
std::vector<Refusal> refusals(std::span<const Format> formats, const Source& source) {
    std::vector<Refusal> out;
    for (const Format& format : formats) out.push_back({format.name, format.refuse(source)});
    return out;
}

template <class Format>
const Format& choose(std::span<const Format> formats, const Source& source, std::string_view option) {
    const std::string& wanted = source.options.format;
    const bool named = !source.options.columns.empty();
    const auto it = std::find_if(formats.begin(), formats.end(), [&](const Format& format) {
        if (!wanted.empty()) return format.name == wanted;
        return (format.is_table || !named) && format.refuse(source).empty();
    });
    if (it != formats.end() && named && !it->is_table)
        throw Error(ErrorKind::usage, std::string(option), "the columns of '" + wanted + "' cannot be named");
    if (it != formats.end()) return *it;
    if (wanted.empty()) refuse_unknown(formats, source, option);
    throw Error(ErrorKind::usage, std::string(option), "no format '" + wanted + "'",
                "one of " + names_of(formats));
}

}  // namespace

std::span<const TelemetryFormat> telemetry_formats() {
    return kTelemetryFormats;
}
std::span<const TrainingFormat> training_formats() {
    return kTrainingFormats;
}

std::vector<Refusal> telemetry_refusals(const Source& source) {
    return refusals(telemetry_formats(), source);
}
std::vector<Refusal> training_refusals(const Source& source) {
    return refusals(training_formats(), source);
}

Telemetry read_telemetry_text(const Source& source) {
    return choose(telemetry_formats(), source, kTelemetryOption).read(source);
}
Training read_training_text(const Source& source) {
    return choose(training_formats(), source, kTrainingOption).read(source);
}

std::unique_ptr<TelemetryPieces> open_telemetry_text(const Source& source) {
    const TelemetryFormat& format = choose(telemetry_formats(), source, kTelemetryOption);
    return format.open != nullptr ? format.open(source) : nullptr;
}
std::unique_ptr<TrainingPieces> open_training_text(const Source& source) {
    const TrainingFormat& format = choose(training_formats(), source, kTrainingOption);
    return format.open != nullptr ? format.open(source) : nullptr;
}

}  // namespace rle::formats
