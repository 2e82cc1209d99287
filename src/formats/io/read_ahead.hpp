// Pieces of a file read by a thread of their own, while those before are worked on.
//
// Invariant: the pieces are those of the reader inside, in its order; what it throws comes out of next() in
// the place of the piece that it did not give. A file of one piece costs no thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "formats/pieces.hpp"

namespace rle::formats {

template <class Stream>
class ReadAhead : public Pieces<Stream> {
  public:
    explicit ReadAhead(std::unique_ptr<Pieces<Stream>> inside) : inside_(std::move(inside)) {}
    ~ReadAhead() override {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    /// `most` of the first call goes for all.
    bool next(Stream& piece, std::size_t most) override {
        if (!begun_) {
            begun_ = true;
            const bool any = inside_->next(piece, most);
            if (piece.size() >= most) start(most);
            return any;
        }
        if (!thread_.joinable()) return inside_->next(piece, most);
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
        if (ready_.empty()) {
            if (error_) std::rethrow_exception(error_);
            piece = Stream{};
            return false;
        }
        piece = std::move(ready_.front());
        ready_.pop_front();
        lock.unlock();
        changed_.notify_all();
        return true;
    }
    Stream finish() override { return inside_->finish(); }
    bool holds() const override { return inside_->holds(); }
    std::size_t consumed() const override { return inside_->consumed(); }

  private:
    static constexpr std::size_t kAhead = 3;  // pieces

    // Where the machine has no thread to give, pieces are read when they are asked for.
    void start(std::size_t most) {
        try {
            thread_ = std::thread([this, most] { read(most); });
        } catch (const std::system_error&) {
        }
    }

    void read(std::size_t most) {
        std::exception_ptr error;
        try {
            for (Stream piece; inside_->next(piece, most);) {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [&] { return closing_ || ready_.size() < kAhead; });
                if (closing_) return;
                ready_.push_back(std::move(piece));
                lock.unlock();
                changed_.notify_all();
            }
        } catch (...) {
            error = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        error_ = error;
        ended_ = true;
        changed_.notify_all();
    }

    std::unique_ptr<Pieces<Stream>> inside_;
    bool begun_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Stream> ready_;
    bool closing_ = false;
    bool ended_ = false;
    std::exception_ptr error_;
    std::thread thread_;
};

}  // namespace rle::formats
