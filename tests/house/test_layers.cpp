// The house's own rules: who may include whom, and that no command comes without its page and its tests.
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

namespace fs = std::filesystem;

namespace {

// Layer -> layers whose headers it may include. Public headers of the core ("rlecouple/...") are open to all.
const std::map<std::string, std::set<std::string>> kAllowed{
    {"core", {"core"}},
    {"formats", {"formats"}},
    {"sensors", {"sensors"}},
    {"report", {"report"}},
    {"cli", {"cli", "formats", "sensors", "report"}},
};

// The includes of `text` that `layer` may not have.
std::vector<std::string> wrong_includes(const std::string& layer, const std::string& text) {
    std::vector<std::string> wrong;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("#include \"", 0) != 0) continue;
        const std::string target = line.substr(10, line.find('"', 10) - 10);
        const std::string from = target.substr(0, target.find('/'));
        if (from == "rlecouple") continue;
        if (kAllowed.at(layer).count(from) == 0) wrong.push_back(target);
    }
    return wrong;
}

bool is_code(const fs::path& file) {
    return file.extension() == ".cpp" || file.extension() == ".hpp";
}

}  // namespace

TEST_CASE("an include in the wrong direction is noticed") {
    CHECK(wrong_includes("core", "#include \"formats/csv.hpp\"\n") ==
          std::vector<std::string>{"formats/csv.hpp"});
    CHECK(wrong_includes("formats", "#include \"cli/ui.hpp\"\n") == std::vector<std::string>{"cli/ui.hpp"});
    CHECK(wrong_includes("report", "#include \"formats/csv.hpp\"\n").size() == 1);
    CHECK(wrong_includes("cli", "#include \"formats/csv.hpp\"\n#include \"rlecouple/align.hpp\"\n").empty());
}

TEST_CASE("no source file includes in the wrong direction") {
    const fs::path root(RLE_SOURCE_DIR);
    std::size_t files = 0;
    for (const auto& [layer, allowed] : kAllowed) {
        for (const auto& entry : fs::recursive_directory_iterator(root / "src" / layer)) {
            if (!is_code(entry.path())) continue;
            INFO(entry.path().string());
            CHECK(wrong_includes(layer, rle::test::read_file(entry.path())).empty());
            ++files;
        }
    }
    for (const auto& entry : fs::directory_iterator(root / "include" / "rlecouple")) {
        INFO(entry.path().string());
        CHECK(wrong_includes("core", rle::test::read_file(entry.path())).empty());
        ++files;
    }
    CHECK(files > 20);
}

TEST_CASE("every command has a page, tests, a summary and an example") {
    const fs::path root(RLE_SOURCE_DIR);
    CHECK(!rle::cli::commands().empty());
    for (const rle::cli::Command& command : rle::cli::commands()) {
        const std::string name(command.name);
        INFO(name);
        // As whatis and apropos want a page to begin.
        CHECK(rle::test::read_file(root / "docs" / "commands" / (name + ".md"))
                  .starts_with("# NAME\n\nrlecouple-" + name + " - "));
        CHECK(fs::is_directory(root / "tests" / "cli" / name));
        CHECK(!command.summary.empty());
        CHECK(command.example.find(name) != std::string_view::npos);
        const rle::test::Finished help = rle::test::rlecouple({name, "--help"});
        CHECK(help.exit_code == 0);
        CHECK(help.out.find(std::string(command.example)) != std::string::npos);
        CHECK(help.err.empty());
    }
}
