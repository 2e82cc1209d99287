// A scrape has the times of its samples (Prometheus' /federate gives them), or that of a line between the
// scrapes that holds nothing but a time, as `date` prints it; else scrapes are counted.
//
// Invariant: no sample gets the time of another scrape. A file that leaves open whether times stand in front
// of their scrapes or behind them is refused.
#include "formats/telemetry/prometheus_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "formats/telemetry/exposition.hpp"
#include "formats/telemetry/prometheus.hpp"
#include "formats/telemetry/telemetry_table.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::string_view kAboutTimes =
    "times are those of the scrapes; values are as old as the exporter's own interval (dcgm-exporter's is 30 "
    "s unless it is told otherwise)";
constexpr std::int64_t kCountedFrom_us = 1'000'000'000'000'000;  // an epoch, for scrapes without times

std::string_view take_line(std::string_view& rest, bool& ended) {
    const std::size_t end = rest.find('\n');
    ended = end != std::string_view::npos;
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(ended ? end + 1 : rest.size());
    return line;
}

// "1790596800.5", "# 2026-09-28T12:00:00Z"
ParsedTime time_alone(std::string_view line) {
    if (line.starts_with('#')) line = trim(line.substr(1));
    return parse_time(line);
}

struct Scrape {
    std::optional<std::int64_t> us;                           ///< of the line in front of it
    std::vector<std::pair<std::size_t, std::string>> values;  ///< of samples without times: series, value
    std::set<std::size_t> series;                             ///< of these samples
};

class Scrapes {
  public:
    explicit Scrapes(const Source& source) : source_(source), clock_(source.options.time_zone) {}

    void read() {
        bool ended = true;
        for (std::string_view rest = source_.text; !rest.empty();) {
            const std::string_view line = take_line(rest, ended);
            if (!ended && !line.empty()) return leave_out_end("torn_line", "line has no end and");
            add_line(line);
        }
        if (scrapes_.size() > 1 && !scrapes_.back().values.empty() &&
            scrapes_.back().values.size() < scrapes_[scrapes_.size() - 2].values.size())
            leave_out_end("torn_scrape", "scrape has fewer series than the one before and");
    }

    Telemetry finish() {
        const bool counted = place_scrapes();
        if (!first_foreign_.empty())
            warn(fmt::format("{} neither a series nor a time that is read (first: '{}')",
                             rle::counted(dropped_["malformed_line"], "line is", "lines are"),
                             first_foreign_));
        Json answers = Json::array();
        answers.push_back({{"data", {{"result", std::move(series_)}}}});
        Telemetry telemetry = read_series(answers, source_.where, kAboutTimes);
        if (counted) count_times(telemetry);
        for (const auto& [reason, count] : dropped_) telemetry.dropped[reason] += count;
        telemetry.warnings.insert(telemetry.warnings.end(), warnings_.begin(), warnings_.end());
        warn_of_naive_times(clock_, source_.where, telemetry.warnings);
        return telemetry;
    }

  private:
    void warn(const std::string& what) { warnings_.push_back(source_.where + ": " + what); }

    void add_line(std::string_view line) {
        if (line.empty()) return;
        if (const auto sample = sample_of(line)) return add_sample(*sample);
        const ParsedTime time = time_alone(line);
        if (time.time_class != TimeClass::none) {
            scrapes_.emplace_back().us = clock_.to_utc(time);
        } else if (!line.starts_with('#') && dropped_["malformed_line"]++ == 0) {
            first_foreign_ = quotable(line);
        }
    }

    void add_sample(const ExposedSample& sample) {
        if (!is_known_series(sample.name)) return;
        const auto [at, added] =
            index_.try_emplace(fmt::format("{}{{{}}}", sample.name, sample.labels), series_.size());
        if (added) series_.push_back({{"metric", labels_of(sample)}, {"values", Json::array()}});
        if (sample.us) {
            timed_samples_ = true;
            return add_point(at->second, *sample.us, std::string(sample.value));
        }
        if (scrapes_.empty() || scrapes_.back().series.contains(at->second)) scrapes_.emplace_back();
        scrapes_.back().series.insert(at->second);
        scrapes_.back().values.emplace_back(at->second, sample.value);
    }

