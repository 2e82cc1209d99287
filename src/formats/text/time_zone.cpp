// Zones by way of the C library, which reads the system's database: the offsets of a zone are sampled once
// into a table, because the C library knows only one zone at a time, that of the whole process.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <limits>
#include <mutex>
#include <vector>

#include "formats/text/times.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHalfHour = 1800 * kSecond;
constexpr std::time_t kBegin = 631152000;    // 1990
constexpr std::time_t kEnd = 3155760000;     // 2070
constexpr std::time_t kStride = 14 * 86400;  // shorter than any stay in summer or winter time

// TZ and TZDIR are the process's: held while either is read or set.
std::mutex& environment() {
    static std::mutex one;
    return one;
}

// Sets TZ for the life of the object, which needs environment(). Others must not ask for local time
// meanwhile.
class ZoneOfProcess {
  public:
    explicit ZoneOfProcess(const std::string& name) {
        if (const char* before = std::getenv("TZ")) {
            had_one_ = true;
            before_ = before;
        }
        if (name != "local") setenv("TZ", (":" + name).c_str(), 1);
        tzset();
    }
    ~ZoneOfProcess() {
        if (had_one_) {
            setenv("TZ", before_.c_str(), 1);
        } else {
            unsetenv("TZ");
        }
        tzset();
    }
    ZoneOfProcess(const ZoneOfProcess&) = delete;
    ZoneOfProcess& operator=(const ZoneOfProcess&) = delete;

  private:
    bool had_one_ = false;
    std::string before_;
};

std::int64_t offset_at(std::time_t utc) {
    std::tm local{};
    localtime_r(&utc, &local);
    return local.tm_gmtoff * kSecond;
}

// The C library takes a name that it does not know for UTC.
bool known(const std::string& name) {
    const char* folder = std::getenv("TZDIR");
    const std::filesystem::path base = folder != nullptr ? folder : "/usr/share/zoneinfo";
    if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) return false;
    std::error_code ignored;
    return std::filesystem::is_regular_file(base / name, ignored);
}

}  // namespace

struct TimeZone::Table {
    struct Change {
        std::int64_t from_us;    ///< UTC from which on the offset holds
        std::int64_t offset_us;  ///< local minus UTC
    };
    std::vector<Change> changes;  ///< ascending; the first holds from ever on

    void sample() {
        std::int64_t offset = offset_at(kBegin);
        changes.push_back({std::numeric_limits<std::int64_t>::min(), offset});
        for (std::time_t at = kBegin; at < kEnd; at += kStride) {
            const std::int64_t next = offset_at(at + kStride);
            if (next == offset) continue;
            std::time_t before = at;
            std::time_t after = at + kStride;
            while (after - before > 1) {
                const std::time_t middle = before + (after - before) / 2;
                (offset_at(middle) == offset ? before : after) = middle;
            }
            changes.push_back({after * kSecond, next});
            offset = next;
        }
    }
};

TimeZone::TimeZone(const std::string& name) : table_(std::make_unique<Table>()) {
    if (name.empty() || name == "UTC" || name == "Z") {
        table_->changes.push_back({std::numeric_limits<std::int64_t>::min(), 0});
        return;
    }
    const ParsedTime fixed = parse_time("2000-01-01T00:00:00" + name);
    if (fixed.time_class == TimeClass::zoned) {
        const std::int64_t utc = *civil_us(2000, 1, 1, 0, 0, 0, 0);
        table_->changes.push_back({std::numeric_limits<std::int64_t>::min(), utc - fixed.us});
        return;
    }
    const std::lock_guard lock(environment());
    if (name != "local" && !known(name)) {
        throw Error(
            ErrorKind::usage, "--tz", "no time zone '" + name + "' on this system",
            "give one such as Europe/Berlin, +02:00, UTC or local; the package tzdata brings the names");
    }
    const ZoneOfProcess zone(name);
    table_->sample();
}

TimeZone::~TimeZone() = default;
TimeZone::TimeZone(TimeZone&&) noexcept = default;

std::int64_t TimeZone::to_utc(std::int64_t wall_reading_us, std::int64_t previous_us) const {
    const std::vector<Table::Change>& changes = table_->changes;
    if (changes.size() == 1) return wall_reading_us - changes.front().offset_us;
    // The last change that lies before the reading whatever its offset, and those around it.
    const auto later = std::upper_bound(changes.begin() + 1, changes.end(), wall_reading_us,
                                        [](std::int64_t t, const Table::Change& c) { return t < c.from_us; });
    const auto last = std::min<std::ptrdiff_t>(later - changes.begin() + 1, std::ssize(changes));
    const auto first = std::max<std::ptrdiff_t>(later - changes.begin() - 2, 0);
    std::int64_t earliest = kNoTime;
    for (std::ptrdiff_t i = first; i < last; ++i) {
        const Table::Change& change = changes[static_cast<std::size_t>(i)];
        const std::int64_t utc = wall_reading_us - change.offset_us;
        const bool holds = utc >= change.from_us && (i + 1 == std::ssize(changes) ||
                                                     utc < changes[static_cast<std::size_t>(i) + 1].from_us);
        if (!holds) continue;
        if (earliest == kNoTime) {
            earliest = utc;
        } else if (previous_us != kNoTime && previous_us - earliest > kHalfHour) {
            return utc;
        }
    }
    if (earliest != kNoTime) return earliest;
    // Skipped when the clocks went on: read it by the offset that held before.
    for (std::ptrdiff_t i = last - 1; i > first; --i) {
        const Table::Change& change = changes[static_cast<std::size_t>(i)];
        const std::int64_t before = changes[static_cast<std::size_t>(i) - 1].offset_us;
        if (wall_reading_us - before >= change.from_us) return wall_reading_us - before;
    }
    return wall_reading_us - changes[static_cast<std::size_t>(first)].offset_us;
}

}  // namespace rle::formats
