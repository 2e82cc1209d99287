#include "cli/made_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "formats/io/files.hpp"
#include "report/sha256.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kEnd = std::uintmax_t{1} << 20U;  // bytes at either end that are looked at

bool add_bytes(std::ifstream& file, std::uintmax_t from, std::uintmax_t bytes, report::Sha256& hash) {
    std::string block(static_cast<std::size_t>(bytes), '\0');
    file.seekg(static_cast<std::streamoff>(from));
    if (!file.read(block.data(), static_cast<std::streamsize>(bytes))) return false;
    hash.update(block);
    return true;
}

std::optional<formats::InputFile> look_at(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return std::nullopt;
    const std::uintmax_t bytes = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) return std::nullopt;
    report::Sha256 hash;
    const std::uintmax_t head = std::min(bytes, kEnd);
    const std::uintmax_t tail = std::min(bytes - head, kEnd);
    if (!add_bytes(file, 0, head, hash) || !add_bytes(file, bytes - tail, tail, hash)) return std::nullopt;
    return formats::InputFile{path.filename().string(), bytes, report::hex(hash.digest())};
}

// The files that a stage takes from a session.
std::vector<std::string> taken_by(const std::string& folder, const std::string& stage) {
    if (stage != "align") return {kAlignedCsv};
    std::vector<std::string> names{kTelemetryCsv};
    if (const auto training = find_training(folder)) names.push_back(fs::path(*training).filename().string());
    return names;
}

std::vector<std::string> by_times(const fs::path& folder, const std::string& name, const std::string& stage) {
    std::vector<std::string> lines;
    for (const std::string& input : taken_by(folder.string(), stage)) {
        std::error_code error;
        const auto changed = fs::last_write_time(folder / input, error);
        if (error) continue;
        const auto made = fs::last_write_time(folder / name, error);
        if (error || changed - made < std::chrono::milliseconds(500)) continue;  // copied together
        lines.push_back(fmt::format("{} is older than {}: run rlecouple {} again", name, input, stage));
    }
    return lines;
}

}  // namespace

std::vector<formats::InputFile> session_inputs(const std::string& folder,
                                               const std::vector<std::string>& files) {
    std::vector<formats::InputFile> inputs;
    for (const std::string& file : files) {
        std::error_code error;
        if (!fs::equivalent(fs::absolute(file, error).parent_path(), folder, error) || error) continue;
        if (auto input = look_at(file)) inputs.push_back(std::move(*input));
    }
    return inputs;
}

void write_result(const std::string& output, nlohmann::ordered_json document, const StageInput& input) {
    if (input.session) formats::add_inputs(document, session_inputs(*input.session, {input.file}));
    formats::write_text(output, formats::dump(document));
}

std::vector<std::string> stale_lines(const std::string& folder, const std::string& name,
                                     const std::string& stage, const nlohmann::ordered_json& document) {
    if (!document.is_object()) return {};
    const std::vector<formats::InputFile> then = formats::inputs_of(document);
    if (then.empty()) return by_times(folder, name, stage);
    std::vector<std::string> lines;
    for (const formats::InputFile& input : then) {
        const fs::path path = fs::path(folder) / input.name;
        if (!is_there(path)) {
            lines.push_back(
                fmt::format("{} was made of {}, which is not there any more: run rlecouple {} again", name,
                            input.name, stage));
        } else if (look_at(path) != input) {
            lines.push_back(fmt::format(
                "{} was made of another {} than the one that is there now: run rlecouple {} again", name,
                input.name, stage));
        }
    }
    for (const std::string& input : taken_by(folder, stage)) {
        const bool known =
            std::any_of(then.begin(), then.end(), [&](const auto& i) { return i.name == input; });
        if (!known && is_there(fs::path(folder) / input))
            lines.push_back(
                fmt::format("{} was made without {}: run rlecouple {} again", name, input, stage));
    }
    return lines;
}

std::string sha256_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    report::Sha256 hash;
    std::vector<char> block(1U << 16U);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
        hash.update({block.data(), static_cast<std::size_t>(file.gcount())});
    }
    if (!file.eof()) throw Error(ErrorKind::failed, path.string(), "cannot read");
    return report::hex(hash.digest());
}

std::vector<std::string> other_files(const std::string& folder, const nlohmann::ordered_json& summary) {
    std::set<std::string> looked_at, others;
    for (const char* stage : {"align", "correlation", "balance"}) {
        if (!summary.contains(stage)) continue;
        for (const formats::InputFile& input : formats::inputs_of(summary[stage])) {
            const fs::path path = fs::path(folder) / input.name;
            looked_at.insert(input.name);
            if (is_there(path) && look_at(path) != input) others.insert(input.name);
        }
    }
    // What only the summary itself tells of. The rest of what it names has no part in what is compared.
    const auto inputs = summary.find("inputs");
    if (inputs == summary.end() || !inputs->is_object()) return {others.begin(), others.end()};
    for (const auto& [name, hash] : inputs->items()) {
        const bool compared = name != kSessionJson && name != kAlignJson && name != kPredictJson;
        const fs::path path = fs::path(folder) / name;
        if (!compared || looked_at.contains(name) || !hash.is_string() || !is_there(path)) continue;
        if (sha256_of(path) != hash.get<std::string>()) others.insert(name);
    }
    return {others.begin(), others.end()};
}

}  // namespace rle::cli
