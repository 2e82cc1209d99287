#include "sample_input.hpp"

#include <cmath>

namespace rle::test {
namespace {

constexpr std::size_t kRows = 90;

bool spikes_at(std::size_t second) {
    return second == 40 || second == 55 || second == 70;
}

Frame sample_rows() {
    Frame frame;
    std::vector<double> temp, power, util, rle, collapse, grad, loss, step;
    double t_c = 40.0;
    for (std::size_t i = 0; i < kRows; ++i) {
        const bool busy = i % 30 < 20;
        const double watts = busy ? 180.0 : 60.0;
        frame.t_s.push_back(static_cast<double>(i));
        frame.device.emplace_back("gpu");
        temp.push_back(std::round(t_c));
        t_c += (watts - 4.0 * (t_c - 21.0)) / 40.0;
        power.push_back(watts);
        util.push_back(busy ? 95.0 : 20.0);
        rle.push_back(0.5 - (i > 0 && spikes_at(i - 1) ? 0.2 : 0.0));
        collapse.push_back(i >= 60 && i < 64 ? 1.0 : 0.0);
        grad.push_back(spikes_at(i) ? 9.0 : 1.0 + 0.1 * static_cast<double>(i * 7 % 5));
        loss.push_back(8.0 - 0.02 * static_cast<double>(i));
        step.push_back(static_cast<double>(2 * i + 2));
    }
    frame.names = {"temp_c", "power_w", "util_pct", "rle", "collapse", "grad_norm", "loss", "step"};
    frame.columns = {temp, power, util, rle, collapse, grad, loss, step};
    return frame;
}

SessionInfo sample_session() {
    SessionInfo session;
    session.name = "sample";
    session.started = "2026-01-05T12:00:00.000000Z";
    session.duration_s = 90.0;
    session.operator_name = "A. Tester";
    session.host = "rig-1";
    session.os = "Linux 6.1";
    DeviceInfo gpu;
    gpu.name = "gpu";
    gpu.kind = "gpu";
    gpu.model = "Test GPU";
    gpu.rated_power_w = 200.0;
    gpu.temp_limit_c = 83.0;
    session.devices = {gpu};
    session.samples = kRows;
    session.finished = true;
    session.training.command = {"python3", "train.py"};
    session.training.model = "tiny";
    session.command = {"rlecouple", "collect", "-o", "sample"};
    session.tool_version = "0.1.0";
    session.warnings = {"one tick was missed"};
    return session;
}

Correlation sample_correlation() {
    Correlation c;
    c.driver = "grad_norm";
    c.response = "rle";
    c.device = "gpu";
    c.n_samples = kRows;
    c.sample_hz = 1.0;
    for (int lag = -3; lag <= 3; ++lag)
        c.manual.ccf.push_back({1.0 * lag, lag == -1 ? -0.8 : 0.05 * lag, 87});
    c.manual.r_peak = -0.8;
    c.manual.t_lag_s = -1.0;
    c.manual.strength = Strength::strong;
    c.manual.causal_order = CausalOrder::driver_leads;
    TestedCorrelation t;
    t.method = "trend of order 1 removed, AR(1) and AR(2) prewhitened, 7 lags";
    for (int lag = -3; lag <= 3; ++lag) t.ccf.push_back({1.0 * lag, lag == -1 ? -0.71 : 0.02 * lag, 87});
    t.band = 0.28;
    t.r_peak = -0.71;
    t.t_lag_s = -1.05;
    t.t_lag_ci95_s = Interval{-1.3, -0.8};
    t.p_value = 2e-7;
    t.significant = true;
    t.causal_order = CausalOrder::driver_leads;
    t.warnings = {"a warning of the test"};
    c.tested = t;
    c.granger.driver_to_response = GrangerTest{2, 21.5, 2, 80, 3e-8};
    c.granger.response_to_driver = GrangerTest{2, 0.4, 2, 80, 0.67};
    c.coupling = CouplingFit{0.08, Interval{0.05, 0.11}, 1.05, 0.4, 4.0};
    c.sigma_opt = 0.9;
    c.verdict = Verdict::coupled;
    c.explanation = "A rise of grad_norm is followed by a fall of rle one second later.";
    c.warnings = {"a warning of correlate"};
    return c;
}

Balance sample_balance(const Frame& rows) {
    Balance b;
    b.device = "gpu";
    b.n_samples = kRows;
    b.thermal.model = "one-node";
    b.thermal.hA_w_per_c = 4.0;
    b.thermal.C_j_per_c = 40.0;
    b.thermal.tau_s = {10.0};
    b.thermal.ambient_c = 21.0;
    b.thermal.rmse_c = 0.3;
    b.thermal.ci95 = {{"hA_w_per_c", {3.9, 4.1}}};
    b.thermal.adequate = true;
    b.thermal.simulated_c = *rows.find("temp_c");
    b.tau_th = {10.0, Interval{9.5, 10.5}, 31.0, TauClass::slow};
    b.heat_rate = {139.0, 140.0, 2.0, -0.00714};
    b.conservation = {12600.0, 11700.0, 600.0, 0.0238, -0.061, false, std::nullopt};
    b.rle = {0.5, 0.3, 0.2};
    b.eta_p = {0.57, 60.0, EtaPClass::low};
    b.range_checks = {{"rle", 0.0, 1.0, 0}, {"tau_th_s", 1.0, 10.0, 1}};
    b.warnings = {"a warning of balance"};
    return b;
}

}  // namespace

report::ReportInput sample_input() {
    report::ReportInput input;
    input.session_path = "results/sample";
    input.session = sample_session();
    Alignment alignment;
    alignment.n_telemetry = kRows;
    alignment.n_training = 180;
    alignment.n_samples = kRows;
    alignment.sample_hz = 1.0;
    alignment.overlap_s = 89.0;
    alignment.pairing = {0.1, 0.3, 0.5};
    alignment.gaps = {{12.0, 2.5, "gpu"}};
    alignment.dropped = {{"not_a_number", 2}};
    alignment.warnings = {"a warning of align"};
    input.alignment = alignment;
    input.aligned = sample_rows();
    input.correlation = sample_correlation();
    input.balance = sample_balance(*input.aligned);
    input.input_hashes = {{"session.json", std::string(64, 'a')}};
    input.command = {"rlecouple", "report", "results/sample"};
    return input;
}

void make_hostile(report::ReportInput& input, const std::string& text) {
    input.session_path = text;
    SessionInfo& session = *input.session;
    for (std::string* field : {&session.name, &session.operator_name, &session.host, &session.os,
                               &session.tool_version, &session.started, &session.training.model}) {
        *field = text;
    }
    session.training.command = {text};
    session.command = {text, text};
    session.warnings = {text};
    DeviceInfo& device = session.devices.front();
    device.name = device.model = device.driver = text;
    device.modelled = {text, "temp_c"};
    for (std::string& name : input.aligned->device) name = text;
    Correlation& c = *input.correlation;
    c.device = c.explanation = c.tested->method = text;
    c.driver = c.response = text;
    input.aligned->names[3] = text;  // the response that was correlated
    c.warnings = {text};
    input.balance->thermal.model = text;
    input.balance->range_checks.front().variable = text;
    input.alignment->dropped = {{text, 3}};
    input.unreadable = {{text, text}};
    input.command = {text};
    input.input_hashes = {{text, text}};
}

}  // namespace rle::test
