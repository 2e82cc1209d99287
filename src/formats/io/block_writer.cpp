#include "formats/io/block_writer.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace rle::formats {
namespace {

constexpr std::size_t kMostThreads = 4;  // one thread reads, and keeps no more than that busy
constexpr std::size_t kMostWaiting = 4;  // blocks, of about a megabyte each

}  // namespace

struct BlockWriter::State {
    OutputFile& file;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Format> waiting;
    std::map<std::size_t, TextBuffer> formatted;  // by their turn, until those before them are written
    std::vector<TextBuffer> spare;                // memory of blocks that are written
    std::size_t added = 0;                        // blocks
    std::size_t started = 0;                      // the next block to format
    std::size_t written = 0;                      // the next block to write
    bool writing = false;                         // one thread does, for all
    bool closing = false;
    std::exception_ptr error;
    std::vector<std::thread> threads;
    std::size_t most_threads = 0;
    std::size_t most_under_way = 0;

    explicit State(OutputFile& to) : file(to) {
        const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
        most_threads = std::min(cores, kMostThreads);
        most_under_way = most_threads + kMostWaiting;
    }

    // The first block waits: where it is the only one, no thread is worth its start.
    void start_thread() {
        if (added <= 1 || threads.size() >= std::min(added, most_threads)) return;
        try {
            threads.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            most_threads = threads.size();  // the machine gives no more
        }
    }

    // Where there are no threads at all, whoever adds blocks makes room for them.
    void make_room(std::unique_lock<std::mutex>& lock) {
        while (threads.empty() && added - written >= most_under_way) {
            format_next(lock);
            write_what_is_due(lock);
        }
    }

    void work() {
        std::unique_lock lock(mutex);
        try {
            for (;;) {
                changed.wait(lock, [&] { return closing || error || !waiting.empty(); });
                if (error || waiting.empty()) return;
                format_next(lock);
                write_what_is_due(lock);
            }
        } catch (...) {
            if (!lock.owns_lock()) lock.lock();
            if (!error) error = std::current_exception();
            changed.notify_all();
        }
    }

    void format_next(std::unique_lock<std::mutex>& lock) {
        Format format = std::move(waiting.front());
        waiting.pop_front();
        const std::size_t turn = started++;
        TextBuffer out;
        if (!spare.empty()) {
            out = std::move(spare.back());
            spare.pop_back();
        }
        lock.unlock();
        out.clear();
        format(out);
        format = nullptr;  // what the block held is not needed any more
        lock.lock();
        formatted.emplace(turn, std::move(out));
    }

    // A block whose turn has not come is left to the thread that writes: nobody waits with a core to spare.
    void write_what_is_due(std::unique_lock<std::mutex>& lock) {
        if (writing) return;
        writing = true;
        for (auto next = formatted.find(written); next != formatted.end(); next = formatted.find(written)) {
            TextBuffer out = std::move(next->second);
            formatted.erase(next);
            lock.unlock();
            file.write(out.text());
            lock.lock();
            spare.push_back(std::move(out));
            ++written;
            changed.notify_all();
        }
        writing = false;
    }

    void join() {
        {
            const std::lock_guard lock(mutex);
            closing = true;
            changed.notify_all();
        }
        for (std::thread& thread : threads) {
            if (thread.joinable()) thread.join();
        }
    }
};

BlockWriter::BlockWriter(OutputFile& file) : state_(std::make_unique<State>(file)) {}

BlockWriter::~BlockWriter() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->waiting.clear();
    }
    state_->join();
}

void BlockWriter::add(Format format) {
    State& s = *state_;
    std::unique_lock lock(s.mutex);
    s.make_room(lock);
    s.changed.wait(lock, [&] { return s.error || s.added - s.written < s.most_under_way; });
    if (s.error) std::rethrow_exception(s.error);
    s.waiting.push_back(std::move(format));
    ++s.added;
    s.start_thread();
    s.start_thread();
    s.changed.notify_all();
}

void BlockWriter::finish() {
    State& s = *state_;
    s.join();
    s.work();  // what no thread was started for
    if (s.error) std::rethrow_exception(s.error);
}

}  // namespace rle::formats
