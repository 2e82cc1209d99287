#include "sensors/exec_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>

#include "rlecouple/error.hpp"
#include "sensors/fd.hpp"
#include "sensors/row_parser.hpp"
#include "sensors/ticker.hpp"

namespace rle::sensors {
namespace {

constexpr double kFirstRowS = 5.0;
constexpr double kOtherDevicesS = 0.3;
constexpr double kLeastHoldS = 2.0;
constexpr double kFirstHoldS = 6.0;
constexpr std::size_t kMostAtOnce = 1 << 18;   // bytes: who prints without a pause is read a part at a time
constexpr std::size_t kLongestLine = 1 << 20;  // no row is as long

double seconds_now() {
    return static_cast<double>(monotonic_ns()) * 1e-9;
}

// A program whose output can be read without waiting. Its process group is ended with it.
class Program {
  public:
    explicit Program(const std::string& command) {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            throw Error(ErrorKind::failed, "--source exec", "no pipe to be had");
        output_.reset(ends[0]);
        const Fd far_end(ends[1]);
        fcntl(output_.get(), F_SETFL, O_NONBLOCK);
        pid_ = fork();
        if (pid_ < 0) throw Error(ErrorKind::failed, "--source exec", "cannot start a process");
        if (pid_ == 0) become(command.c_str(), far_end.get());
    }
    ~Program() {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    int fd() const { return output_.get(); }
    /// Appends what is there, up to kMostAtOnce; false once it has ended.
    bool read(std::string& into) {
        std::array<char, 16384> buffer;
        for (std::size_t taken = 0; taken < kMostAtOnce;) {
            const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
            if (got == 0) return false;
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return errno == EAGAIN;
            into.append(buffer.data(), static_cast<std::size_t>(got));
            taken += static_cast<std::size_t>(got);
        }
        return true;
    }

  private:
    [[noreturn]] static void become(const char* command, int output) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        const int nothing = open("/dev/null", O_RDONLY);
        dup2(nothing, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        signal(SIGPIPE, SIG_DFL);
        signal(SIGXFSZ, SIG_DFL);
        execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
        _exit(127);
    }

    Fd output_;
    pid_t pid_ = -1;
};

// The last reading of one channel.
struct Latest {
    double value = kMissing;
    double at_s = 0.0;
    double pause_s = 0.0;  // between the last two
};

class ExecSource final : public Source {
  public:
    ExecSource(const std::string& command, std::string default_device)
        : command_(command), default_device_(std::move(default_device)), program_(command) {
        const double start = seconds_now();
        double until = start + kFirstRowS;
        while (running_ && seconds_now() < until) {
            pollfd waiting{program_.fd(), POLLIN, 0};
            poll(&waiting, 1, std::max(1, static_cast<int>((until - seconds_now()) * 1e3)));
            const bool first = channels_.empty();
            take(true);
            if (first && !channels_.empty()) until = std::min(until, seconds_now() + kOtherDevicesS);
        }
        if (channels_.empty()) {
            throw Error(
                ErrorKind::failed, "--source exec:" + command,
                running_ ? fmt::format("printed no reading within {:g} s", kFirstRowS)
                         : "ended without a reading",
                "it has to print CSV with a header, or JSON lines, with columns like temp_c or power_w");
        }
    }

    void read(const Instant&, std::span<double> values) override {
        take(false);
        const double now = seconds_now();
        bool stale = false;
        for (std::size_t i = 0; i < latest_.size(); ++i) {
            const bool holds = now - latest_[i].at_s <= hold_s(latest_[i]);
            values[i] = holds ? latest_[i].value : kMissing;
            stale = stale || !holds;
        }
        problem_ = !stale     ? std::string{}
                   : running_ ? fmt::format("exec:{}: prints no more readings", command_)
                              : fmt::format(
                                    "exec:{}: has ended; what prints one reading has to be "
                                    "repeated: while sleep 1; do CMD; done",
                                    command_);
    }

    std::string problem() const override { return problem_; }

  private:
    // A first reading's usual pause is not known yet.
    double hold_s(const Latest& latest) const {
        if (latest.pause_s == 0.0 && running_) return kFirstHoldS;
        return std::max(kLeastHoldS, 3.0 * latest.pause_s);
    }

    void take(bool may_add) {
        if (!running_) return;
        running_ = program_.read(pending_);
        std::size_t begin = 0;
        for (std::size_t end = pending_.find('\n'); end != std::string::npos;
             end = pending_.find('\n', begin)) {
            if (const auto row = parser_.parse(std::string_view(pending_).substr(begin, end - begin)))
                take_row(*row, may_add);
            begin = end + 1;
        }
        pending_.erase(0, begin);
        if (pending_.size() > kLongestLine) pending_.clear();
    }

    void take_row(const ReadingRow& row, bool may_add) {
        const std::string& device = row.device.empty() ? default_device_ : row.device;
        const double now = seconds_now();
        for (const auto& [column, value] : row.values) {
            const std::size_t index = index_of(device, column);
            if (index == channels_.size()) {
                if (!may_add) continue;  // the table's columns are fixed once it has a header
                add(device, column);
            }
            Latest& latest = latest_[index];
            if (latest.at_s > 0.0) latest.pause_s = now - latest.at_s;
            latest.value = value;
            latest.at_s = now;
        }
    }

    std::size_t index_of(const std::string& device, const std::string& column) const {
        const auto it = std::find_if(channels_.begin(), channels_.end(), [&](const Channel& c) {
            return c.device == device && c.column == column;
        });
        return static_cast<std::size_t>(it - channels_.begin());
    }

    void add(const std::string& device, const std::string& column) {
        const bool known = std::any_of(devices_.begin(), devices_.end(),
                                       [&](const DeviceInfo& d) { return d.name == device; });
        if (!known) {
            DeviceInfo info;
            info.name = device;
            info.kind = device.rfind("gpu", 0) == 0 || device.rfind("GPU", 0) == 0 ? "gpu" : "cpu";
            devices_.push_back(info);
        }
        Channel channel;
        channel.device = device;
        channel.column = column;
        channel.source = "exec:" + command_;
        channels_.push_back(channel);
        latest_.emplace_back();
    }

    std::string command_;
    std::string default_device_;
    Program program_;
    RowParser parser_;
    bool running_ = true;
    std::string pending_;
    std::vector<Latest> latest_;
    std::string problem_;
};

}  // namespace

std::unique_ptr<Source> make_exec_source(const std::string& command, const std::string& default_device) {
    return std::make_unique<ExecSource>(command, default_device);
}

}  // namespace rle::sensors
