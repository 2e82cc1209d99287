// The machine under a watched training: its last sample, and RLE and collapse as they go.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/analysis_options.hpp"
#include "formats/documents/alarm_line.hpp"
#include "rlecouple/rle_stream.hpp"
#include "rlecouple/session.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::cli {

class WatchedMachine {
  public:
    /// --device, --ambient, --rated-power and --temp-limit go before what the session knows.
    explicit WatchedMachine(const AnalysisOptions& options) : options_(options) {}

    /// The columns of telemetry.csv that take() expects.
    static std::vector<std::string> columns();
    void know(const std::optional<SessionInfo>& info);
    /// Keeps a sample until advance() reaches it.
    void take(const std::vector<std::string_view>& cells);
    /// The samples of a recording, likewise.
    void take(const Telemetry& samples);
    /// Goes through the samples up to `t_s`, so that an alarm is told with the sample before it.
    void advance(double t_s);
    void tell(formats::AlarmFacts& facts) const;

  private:
    struct Sample {
        double t_s, temp_c, power_w, util_pct;
    };
    bool is_ours(std::string_view device);
    void begin();
    void apply(const Sample& sample);

    AnalysisOptions options_;
    std::optional<SessionInfo> info_;
    std::string device_;
    bool chosen_ = false;
    std::optional<RleStream> stream_;
    std::optional<CollapseStream> collapse_stream_;
    double last_s_ = -1e300;
    std::deque<Sample> waiting_;
    formats::AlarmFacts last_;  // only the readings
};

}  // namespace rle::cli
