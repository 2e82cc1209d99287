#include "cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/made_of.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "formats/text/csv.hpp"
#include "formats/text/json_fields.hpp"
#include "report/sha256.hpp"
#include "report/view.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

// Everything that a session folder may hold and a report may rest on, in the order of the stages.
constexpr std::array kInputs{kSessionJson,     kTelemetryCsv, kAlignedCsv, kAlignJson,
                             kCorrelationJson, kBalanceJson,  kPredictJson};

constexpr std::uintmax_t kWorthAThread = std::uintmax_t{4} << 20U;  // bytes to be hashed

// The documents of a session as they stand on disk, for summary.json.
struct Documents {
    Json session, align, correlation, balance, predict;  // null where missing
};

// A session as it was read: what the report is made of, and the documents behind it.
struct Read {
    report::ReportInput input;
    Documents documents;
};

struct Hashes {
    std::vector<std::pair<std::string, std::string>> known;       // file name, SHA-256
    std::vector<std::pair<std::string, std::string>> unreadable;  // file name, why
};

// Of long files beside what is done meanwhile; of short ones when they are asked for.
std::future<Hashes> hashes_of(std::vector<fs::path> files) {
    std::uintmax_t bytes = 0;
    for (const fs::path& file : files) {
        std::error_code error;
        const std::uintmax_t size = fs::file_size(file, error);
        bytes += error ? 0 : size;
    }
    const auto policy = bytes >= kWorthAThread ? std::launch::async : std::launch::deferred;
    return std::async(policy, [files = std::move(files)] {
        Hashes hashes;
        for (const fs::path& file : files) {
            const std::string name = file.filename().string();
            try {
                hashes.known.emplace_back(name, sha256_of(file));
            } catch (const Error& error) {
                hashes.unreadable.emplace_back(name, error.what());
            }
        }
        return hashes;
    });
}

// Runs `read` on a file of the session; a file that it refuses becomes a line of the report, not an end of
// it.
template <class Read>
void try_read(const fs::path& folder, const char* name, report::ReportInput& input, Read read) {
    const fs::path path = folder / name;
    if (!is_there(path)) return;
    try {
        read(path.string());
    } catch (const Error& error) {
        input.unreadable.emplace_back(name, error.what());
    }
}

template <class Result>
using FromJson = Result (*)(const Json& document, const std::string& where);

template <class Result>
void read_document(const fs::path& folder, const char* name, FromJson<Result> from_json,
                   report::ReportInput& input, std::optional<Result>& result, Json& kept) {
    try_read(folder, name, input, [&](const std::string& path) {
        Json document = formats::read_json(path);
        result = from_json(document, path);
        kept = std::move(document);
    });
}

void read_documents(const fs::path& folder, report::ReportInput& input, Documents& kept) {
    read_document(folder, kSessionJson, formats::session_from_json, input, input.session, kept.session);
    read_document(folder, kAlignJson, formats::alignment_from_json, input, input.alignment, kept.align);
    read_document(folder, kCorrelationJson, formats::correlation_from_json, input, input.correlation,
                  kept.correlation);
    read_document(folder, kBalanceJson, formats::balance_from_json, input, input.balance, kept.balance);
    read_document(folder, kPredictJson, formats::prediction_from_json, input, input.prediction, kept.predict);
}

// When the first row was taken; empty where the table does not tell.
std::string first_timestamp(const fs::path& table) {
    std::ifstream file(table, std::ios::binary);
    std::string header, row;
    if (!std::getline(file, header) || !std::getline(file, row)) return {};
    const std::string lines = header + "\n" + row + "\n";
    formats::CsvScanner scanner(lines);
    formats::Record names, cells;
    if (!scanner.next(names)) return {};
    const auto at = std::find(names.begin(), names.end(), "timestamp") - names.begin();
    const bool known = scanner.next(cells) && static_cast<std::size_t>(at) < cells.size();
    return known ? std::string(cells[static_cast<std::size_t>(at)]) : std::string();
}

// After the documents, which tell what was correlated.
void read_rows(const fs::path& folder, report::ReportInput& input) {
    if (input.aligned) return;
    try_read(folder, kAlignedCsv, input, [&](const std::string& path) {
        const report::Correlated columns = report::correlated(input);
        input.aligned = formats::read_frame(path, report::shown_columns(columns));
        input.known = report::sum_up(*input.aligned, columns);
    });
}

