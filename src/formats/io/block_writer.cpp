#include "formats/io/block_writer.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace rle::formats {
namespace {

constexpr std::size_t kMostThreads = 4;  // one thread reads, and keeps no more than that busy

}  // namespace

struct BlockWriter::State {
    OutputFile& file;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Format> waiting;
    std::size_t added = 0;    // blocks
    std::size_t started = 0;  // the next block to format
    std::size_t written = 0;  // the next block to write
    bool closing = false;
    std::exception_ptr error;
    std::vector<std::thread> threads;
    std::size_t most_threads = 0;
    std::size_t most_under_way = 0;

    explicit State(OutputFile& to) : file(to) {
        const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
        most_threads = std::min(cores, kMostThreads);
        most_under_way = most_threads + 2;
    }

    // The first block waits: where it is the only one, no thread is worth its start.
    void start_thread() {
        if (added > 1 && threads.size() < std::min(added, most_threads))
            threads.emplace_back([this] { work(); });
    }

    void work() {
        TextBuffer out;
        for (;;) {
            Format format;
            std::size_t turn = 0;
            {
                std::unique_lock lock(mutex);
                changed.wait(lock, [&] { return closing || error || !waiting.empty(); });
                if (error || waiting.empty()) return;
                format = std::move(waiting.front());
                waiting.pop_front();
                turn = started++;
            }
            try {
                out.clear();
                format(out);
                format = nullptr;  // what the block held is not needed any more
                write_in_turn(out, turn);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!error) error = std::current_exception();
                changed.notify_all();
                return;
            }
        }
    }

    void write_in_turn(const TextBuffer& out, std::size_t turn) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return error || written == turn; });
        if (error) return;
        lock.unlock();
        file.write(out.text());
        lock.lock();
        ++written;
        changed.notify_all();
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
