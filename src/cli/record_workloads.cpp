#include "cli/record_workloads.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "cli/record_child.hpp"
#include "cli/session_paths.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

namespace fs = std::filesystem;

struct Workload {
    std::string_view model;
    std::string_view file;       ///< program or script
    std::string_view installed;  ///< its folder, from the folder of our own program
    std::string_view built;      ///< its folder below the build tree, or the source tree for a script
    bool script;
};

constexpr std::array kWorkloads{
    Workload{"tiny", "rlecouple-tiny-lm", "../libexec/rlecouple", "examples/tiny_lm", false},
    Workload{"distilgpt2", "train_distilgpt2.py", "../share/rlecouple", "examples", true},
};

const Workload* find_workload(const std::string& model) {
    const auto it =
        std::find_if(kWorkloads.begin(), kWorkloads.end(), [&](const auto& w) { return w.model == model; });
    return it == kWorkloads.end() ? nullptr : &*it;
}

// Only a program that runs where it was built looks into the trees that it was built from.
fs::path in_the_build(const Workload& workload, const fs::path& own) {
    const fs::path build(RLE_BUILD_TREE);
    if (own.string().rfind(build.string() + "/", 0) != 0) return {};
    return (workload.script ? fs::path(RLE_SOURCE_TREE) : build) / workload.built / workload.file;
}

fs::path locate(const Workload& workload) {
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed = (own.parent_path() / workload.installed / workload.file).lexically_normal();
    for (const fs::path& candidate : {installed, in_the_build(workload, own)}) {
        if (!candidate.empty() && is_there(candidate)) return candidate;
    }
    throw Error(ErrorKind::failed, fmt::format("--model {}", workload.model),
                fmt::format("{} is not installed", workload.file),
                fmt::format("it belongs to {}; or give your own command behind --",
                            installed.parent_path().string()));
}

void require_pytorch(const std::string& model) {
    try {
        find_program("python3");
    } catch (const Error&) {
        throw Error(ErrorKind::failed, "--model " + model, "needs python3, which is not installed",
                    "or use --model tiny, which needs nothing");
    }
    const int status = std::system(
        "python3 -c 'import importlib.util as u, sys; "
        "sys.exit(0 if u.find_spec(\"torch\") else 9)' >/dev/null 2>&1");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    throw Error(
        ErrorKind::failed, "--model " + model, "needs PyTorch, which python3 does not find",
        "pip install torch (Debian: apt-get install python3-torch libopenblas0); or use --model tiny, "
        "which needs nothing");
}

}  // namespace

std::vector<std::string> workload_names() {
    std::vector<std::string> names;
    for (const Workload& workload : kWorkloads) names.emplace_back(workload.model);
    return names;
}

void check_workload(const std::string& model) {
    if (find_workload(model) != nullptr) return;
    throw Error(ErrorKind::usage, "--model " + model, "no such bundled workload",
                fmt::format("one of {}; or your own command behind --", fmt::join(workload_names(), ", ")));
}

std::vector<std::string> workload_command(const std::string& model, std::optional<double> duration_s,
                                          std::optional<unsigned> seed) {
    check_workload(model);
    const Workload& workload = *find_workload(model);
    const fs::path file = locate(workload);
    std::vector<std::string> command;
    if (workload.script) {
        require_pytorch(model);
        command.push_back("python3");
    }
    command.push_back(file.string());
    // A little longer than the recording, which ends it.
    if (duration_s) command.insert(command.end(), {"--seconds", fmt::format("{:g}", *duration_s + 5.0)});
    if (seed) command.insert(command.end(), {"--seed", std::to_string(*seed)});
    return command;
}

}  // namespace rle::cli
