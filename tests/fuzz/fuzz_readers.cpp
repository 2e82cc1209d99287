// One fuzz target for all readers: scripts/fuzz.sh runs it for each, by RLE_FUZZ_FORMAT ("decode": what
// unpacks files; unset: everything). Without libFuzzer the same function is replayed over the samples by
// ctest (replay.cpp).
//
// Any answer is fine but a crash, a hang, unbounded memory, columns of different lengths, and another answer
// where a file is read in pieces.
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include "formats/encoding.hpp"
#include "formats/registry.hpp"
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

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

void append(rle::Telemetry& to, const rle::Telemetry& piece) {
    to.wall_us.insert(to.wall_us.end(), piece.wall_us.begin(), piece.wall_us.end());
    to.t_s.insert(to.t_s.end(), piece.t_s.begin(), piece.t_s.end());
    to.power_w.insert(to.power_w.end(), piece.power_w.begin(), piece.power_w.end());
}

void append(rle::Training& to, const rle::Training& piece) {
    to.wall_us.insert(to.wall_us.end(), piece.wall_us.begin(), piece.wall_us.end());
    to.t_s.insert(to.t_s.end(), piece.t_s.begin(), piece.t_s.end());
    to.grad_norm.insert(to.grad_norm.end(), piece.grad_norm.begin(), piece.grad_norm.end());
}

const std::vector<double>& values(const rle::Telemetry& t) {
    return t.power_w;
}
const std::vector<double>& values(const rle::Training& t) {
    return t.grad_norm;
}

template <class Stream>
using Opened = std::unique_ptr<rle::formats::Pieces<Stream>>;

// `whole`: what the file read at once gave; missing: an error.
template <class Stream>
void check_pieces(const Opened<Stream>& pieces, const std::optional<Stream>& whole) {
    if (!pieces) return;
    Stream piece, all;
    bool complete = false;
    try {
        while (pieces->next(piece, 2)) {
            check(piece);
            append(all, piece);
        }
        pieces->finish();
        complete = true;
    } catch (const rle::Error&) {
        complete = false;
    }
    if (!pieces->holds()) return;  // it will be read whole
    require(complete == whole.has_value());
    if (!whole) return;
    require(all.size() == whole->size() && all.wall_us == whole->wall_us);
    for (std::size_t i = 0; i < all.size(); ++i)
        require(same(all.t_s[i], whole->t_s[i]) && same(values(all)[i], values(*whole)[i]));
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
    if (format.open != nullptr) check_pieces<Stream>(format.open(source), whole);
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
    options.start_us = 1790596800'000000;
    options.step_seconds = 1.0;
    if (only == "pattern") options.grad_pattern = R"(norm'?[ :=]+([^ ,|]+))";
    const rle::formats::Source source{{reinterpret_cast<const char*>(data), size}, "fuzz", options};
    read_all<rle::Telemetry>(rle::formats::telemetry_formats(), source, only);
    read_all<rle::Training>(rle::formats::training_formats(), source, only);
    return 0;
}
