#include "sensors/prober.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

#include "sensors/ticker.hpp"

namespace rle::sensors {
namespace {

constexpr double kReadingsPerSecond = 500.0;

struct Moments {
    double mean = 0.0;
    double sd = 0.0;
    std::size_t n = 0;
};

Moments moments(std::span<const double> t_s, std::span<const double> values, double from_s, double to_s) {
    Moments out;
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (t_s[i] < from_s || t_s[i] >= to_s || std::isnan(values[i])) continue;
        sum += values[i];
        squares += values[i] * values[i];
        ++out.n;
    }
    if (out.n == 0) return out;
    const double n = static_cast<double>(out.n);
    out.mean = sum / n;
    out.sd = std::sqrt(std::max(0.0, squares / n - out.mean * out.mean));
    return out;
}

// Threads that do nothing useful, on every CPU, until it goes.
class Load {
  public:
    Load() {
        for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
            threads_.emplace_back([this] {
                while (!over_.load(std::memory_order_relaxed)) {
                }
            });
        }
    }
    ~Load() {
        over_ = true;
        for (std::thread& thread : threads_) thread.join();
    }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

  private:
    std::atomic<bool> over_{false};
    std::vector<std::thread> threads_;
};

struct Readings {
    std::vector<double> t_s;
    std::vector<std::vector<double>> values;  // one list a cell
};

void read_for(SensorSet& set, double until_s, std::int64_t start_ns, Readings& readings) {
    Ticker ticker(kReadingsPerSecond, monotonic_ns());
    const auto elapsed = [&] { return static_cast<double>(monotonic_ns() - start_ns) * 1e-9; };
    while (elapsed() < until_s && ticker.next()) {
        const double t_s = elapsed();
        set.read(static_cast<double>(monotonic_ns()) * 1e-9);
        readings.t_s.push_back(t_s);
        for (std::size_t cell = 0; cell < readings.values.size(); ++cell) {
            readings.values[cell].push_back(
                set.value(cell / set.columns().size(), cell % set.columns().size()));
        }
    }
}

}  // namespace

ProbeResult measure_updates(std::span<const double> t_s, std::span<const double> values) {
    std::vector<double> pauses;
    double smallest = kMissing, last_value = kMissing, last_change = kMissing;
    std::size_t changes = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        const double change = std::abs(values[i] - last_value);
        if (change > 0.0) {
            ++changes;
            if (!std::isnan(last_change)) pauses.push_back(t_s[i] - last_change);
            last_change = t_s[i];
            if (std::isnan(smallest) || change < smallest) smallest = change;
        }
        last_value = values[i];
    }
    ProbeResult result;
    if (changes < kFewestChanges) return result;
    const auto middle = pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2);
    std::nth_element(pauses.begin(), middle, pauses.end());
    result.update_period_s = *middle;
    result.resolution = smallest;
    return result;
}

std::optional<double> measure_step_delay(std::span<const double> t_s, std::span<const double> values,
                                         double step_s) {
    if (t_s.empty()) return std::nullopt;
    const double end = t_s.back();
    const Moments before = moments(t_s, values, t_s.front(), step_s);
    const Moments after = moments(t_s, values, end - (end - step_s) / 3.0, end);
    const double rise = after.mean - before.mean;
    if (before.n < 2 || after.n < 2 || rise == 0.0 || std::abs(rise) < 4.0 * before.sd) return std::nullopt;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (t_s[i] < step_s || std::isnan(values[i])) continue;
        if ((values[i] - before.mean) / rise >= 0.5) return t_s[i] - step_s;
    }
    return std::nullopt;
}

std::vector<ProbeResult> probe_timing(SensorSet& set, double seconds, bool load) {
    Readings readings;
    readings.values.resize(set.devices().size() * set.columns().size());
    const std::int64_t start = monotonic_ns();
    read_for(set, seconds / 2.0, start, readings);
    const double step_s = static_cast<double>(monotonic_ns() - start) * 1e-9;
    {
        std::optional<Load> working;
        if (load) working.emplace();
        read_for(set, seconds, start, readings);
    }
    std::vector<ProbeResult> results;
    for (const std::vector<double>& values : readings.values) {
        ProbeResult result = measure_updates(readings.t_s, values);
        if (load) result.step_delay_s = measure_step_delay(readings.t_s, values, step_s);
        results.push_back(result);
    }
    return results;
}

}  // namespace rle::sensors
