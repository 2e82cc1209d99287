#include "formats/io/shown_file.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "formats/io/unfinished.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

struct Slot {
    std::atomic<bool> taken{false};
    std::atomic<std::uintptr_t> begin{0};  // 0: nothing to be found here
    std::uintptr_t end = 0;
    char* line = nullptr;
};

std::array<Slot, 16> slots;

// Everything here may be called from a signal handler.
extern "C" void explain_or_end(int signal, siginfo_t* info, void*) {
    const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
    for (const Slot& slot : slots) {
        const std::uintptr_t begin = slot.begin.load();
        if (begin == 0 || at < begin || at >= slot.end) continue;
        remove_unfinished();
        [[maybe_unused]] const ssize_t put = ::write(STDERR_FILENO, slot.line, std::strlen(slot.line));
        ::_exit(static_cast<int>(ErrorKind::failed));
    }
    std::signal(signal, SIG_DFL);  // none of ours: raised again as soon as this returns
}

}  // namespace

ShownFile::ShownFile(const void* begin, std::size_t size, const std::string& path) {
    const Error error(ErrorKind::failed, path, kCutShort, kCutShortHint);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        Slot& slot = slots[i];
        if (slot.taken.exchange(true)) continue;
        const auto address = reinterpret_cast<std::uintptr_t>(begin);
        slot.end = address + size;
        slot.line = ::strdup(("rlecouple: " + std::string(error.what()) + "\n").c_str());
        slot.begin.store(address);
        slot_ = static_cast<int>(i);
        return;
    }
}

ShownFile::~ShownFile() {
    if (slot_ < 0) return;
    Slot& slot = slots[static_cast<std::size_t>(slot_)];
    slot.begin.store(0);
    std::free(std::exchange(slot.line, nullptr));
    slot.taken.store(false);
}

ShownFile::ShownFile(ShownFile&& other) noexcept : slot_(std::exchange(other.slot_, -1)) {}

ShownFile& ShownFile::operator=(ShownFile&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
}

void explain_cut_files() noexcept {
    struct sigaction action {};
    action.sa_sigaction = explain_or_end;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace rle::formats