    void add_point(std::size_t series, std::int64_t us, const std::string& value) {
        series_[series]["values"].push_back(Json::array({static_cast<double>(us) * 1e-6, value}));
    }

    // What was cut has only some of its scrape.
    void leave_out_end(const char* reason, const char* why) {
        if (!scrapes_.empty()) scrapes_.pop_back();
        ++dropped_[reason];
        warn(fmt::format("the last {} may be torn; its scrape was left out", why));
    }

    // Gives every scrape its time, and its values to the series. True: times are counted.
    bool place_scrapes() {
        const auto has_time = [](const Scrape& scrape) { return scrape.us.has_value(); };
        if (scrapes_.empty()) return false;
        const bool timed_scrapes = std::any_of(scrapes_.begin(), scrapes_.end(), has_time);
        const bool counted = !timed_scrapes && !timed_samples_;  // a count is on no clock of samples' times
        if (counted) count_scrapes();
        if (timed_scrapes && !scrapes_.front().us) move_times_back();
        std::size_t untimed = 0;
        for (Scrape& scrape : scrapes_) {
            if (!scrape.us) ++untimed;
            for (auto& [series, value] : scrape.values) {
                if (scrape.us) add_point(series, *scrape.us, value);
            }
        }
        if (untimed == 0) return counted;
        dropped_["no_time"] += untimed;
        warn(fmt::format("{} without a time {} left out", rle::counted(untimed, "scrape"),
                         was_or_were(untimed)));
        return counted;
    }

    void count_scrapes() {
        const std::optional<double> step_s = source_.options.step_seconds;
        if (!step_s) {
            throw Error(ErrorKind::insufficient_data, source_.where,
                        "the file says nowhere when it was scraped",
                        "give --sample-seconds S (and --start TIME), or print the time before each scrape");
        }
        double t_s = 0.0;
        for (Scrape& scrape : scrapes_) {
            if (t_s < 1e9) scrape.us = kCountedFrom_us + std::llround(t_s * 1e6);
            t_s += *step_s;
        }
    }

    // The first scrape has none in front of it: is the last line a time, so that each stands behind its own?
    void move_times_back() {
        if (!scrapes_.back().values.empty()) {
            throw Error(
                ErrorKind::failed, source_.where,
                "it begins and ends with scrapes, and times between them: which time is whose is open",
                "let the file begin with a time");
        }
        for (std::size_t i = 0; i + 1 < scrapes_.size(); ++i) scrapes_[i].us = scrapes_[i + 1].us;
        scrapes_.pop_back();
    }

    void count_times(Telemetry& telemetry) {
        const std::optional<std::int64_t>& start_us = source_.options.start_us;
        for (std::size_t i = 0; i < telemetry.size(); ++i) {
            const std::int64_t since_us = telemetry.wall_us[i] - kCountedFrom_us;
            telemetry.t_s[i] = static_cast<double>(since_us) * 1e-6;
            telemetry.wall_us[i] = start_us ? *start_us + since_us : kNoTime;
        }
        telemetry.times_made = true;
        warn("it has no times; they are counted from its scrapes, --sample-seconds S apart");
    }

    const Source& source_;
    Clock clock_;
    std::vector<Scrape> scrapes_;
    bool timed_samples_ = false;
    Json series_ = Json::array();
    std::map<std::string, std::size_t, std::less<>> index_;
    Counts dropped_;
    std::string first_foreign_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::string refuse_prometheus_text(const Source& source) {
    constexpr int kLines = 100;
    std::string_view rest = source.text;
    bool ended = true;
    for (int i = 0; i < kLines && !rest.empty(); ++i) {
        const std::string_view line = take_line(rest, ended);
        if (is_type_line(line)) return {};
        const auto sample = sample_of(line);
        if (sample && is_known_series(sample->name)) return {};
    }
    return "no line such as: # TYPE DCGM_FI_DEV_GPU_TEMP gauge";
}

Telemetry read_prometheus_text(const Source& source) {
    Scrapes scrapes(source);
    scrapes.read();
    return scrapes.finish();
}

}  // namespace rle::formats
