#include "sensors/rapl.hpp"

#include <cerrno>
#include <cmath>
#include <deque>
#include <optional>

namespace rle::sensors {
namespace {

constexpr const char* kFolder = "/sys/class/powercap";
constexpr double kMicro = 1e-6;
// The counters are renewed about every millisecond, and not quite evenly: over a tenth of a second that is 1
// %.
constexpr double kShortestWindow = 0.1;

// One package's counter, unwrapped: joules since the first reading.
class Counter {
  public:
    Counter(const SysRoot& root, const std::string& zone)
        : file_(root, zone + "/energy_uj"),
          range_uj_(root.number(zone + "/max_energy_range_uj").value_or(0.0)) {}

    double joules() {
        const auto now_uj = file_.number();
        if (!now_uj) return kMissing;
        if (last_uj_) {
            double rise = *now_uj - *last_uj_;
            if (rise < 0.0) rise += range_uj_;
            if (rise < 0.0) return kMissing;  // it went back and nobody knows its range
            total_uj_ += rise;
        }
        last_uj_ = now_uj;
        return total_uj_ * kMicro;
    }

    std::string problem() const { return file_.problem(); }

  private:
    SysFile file_;
    double range_uj_;
    std::optional<double> last_uj_;
    double total_uj_ = 0.0;
};

struct Reading {
    double t_s = 0.0;
    double joules = 0.0;
};

class Rapl final : public Source {
  public:
    Rapl(const SysRoot& root, const std::vector<std::string>& zones) {
        for (const std::string& zone : zones) counters_.emplace_back(root, zone);
        DeviceInfo cpu;
        cpu.name = cpu.kind = "cpu";
        cpu.rated_power_w = rated_power(root, zones);
        devices_.push_back(cpu);
        const std::string source = "rapl:" + zones.front() + "/energy_uj";
        Channel power{.device = "cpu", .column = "power_w", .source = source};
        power.update_period_s = 0.001;
        power.averaged_over_s = kShortestWindow;
        power.delay_sd_s = 0.001;
        Channel energy{.device = "cpu", .column = "energy_j", .source = source};
        energy.update_period_s = 0.001;
        channels_ = {power, energy};
    }

    void read(const Instant& now, std::span<double> values) override {
        Reading latest{now.t_s, 0.0};
        for (Counter& counter : counters_) latest.joules += counter.joules();
        if (std::isnan(latest.joules)) return;
        while (past_.size() > 1 && now.t_s - past_[1].t_s >= kShortestWindow * 0.99) past_.pop_front();
        if (!past_.empty() && now.t_s > past_.front().t_s) {
            values[0] = (latest.joules - past_.front().joules) / (now.t_s - past_.front().t_s);
        }
        values[1] = latest.joules;
        past_.push_back(latest);
    }

    std::string problem() const override {
        for (const Counter& counter : counters_) {
            if (!counter.problem().empty()) return counter.problem();
        }
        return {};
    }

  private:
    // The long-term limits of all packages together.
    static std::optional<double> rated_power(const SysRoot& root, const std::vector<std::string>& zones) {
        double sum = 0.0;
        for (const std::string& zone : zones) {
            const auto limit = root.number(zone + "/constraint_0_power_limit_uw");
            if (!limit || *limit <= 0.0) return std::nullopt;
            sum += *limit * kMicro;
        }
        return sum;
    }

    std::vector<Counter> counters_;
    std::deque<Reading> past_;
};

// Only whole packages: their parts ("core", "dram", intel-rapl:0:0) would count twice, "psys" is the whole
// machine.
std::vector<std::string> packages(const SysRoot& root) {
    std::vector<std::string> zones;
    for (const std::string& name : root.list(kFolder)) {
        const std::string zone = std::string(kFolder) + "/" + name;
        if (name.rfind("intel-rapl:", 0) != 0) continue;
        if (root.text(zone + "/name").value_or("").rfind("package", 0) == 0) zones.push_back(zone);
    }
    return zones;
}

}  // namespace

std::unique_ptr<Source> probe_rapl(const SysRoot& root, std::vector<Missing>& missing) {
    const std::vector<std::string> zones = packages(root);
    for (const std::string& zone : zones) {
        SysFile counter(root, zone + "/energy_uj");
        if (counter.number()) continue;
        const bool denied = counter.error() == EACCES || counter.error() == EPERM;
        missing.push_back(
            {"cpu", "power_w", counter.problem(),
             denied ? "run as root, or: sudo chmod a+r " + std::string(kFolder) + "/intel-rapl:*/energy_uj"
                    : "see the kernel's log: dmesg"});
        return nullptr;
    }
    if (zones.empty()) return nullptr;
    return std::make_unique<Rapl>(root, zones);
}

}  // namespace rle::sensors
