#include "formats/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/files.hpp"
#include "formats/registry.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

std::string name_of(const std::string& path) {
    return path == "-" ? "stdin" : path;
}

}  // namespace

Telemetry read_telemetry(const std::string& path, const ReadOptions& options) {
    const std::string text = read_text(path);
    return read_telemetry_text({text, name_of(path), options});
}

Training read_training(const std::string& path, const ReadOptions& options) {
    const std::string text = read_text(path);
    return read_training_text({text, name_of(path), options});
}

}  // namespace rle::formats
