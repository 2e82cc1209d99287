#include <algorithm>

#include "cli/commands.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using namespace rle::test;

TEST_CASE("each shell's script names every command and is accepted by the shell, where it is installed") {
    for (const std::string shell : {"bash", "zsh", "fish"}) {
        INFO(shell);
        const Finished script = rlecouple({"completion", shell});
        REQUIRE(script.exit_code == 0);
        CHECK(script.out.find("tolerance") != std::string::npos);
        for (const rle::cli::Command& command : rle::cli::commands()) {
            CHECK(script.out.find(std::string(command.name)) != std::string::npos);
        }
        const Finished parsed = run({shell, "-n", "/dev/stdin"}, script.out);
        CHECK((parsed.exit_code == 0 || parsed.exit_code == 127));  // 127: no such shell here
    }
    CHECK(rlecouple({"completion", "tcsh"}).exit_code == 2);
}

TEST_CASE("bash completes commands, and a command's own options") {
    const std::string script = rlecouple({"completion", "bash"}).out;
    const auto complete = [&](const std::string& words) {
        return run({"bash", "-c",
                    script + "\nCOMP_WORDS=(" + words +
                        "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rlecouple; echo ${COMPREPLY[*]}"})
            .out;
    };
    CHECK(complete("rlecouple ali") == "align\n");
    CHECK(complete("rlecouple align --tol") == "--tolerance\n");
    CHECK(complete("rlecouple run -- python --tol") == "\n");
    CHECK(complete("rlecouple align --stability h") == "ha headroom\n");
    CHECK(complete("rlecouple align --telemetry-format nvidia-smi-c") == "nvidia-smi-csv\n");
    CHECK(complete("rlecouple completion z") == "zsh\n");
    CHECK(complete("rlecouple run --model t") == "tiny\n");
    CHECK(complete("rlecouple collect --source re") == "replay:\n");
    CHECK(complete("rlecouple he") == "help\n");
    CHECK(complete("rlecouple help re") == "report reproduce\n");
    CHECK(complete("rlecouple sensors --require temp,p") == "temp,power\n");
    CHECK(complete("rlecouple sensors --require u") == "util\n");
    CHECK(complete("rlecouple sensors --ro") == "\n");  // for our tests alone
    CHECK(complete("rlecouple run -").find(" -d ") != std::string::npos);
    CHECK(complete("rlecouple align x") == "\n");  // a file: the shell's own
}

TEST_CASE("descriptions come through the quoting of zsh and fish whole") {
    const std::string zsh = rlecouple({"completion", "zsh"}).out,
                      fish = rlecouple({"completion", "fish"}).out;
    CHECK(zsh.find("plots of a session: report.html") != std::string::npos);
    CHECK(zsh.find("a recorded session'\\''s result") != std::string::npos);
    CHECK(zsh.find("(default: what its driver says)") != std::string::npos);
    CHECK(zsh.find("\\[the session'\\''s, else 21\\]") != std::string::npos);
    CHECK(fish.find("a recorded session\\'s result") != std::string::npos);
    for (const std::string& script : {zsh, fish, rlecouple({"completion", "bash"}).out})
        CHECK(script.find("root") == std::string::npos);
}

TEST_CASE("help COMMAND is COMMAND --help") {
    CHECK(rlecouple({"help"}).out == rlecouple({"--help"}).out);
    CHECK(rlecouple({"help", "help"}).out == rlecouple({"--help"}).out);
    const Finished page = rlecouple({"help", "align"});
    CHECK(page.exit_code == 0);
    CHECK(page.out.find("--tolerance") != std::string::npos);
    CHECK(page.out == rlecouple({"align", "--help"}).out);
    CHECK(rlecouple({"help", "alignn"}).exit_code == 2);
}

TEST_CASE("wrong usage is named in one line that has the option in it, exit code 2") {
    const auto refused = [](const std::vector<std::string>& arguments) {
        const Finished done = rlecouple(arguments);
        CHECK(done.exit_code == 2);
        CHECK(done.out.empty());
        CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
        return done.err;
    };
    const auto has = [](const std::string& text, const std::string& part) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    };
    has(refused({"--no-such"}), "no option '--no-such'");
    has(refused({"correlate", "--version"}), "--version");
    has(refused({"correlate", "x", "--max-lag"}), "--max-lag: takes S, which is missing");
    has(refused({"correlate", "x", "--max-lag", "1", "--max-lag", "2"}),
        "--max-lag: is given more than once");
    has(refused({"watch", "x", "--signal", "1"}), "--signal: takes PID SIG, which is missing");
    has(refused({"correlate", "x", "-o", ""}), "--output: an empty name");
    has(refused({"correlate", "x", "--seed", "-1"}), "'-1' is not a whole number");
    has(refused({"calibrate", "-o", "x", "--seed", "1.5"}), "'1.5' is not a whole number");
    has(refused({"check", "x", "--baseline", "y", "--junit", "-", "-o", "-"}),
        "two outputs cannot share stdout");
    has(refused({"check", "x", "--baseline", "y", "--tolerance", "10"}), "a share such as");
    CHECK(rlecouple({"check", "--help"}).out.find("SHARE%") != std::string::npos);
}
