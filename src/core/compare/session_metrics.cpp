// THE table of metrics that sessions are compared by.
#include <algorithm>
#include <array>

#include "rlecouple/reproduce.hpp"

namespace rle {
namespace {

constexpr std::array kMetrics{
    Metric{"r_peak", "1", "peak correlation, the manual's", true, true},
    Metric{"t_lag_s", "s", "its lag, the manual's", true, true},
    Metric{"tau_th_s", "s", "thermal time constant", true, true, true},
    Metric{"k_per_s", "1/s", "coupling rate", true, true},
    Metric{"eta_p", "1", "power efficiency", true, true},
    Metric{"delta_rle", "1", "range of RLE", true, true},
    Metric{"r_tested", "1", "peak correlation, whitened", false, true},
    Metric{"t_lag_tested_s", "s", "its lag, tested", false, true, false, true},
    Metric{"hA_w_per_c", "W/degC", "conductance", false, true, true},
    Metric{"C_j_per_c", "J/degC", "heat capacity", false, true, true},
    Metric{"n_samples", "1", "aligned samples", false, false},
    Metric{"p_value", "1", "family-wise p", false, false},
    Metric{"sigma_opt", "1", "SD/mean of the gradient norm", false, false},
    Metric{"rmse_c", "degC", "residual of the thermal fit", false, false, true},
    Metric{"closure", "1", "energy closure", false, false, true},
    Metric{"closure_holdout", "1", "energy closure held out", false, false, true},
    Metric{"precision", "1", "precision of the alarms", false, false},
    Metric{"recall", "1", "recall of the alarms", false, false},
};

}  // namespace

std::span<const Metric> session_metrics() {
    return kMetrics;
}

std::optional<std::size_t> find_metric(std::string_view name) {
    const auto it =
        std::find_if(kMetrics.begin(), kMetrics.end(), [&](const Metric& m) { return m.name == name; });
    if (it == kMetrics.end()) return std::nullopt;
    return static_cast<std::size_t>(it - kMetrics.begin());
}

}  // namespace rle
