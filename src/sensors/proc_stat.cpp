#include "sensors/proc_stat.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>

#include "rlecouple/error.hpp"

namespace rle::sensors {
namespace {

// The counters step by 10 ms; over less than this, a share of time is mostly that step.
constexpr double kShortestWindow = 0.1;
constexpr std::size_t kMostCpus = 8192;       // as many as Linux knows
constexpr std::size_t kBytesPerCpu = 160;     // a line of ten counters is no longer
constexpr std::size_t kFirstLineBytes = 512;  // all that the CPUs together need

struct CpuTime {
    double t_s = 0.0;
    unsigned long long busy = 0;
    unsigned long long total = 0;
};

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

// Adds "user nice system idle iowait irq softirq steal guest guest_nice" (proc(5)); guest is contained in
// user.
bool add_times(std::string_view counters, CpuTime& out) {
    std::array<unsigned long long, 8> field{};
    const char* at = counters.data();
    const char* const end = at + counters.size();
    for (auto& value : field) {
        while (at < end && *at == ' ') ++at;
        const auto parsed = std::from_chars(at, end, value);
        if (parsed.ec != std::errc{}) return false;
        at = parsed.ptr;
    }
    unsigned long long total = 0;
    for (const auto value : field) total += value;
    out.total += total;
    out.busy += total - field[3] - field[4];
    return true;
}

// A line that begins with "cpu": its number, missing for that of all CPUs together.
struct CpuLine {
    std::optional<std::size_t> number;
    std::string_view counters;
};
std::optional<CpuLine> cpu_line(std::string_view line) {
    if (line.rfind("cpu", 0) != 0) return std::nullopt;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    CpuLine out{std::nullopt, line.substr(space)};
    if (space == 3) return out;
    std::size_t number = 0;
    if (std::from_chars(line.data() + 3, line.data() + space, number).ec != std::errc{}) return std::nullopt;
    out.number = number;
    return out;
}

bool parse_first_line(std::string_view text, CpuTime& out) {
    const auto line = cpu_line(take_line(text));
    return line && !line->number && add_times(line->counters, out);
}

std::string cpu_model(const SysRoot& root) {
    const auto info = root.text("/proc/cpuinfo");
    const std::size_t key = info ? info->find("model name") : std::string::npos;
    if (key == std::string::npos) return {};
    const std::size_t colon = info->find(": ", key);
    if (colon == std::string::npos) return {};
    return info->substr(colon + 2, info->find('\n', colon) - colon - 2);
}

// CPUs whose utilisation is one column.
class Group {
  public:
    explicit Group(CpuList cpus) : cpus_(std::move(cpus)) {}

    bool all() const { return cpus_.empty(); }
    void begin(double t_s) { latest_ = {t_s, 0, 0}; }
    void take(const CpuLine& line) {
        const bool ours = line.number ? !all() && *line.number < cpus_.size() && cpus_[*line.number] : all();
        if (ours) add_times(line.counters, latest_);
    }
    /// Against the newest reading that is old enough; none that is older will be needed again.
    double end() {
        if (latest_.total == 0) return kMissing;
        const double now = latest_.t_s;
        while (past_.size() > 1 && now - past_[1].t_s >= kShortestWindow * 0.99) past_.pop_front();
        const double share = past_.empty() ? kMissing : share_since(past_.front());
        past_.push_back(latest_);
        return share;
    }

  private:
    double share_since(const CpuTime& from) const {
        if (latest_.total <= from.total || latest_.busy < from.busy) return kMissing;
        return 100.0 * static_cast<double>(latest_.busy - from.busy) /
               static_cast<double>(latest_.total - from.total);
    }

    CpuList cpus_;  // empty: all together
    CpuTime latest_;
    std::deque<CpuTime> past_;
};

class ProcStat final : public Source {
  public:
    explicit ProcStat(const SysRoot& root) : root_(root), file_(root, "/proc/stat", kFirstLineBytes) {
        DeviceInfo cpu;
        cpu.name = cpu.kind = "cpu";
        cpu.model = cpu_model(root);
        devices_.push_back(cpu);
    }