// Results of other files than those that are there, or of one another's devices.
void note_stale(const fs::path& folder, const Documents& documents, report::ReportInput& input) {
    const auto look = [&](const char* name, const char* stage, const Json& document) {
        for (std::string& line : stale_lines(folder.string(), name, stage, document))
            input.stale.push_back(std::move(line));
    };
    look(kAlignJson, "align", documents.align);
    look(kCorrelationJson, "correlate", documents.correlation);
    look(kBalanceJson, "balance", documents.balance);
    look(kPredictJson, "predict", documents.predict);
    const std::string correlated = input.correlation ? input.correlation->device : "";
    const std::string balanced = input.balance ? input.balance->device : "";
    if (!correlated.empty() && !balanced.empty() && correlated != balanced)
        input.stale.push_back(fmt::format(
            "correlation.json is of {} and balance.json of {}: rlecouple analyze --device makes both of one",
            correlated, balanced));
}

// A correlation of a table on another grid.
void note_other_grid(report::ReportInput& input) {
    if (!input.correlation || !input.alignment || input.correlation->sample_hz <= 0.0) return;
    const double ours = input.correlation->sample_hz, table = input.alignment->sample_hz;
    if (std::abs(ours - table) <= 1e-3 * table) return;
    input.correlation->warnings.push_back(
        fmt::format("correlation.json is of a table at {:g} Hz, and aligned.csv is at {:g} Hz: run rlecouple "
                    "correlate again",
                    ours, table));
}

void take_hashes(Hashes hashes, report::ReportInput& input) {
    input.input_hashes = std::move(hashes.known);
    for (auto& [file, why] : hashes.unreadable) {
        const bool told = std::any_of(input.unreadable.begin(), input.unreadable.end(),
                                      [&](const auto& other) { return other.first == file; });
        if (!told) input.unreadable.emplace_back(file, std::move(why));
    }
}

// `at_hand` is what is known of the session already.
Read gather(const std::string& session, report::ReportInput at_hand = {}) {
    refuse_stdin(session);
    std::error_code ignored;
    if (!fs::is_directory(session, ignored)) {
        if (is_there(session))
            throw Error(ErrorKind::failed, session, "a session folder is wanted, and this is a file",
                        "name its folder");
        throw Error(ErrorKind::failed, session, "no such session folder",
                    "make one with rlecouple collect -o " + session);
    }
    Read read{std::move(at_hand), {}};
    report::ReportInput& input = read.input;
    input.session_path = session;
    input.folder_name = folder_name(session);
    input.command = command_line();
    const fs::path folder(session);
    std::vector<fs::path> files;
    for (const char* name : kInputs) files.push_back(folder / name);
    if (const auto training = find_training(session)) files.insert(files.begin() + 2, *training);
    std::erase_if(files, [](const fs::path& file) { return !is_there(file); });
    if (files.empty()) {
        throw Error(ErrorKind::failed, session, "no session: it holds none of the files of one",
                    "record one with rlecouple collect -o " + session);
    }
    std::future<Hashes> hashes = hashes_of(std::move(files));
    read_documents(folder, input, read.documents);
    read_rows(folder, input);
    take_hashes(hashes.get(), input);
    if (!input.session || input.session->started.empty())
        input.first_timestamp = first_timestamp(folder / kAlignedCsv);
    note_stale(folder, read.documents, read.input);
    note_other_grid(read.input);
    return read;
}

Json data_sheet_json(const report::View& view) {
    Json rows = Json::array();
    for (const report::DataSheetRow& row : report::data_sheet(view)) {
        const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
        Json out{{"section", row.section}, {"key", row.key}, {"label", row.label}};
        out["value"] = row.number ? Json(*row.number) : text(row.value);
        out["text"] = text(row.value);
        out["unit"] = text(row.unit);
        out["expected"] = text(row.expected);
        out["remark"] = text(row.remark);
        rows.push_back(std::move(out));
    }
    return rows;
}

// A block without a document is null; what is null within one is named in its own warnings.
void name_null_blocks(Json& out) {
    const auto told = [&](const std::string& file) {
        return std::any_of(out["warnings"].begin(), out["warnings"].end(), [&](const Json& line) {
            return line.get_ref<const std::string&>().find(file) != std::string::npos;
        });
    };
    for (const auto& [block, file] :
         {std::pair{"session", kSessionJson}, std::pair{"align", kAlignJson},
          std::pair{"correlation", kCorrelationJson}, std::pair{"balance", kBalanceJson},
          std::pair{"predict", kPredictJson}}) {
        if (out[block].is_null() && !told(file))
            out["warnings"].push_back(fmt::format("{} is null: the session has no {}", block, file));
    }
}

