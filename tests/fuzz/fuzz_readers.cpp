// One fuzz target for all readers: scripts/fuzz.sh runs it for each, by RLE_FUZZ_FORMAT ("decode": what
// unpacks files; unset: everything). Without libFuzzer the same function is replayed over the samples by
// ctest (replay.cpp).
//
// Any answer is fine but a crash, a hang, unbounded memory, columns of different lengths, and another answer
// where a file is read in pieces.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include "formats/parts.hpp"
#include "formats/registry.hpp"
#include "formats/text/encoding.hpp"
#include "rlecouple/error.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const rle::Telemetry& t) {
    const std::size_t n = t.size();
    require(t.wall_us.size() == n && t.device.size() == n && t.temp_c.size() == n);
    require(t.power_w.size() == n && t.util_pct.size() == n);
    for (const std::uint32_t device : t.device) require(device < t.devices.size());
    for (const rle::TextColumn& column : t.others) require(column.size() == n);
}

void check(const rle::Training& t) {
    const std::size_t n = t.size();
    require(t.wall_us.size() == n && t.step.size() == n && t.epoch.size() == n && t.loss.size() == n);
    require(t.grad_norm.size() == n && t.learning_rate.size() == n);
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

template <class Stream>
bool same_head(const Stream& a, const Stream& b) {
    return a.dropped == b.dropped && a.warnings == b.warnings && a.times_made == b.times_made &&
           a.wall_us == b.wall_us && same(a.t_s, b.t_s);
}

void require_same(const rle::Telemetry& a, const rle::Telemetry& b) {
    require(same_head(a, b) && a.devices == b.devices && a.device == b.device);
    require(same(a.temp_c, b.temp_c) && same(a.power_w, b.power_w) && same(a.util_pct, b.util_pct));
    for (const rle::TextColumn& column : b.others) {
        const rle::TextColumn* const other = a.other(column.name());
        require(other != nullptr);
        if (&column != b.other(column.name())) continue;  // a name that came twice is joined by the first
        for (std::size_t i = 0; i < b.size(); ++i) require((*other)[i] == column[i]);
    }
}

void require_same(const rle::Training& a, const rle::Training& b) {
    require(same_head(a, b) && same(a.step, b.step) && same(a.epoch, b.epoch) && same(a.loss, b.loss));
    require(same(a.grad_norm, b.grad_norm) && same(a.learning_rate, b.learning_rate));
}

// `whole`: what the file read at once gave; missing: an error.
template <class Stream>
void check_pieces(rle::formats::Pieces<Stream>& pieces, const std::optional<Stream>& whole) {
    Stream piece, all;
    bool complete = false;
    try {
        while (pieces.next(piece, 2)) {
            check(piece);
            rle::formats::append_rows(all, piece, true);
        }
        rle::formats::append_rows(all, pieces.finish(), true);
        complete = true;
    } catch (const rle::Error&) {
        complete = false;
    }
    if (!pieces.holds()) return;  // it will be read whole
    require(complete == whole.has_value());
    if (whole) require_same(all, *whole);
}

template <class Stream, class Format>
void read_both_ways(const Format& format, const rle::formats::Source& source) {
    std::optional<Stream> whole;
    try {
        whole = format.read(source);
        check(*whole);
    } catch (const rle::Error&) {
        whole.reset();  // an answer as well
    }
    if (format.open == nullptr) return;
    std::unique_ptr<rle::formats::Pieces<Stream>> pieces;
    try {
        pieces = format.open(source);
    } catch (const rle::Error&) {
        require(!whole);
    }
    if (pieces) check_pieces(*pieces, whole);
}

template <class Stream, class Formats>
void read_all(const Formats& formats, const rle::formats::Source& source, std::string_view only) {
    for (const auto& format : formats) {
        if (!only.empty() && format.name != only) continue;
        try {
            if (format.refuse(source).empty()) read_both_ways<Stream>(format, source);
        } catch (const rle::Error&) {
            continue;
        }
    }
}

void unpack(const std::string& bytes) {
    try {
        rle::formats::decode(bytes, "fuzz");
    } catch (const rle::Error&) {
        return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const char* const named = std::getenv("RLE_FUZZ_FORMAT");
    const std::string_view only = named == nullptr ? "" : named;
    if (only.empty() || only == "decode") unpack({reinterpret_cast<const char*>(data), size});
    rle::formats::ReadOptions options;
    if (size % 5 != 0) {
        options.start_us = 1790596800'000000;
        options.step_seconds = 1.0;
    }
    options.date_order = static_cast<rle::formats::DateOrder>(size % 3);
    if (size % 7 == 0) options.columns = size % 2 == 0 ? "t_s,temp_c,power_w" : "time,step,grad_norm";
    if (only == "pattern") options.grad_pattern = R"(norm'?[ :=]+([^ ,|]+))";
    const rle::formats::Source source{{reinterpret_cast<const char*>(data), size}, "fuzz", options};
    read_all<rle::Telemetry>(rle::formats::telemetry_formats(), source, only);
    read_all<rle::Training>(rle::formats::training_formats(), source, only);
    return 0;
}
