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
}

TEST_CASE("help COMMAND is COMMAND --help") {
    CHECK(rlecouple({"help"}).out == rlecouple({"--help"}).out);
    const Finished page = rlecouple({"help", "align"});
    CHECK(page.exit_code == 0);
    CHECK(page.out.find("--tolerance") != std::string::npos);
    CHECK(page.out == rlecouple({"align", "--help"}).out);
    CHECK(rlecouple({"help", "alignn"}).exit_code == 2);
}