// Everything in one document. The simulated temperatures, one a sample, stay in balance.json.
Json summary_json(const report::View& view, Documents documents) {
    const report::ReportInput& input = *view.input;
    if (documents.balance.contains("thermal") && documents.balance["thermal"].is_object()) {
        for (const char* drawn : {"simulated_c", "simulated_rows"}) documents.balance["thermal"].erase(drawn);
    }
    Json out = formats::document_head("summary");
    out["verdict"] = report::verdict_sentence(input);
    out["session"] = std::move(documents.session);
    out["align"] = std::move(documents.align);
    out["correlation"] = std::move(documents.correlation);
    out["balance"] = std::move(documents.balance);
    out["predict"] = std::move(documents.predict);
    out["data_sheet"] = data_sheet_json(view);
    out["inputs"] = Json::object();
    for (const auto& [file, hash] : input.input_hashes) out["inputs"][file] = hash;
    out["warnings"] = report::all_warnings(input);
    name_null_blocks(out);
    return out;
}

// Everything in one document, for several sessions.
Json comparison_json(const std::vector<report::ReportInput>& inputs, std::vector<Documents>& documents) {
    Json out = formats::document_head("comparison");
    Json sessions = Json::array(), warnings = Json::array();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        sessions.push_back({{"path", inputs[i].session_path},
                            {"summary", summary_json(report::view_of(inputs[i]), std::move(documents[i]))}});
        for (const std::string& warning : report::all_warnings(inputs[i]))
            warnings.push_back(inputs[i].session_path + ": " + warning);
    }
    out["sessions"] = std::move(sessions);
    out["warnings"] = std::move(warnings);
    return out;
}

// The three files of a report, in a folder that is made where it is not there; the path of the page.
std::string write_report(const fs::path& folder, const std::string& html, const std::string& markdown,
                         const Json& summary) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw Error(ErrorKind::failed, folder.string(), "cannot make this folder: " + error.message());
    const std::string page = (folder / "report.html").string();
    formats::write_text(page, html);
    formats::write_text((folder / "report.md").string(), markdown);
    formats::write_text((folder / "summary.json").string(), formats::dump(summary));
    return page;
}

// Several sessions side by side; without a folder of their own they are printed.
int compare_sessions(const std::vector<std::string>& sessions, const ReportOptions& options) {
    std::vector<report::ReportInput> inputs;
    std::vector<Documents> documents;
    for (const std::string& session : sessions) {
        Read read = gather(session);
        for (const std::string& line : read.input.stale) print_warning(session + ": " + line);
        inputs.push_back(std::move(read.input));
        documents.push_back(std::move(read.documents));
    }
    const std::string markdown = report::markdown_comparison(inputs);
    if (options.output.empty() || options.output == "-") {
        formats::write_text("-", markdown);
        return 0;
    }
    const std::string page = write_report(options.output, report::html_comparison(inputs), markdown,
                                          comparison_json(inputs, documents));
    say(fmt::format("{} sessions side by side\n  {}\n", sessions.size(), page));
    return 0;
}

}  // namespace

ReportFiles report_session(const std::string& session, ReportOptions options) {
    report::ReportInput at_hand;
    at_hand.aligned = std::move(options.aligned);
    at_hand.known = std::move(options.known);
    at_hand.left_out = std::move(options.left_out);
    at_hand.notes = std::move(options.notes);
    Read read = gather(session, std::move(at_hand));
    const report::ReportInput& input = read.input;
    ReportFiles files{{}, report::verdict_word(input), report::verdict_sentence(input), input.stale};
    if (options.output == "-") {
        formats::write_text("-", report::markdown_report(input));
        return files;
    }
    const report::View view = report::view_of(input);
    files.html = write_report(options.output.empty() ? session : options.output, report::html_report(view),
                              report::markdown_report(input), summary_json(view, std::move(read.documents)));
    return files;
}

Runner setup_report(CLI::App& app) {
    struct Choice {
        std::vector<std::string> sessions;
        ReportOptions options;
    };
    auto command = std::make_shared<Choice>();
    app.add_option("session", command->sessions, "Session folder; several are put side by side")
        ->required()
        ->type_name("SESSION");
    app.add_option("-o,--output", command->options.output,
                   "Folder that the files go to [SESSION; several sessions are printed]; - prints report.md")
        ->type_name("DIR");
    return [command] {
        if (command->sessions.size() > 1) return compare_sessions(command->sessions, command->options);
        const ReportFiles files = report_session(command->sessions.front(), std::move(command->options));
        print_warnings(files.stale);
        if (files.html.empty()) return 0;
        say(fmt::format("{}: {}\n  {}\n", bold(files.word), files.sentence, files.html));
        return 0;
    };
}

}  // namespace rle::cli
