// One fuzz target for all readers: scripts/fuzz.sh runs it for each, by RLE_FUZZ_FORMAT ("decode": what
// unpacks files; unset: everything). Without libFuzzer the same function is replayed over the samples by
// ctest (replay.cpp).
//
// Any answer is fine but a crash, a hang, unbounded memory, and columns of different lengths.
#include <cstdlib>
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

template <class Formats>
void read_all(const Formats& formats, const rle::formats::Source& source, std::string_view only) {
    for (const auto& format : formats) {
        if (!only.empty() && format.name != only) continue;
        try {
            if (format.refuse(source).empty()) check(format.read(source));
        } catch (const rle::Error&) {
            continue;  // an answer as well
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
    const rle::formats::Source source{{reinterpret_cast<const char*>(data), size}, "fuzz", options};
    read_all(rle::formats::telemetry_formats(), source, only);
    read_all(rle::formats::training_formats(), source, only);
    return 0;
}
