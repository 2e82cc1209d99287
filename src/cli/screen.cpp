#include "cli/screen.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "cli/ui.hpp"

namespace rle::cli {
namespace {

constexpr std::size_t kMostWaiting = 1 << 20;  // bytes
constexpr std::chrono::seconds kMoment{1};

}  // namespace

struct Screen::Shared {
    struct Piece {
        int fd;
        std::string bytes;
    };

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<Piece> waiting;
    std::size_t bytes = 0;  // that wait
    bool writing = false;
    bool over = false;
    std::array<bool, STDERR_FILENO + 1> gone{};  // by descriptor: writing there failed

    bool idle() const { return waiting.empty() && !writing; }

    // The thread.
    void serve() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [&] { return over || !waiting.empty(); });
            if (waiting.empty()) return;
            const Piece piece = std::move(waiting.front());
            waiting.pop_front();
            bytes -= piece.bytes.size();
            writing = true;
            lock.unlock();
            const bool taken = put_whole(piece.fd, piece.bytes) == 0;
            lock.lock();
            writing = false;
            if (!taken) gone[static_cast<std::size_t>(piece.fd)] = true;
            changed.notify_all();
        }
    }
};

Screen::Screen() : shared_(std::make_shared<Shared>()) {}

Screen::~Screen() {
    if (!thread_.joinable()) return;
    std::unique_lock lock(shared_->mutex);
    const bool done = shared_->changed.wait_for(lock, kMoment, [&] { return shared_->idle(); });
    shared_->over = true;
    shared_->waiting.clear();
    shared_->changed.notify_all();
    lock.unlock();
    done ? thread_.join() : thread_.detach();
}

void Screen::show(int fd, std::string_view bytes) {
    const std::lock_guard lock(shared_->mutex);
    Shared& s = *shared_;
    if (bytes.empty() || s.gone[static_cast<std::size_t>(fd)] || s.bytes + bytes.size() > kMostWaiting)
        return;
    if (s.waiting.empty() || s.waiting.back().fd != fd) s.waiting.push_back({fd, {}});
    s.waiting.back().bytes += bytes;
    s.bytes += bytes.size();
    if (!thread_.joinable()) thread_ = std::thread([shared = shared_] { shared->serve(); });
    s.changed.notify_all();
}

bool Screen::idle() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->idle();
}

void Screen::finish() {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait(lock, [&] { return shared_->idle(); });
}

}  // namespace rle::cli
