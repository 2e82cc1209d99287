// Lists the formats that `align` reads, straight from the two tables that do the reading.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/registry.hpp"
#include "formats/text/encoding.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::cli {
namespace {

template <class Format>
std::string listed(std::string_view title, std::span<const Format> formats) {
    std::string out = fmt::format("{}\n", bold(title));
    for (const Format& format : formats) {
        out += fmt::format("  {:<16} {}\n  {:<16}   {}\n", format.name, format.summary, "", format.example);
    }
    return out;
}

template <class Format>
formats::Json listed_as_json(std::span<const Format> known) {
    formats::Json out = formats::Json::array();
    for (const Format& format : known) {
        out.push_back({{"name", format.name}, {"summary", format.summary}, {"example", format.example}});
    }
    return out;
}

// Why each reader refuses a file. Several may read it: the first of a stream does.
std::string tried(std::string_view title, const std::vector<formats::Refusal>& refusals) {
    constexpr std::size_t kLongest = 200;
    std::string out = fmt::format("{}\n", bold(title));
    for (const formats::Refusal& refusal : refusals) {
        const std::string why = formats::beginning_of(refusal.why, kLongest);
        out += fmt::format("  {:<16} {}\n", refusal.format, why.empty() ? "reads it" : "refuses: " + why);
    }
    return out;
}

int run_on(const std::string& file) {
    const std::string text = formats::read_text(file);
    const formats::ReadOptions options;
    const formats::Source source{text, file, options};
    say(tried("As telemetry", formats::telemetry_refusals(source)) + "\n" +
        tried("As a training log", formats::training_refusals(source)) +
        "\nOf those that read it, the first is taken.\n");
    return 0;
}

int run(bool as_json) {
    if (as_json) {
        formats::Json document = formats::document_head("formats");
        document["telemetry"] = listed_as_json(formats::telemetry_formats());
        document["training"] = listed_as_json(formats::training_formats());
        document["warnings"] = formats::Json::array();
        put(formats::dump(document));
        return 0;
    }
    say(listed("Telemetry (--telemetry-format NAME)", formats::telemetry_formats()) + "\n" +
        listed("Training logs (--training-format NAME)", formats::training_formats()) +
        "\nThe format is told from a file's content, in this order; gzip and UTF-16 are unpacked first.\n");
    return 0;
}

}  // namespace

Runner setup_formats(CLI::App& app) {
    auto as_json = std::make_shared<bool>(false);
    app.add_flag("--json", *as_json, "The same as JSON");
    auto file = std::make_shared<std::string>();
    app.add_option("file", *file, "Tell of this file why each reader takes or refuses it; - is stdin")
        ->type_name("FILE")
        ->excludes("--json");
    return [as_json, file] { return file->empty() ? run(*as_json) : run_on(*file); };
}

}  // namespace rle::cli