    /// An empty list stands for all CPUs together.
    void add(const std::string& column, const CpuList& cpus, const std::string& name) {
        Channel util{.device = "cpu", .column = column, .source = "proc:/proc/stat" + name};
        util.averaged_over_s = kShortestWindow;
        util.delay_sd_s = 0.01;
        channels_.push_back(util);
        groups_.emplace_back(cpus);
        if (cpus.empty()) return;
        // The numbers of CPUs may have holes: read as far as the last one can stand.
        lines_ = std::max(lines_, cpus.size() + 1);
        file_ = SysFile(root_, "/proc/stat", kFirstLineBytes + kBytesPerCpu * cpus.size());
    }

    void read(const Instant& now, std::span<double> values) override {
        auto text = file_.text();
        if (!text) return;
        for (Group& group : groups_) group.begin(now.t_s);
        for (std::size_t i = 0; i < lines_; ++i) {
            const auto line = cpu_line(take_line(*text));
            if (!line) break;
            for (Group& group : groups_) group.take(*line);
        }
        for (std::size_t i = 0; i < groups_.size(); ++i) values[i] = groups_[i].end();
    }

    std::string problem() const override { return file_.problem(); }

  private:
    SysRoot root_;
    SysFile file_;
    std::size_t lines_ = 1;  // to look at
    std::vector<Group> groups_;
};

// The CPUs of each socket, by its number.
std::map<int, CpuList> sockets(const SysRoot& root) {
    std::map<int, CpuList> found;
    for (const std::string& name : root.list("/sys/devices/system/cpu")) {
        const auto line = cpu_line(name + " ");
        if (!line || !line->number || *line->number >= kMostCpus) continue;
        const auto socket = root.number("/sys/devices/system/cpu/" + name + "/topology/physical_package_id");
        if (!socket || *socket < 0.0) continue;
        CpuList& cpus = found[static_cast<int>(*socket)];
        cpus.resize(std::max(cpus.size(), *line->number + 1));
        cpus[*line->number] = true;
    }
    return found;
}

}  // namespace

std::optional<CpuList> parse_cpu_list(std::string_view text) {
    CpuList cpus;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        std::size_t first = 0, last = 0;
        auto parsed = std::from_chars(at, end, first);
        if (parsed.ec != std::errc{}) return std::nullopt;
        last = first;
        if (parsed.ptr < end && *parsed.ptr == '-') parsed = std::from_chars(parsed.ptr + 1, end, last);
        if (parsed.ec != std::errc{} || last < first || last >= kMostCpus) return std::nullopt;
        cpus.resize(std::max(cpus.size(), last + 1));
        std::fill(cpus.begin() + static_cast<std::ptrdiff_t>(first),
                  cpus.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
        if (parsed.ptr == end) return cpus;
        if (*parsed.ptr != ',') return std::nullopt;
        at = parsed.ptr + 1;
    }
}

std::unique_ptr<Source> probe_proc_stat(const SysRoot& root, std::vector<Missing>& missing) {
    CpuTime ignored;
    const auto text = root.text("/proc/stat");
    if (!text || !parse_first_line(*text, ignored)) {
        missing.push_back({"cpu", "util_pct", "/proc/stat: cannot be read", "mount /proc"});
        return nullptr;
    }
    auto source = std::make_unique<ProcStat>(root);
    source->add("util_pct", {}, "");
    const auto by_socket = sockets(root);
    if (by_socket.size() < 2) return source;
    for (const auto& [number, cpus] : by_socket) {
        const std::string name = "socket" + std::to_string(number);
        source->add("util_" + name + "_pct", cpus, " " + name);
    }
    return source;
}

std::unique_ptr<Source> make_core_group(const SysRoot& root, const CpuList& cpus, const std::string& name) {
    SysFile file(root, "/proc/stat", kFirstLineBytes + kBytesPerCpu * cpus.size());
    CpuList there;
    std::string_view text = file.text().value_or("");
    for (auto line = cpu_line(take_line(text)); line; line = cpu_line(take_line(text))) {
        if (!line->number || *line->number >= kMostCpus) continue;
        there.resize(std::max(there.size(), *line->number + 1));
        there[*line->number] = true;
    }
    for (std::size_t i = 0; i < cpus.size(); ++i) {
        if (!cpus[i] || (i < there.size() && there[i])) continue;
        throw Error(ErrorKind::usage, "--cores " + name, "there is no CPU " + std::to_string(i) + " here",
                    there.empty() ? "/proc/stat cannot be read"
                                  : "they are numbered up to " + std::to_string(there.size() - 1));
    }
    auto source = std::make_unique<ProcStat>(root);
    source->add("util_pct", cpus, " CPUs " + name);
    return source;
}

}  // namespace rle::sensors
