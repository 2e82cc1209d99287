#include "sensors/proc_stat.hpp"

#include <array>
#include <charconv>
#include <deque>

namespace rle::sensors {
namespace {

// The counters step by 10 ms; over less than this, a share of time is mostly that step.
constexpr double kShortestWindow = 0.1;

struct CpuTime {
    double t_s = 0.0;
    unsigned long long busy = 0;
    unsigned long long total = 0;
};

// "cpu  user nice system idle iowait irq softirq steal guest guest_nice" (proc(5)); guest is contained in
// user.
bool parse_first_line(std::string_view text, CpuTime& out) {
    if (text.rfind("cpu ", 0) != 0) return false;
    std::array<unsigned long long, 8> field{};
    const char* at = text.data() + 4;
    const char* const end = text.data() + std::min(text.size(), text.find('\n'));
    for (auto& value : field) {
        while (at < end && *at == ' ') ++at;
        const auto parsed = std::from_chars(at, end, value);
        if (parsed.ec != std::errc{}) return false;
        at = parsed.ptr;
    }
    out.total = 0;
    for (const auto value : field) out.total += value;
    out.busy = out.total - field[3] - field[4];
    return true;
}

std::string cpu_model(const SysRoot& root) {
    const auto info = root.text("/proc/cpuinfo");
    const std::size_t key = info ? info->find("model name") : std::string::npos;
    if (key == std::string::npos) return {};
    const std::size_t colon = info->find(": ", key);
    if (colon == std::string::npos) return {};
    return info->substr(colon + 2, info->find('\n', colon) - colon - 2);
}

class ProcStat final : public Source {
  public:
    explicit ProcStat(const SysRoot& root) : file_(root, "/proc/stat") {
        DeviceInfo cpu;
        cpu.name = cpu.kind = "cpu";
        cpu.model = cpu_model(root);
        devices_.push_back(cpu);
        Channel util{.device = "cpu", .column = "util_pct", .source = "proc:/proc/stat"};
        util.averaged_over_s = kShortestWindow;
        util.delay_sd_s = 0.01;
        channels_.push_back(util);
    }

    void read(const Instant& now, std::span<double> values) override {
        CpuTime latest;
        latest.t_s = now.t_s;
        const auto text = file_.text();
        if (!text || !parse_first_line(*text, latest)) return;
        // Against the newest reading that is old enough; none that is older will be needed again.
        while (past_.size() > 1 && now.t_s - past_[1].t_s >= kShortestWindow * 0.99) past_.pop_front();
        if (!past_.empty()) values[0] = share(past_.front(), latest);
        past_.push_back(latest);
    }

    std::string problem() const override { return file_.problem(); }

  private:
    static double share(const CpuTime& from, const CpuTime& to) {
        if (to.total <= from.total || to.busy < from.busy) return kMissing;
        return 100.0 * static_cast<double>(to.busy - from.busy) / static_cast<double>(to.total - from.total);
    }

    SysFile file_;
    std::deque<CpuTime> past_;
};

}  // namespace

std::unique_ptr<Source> probe_proc_stat(const SysRoot& root, std::vector<Missing>& missing) {
    CpuTime ignored;
    const auto text = root.text("/proc/stat");
    if (text && parse_first_line(*text, ignored)) return std::make_unique<ProcStat>(root);
    missing.push_back({"cpu", "util_pct", "/proc/stat: cannot be read", "mount /proc"});
    return nullptr;
}

}  // namespace rle::sensors
