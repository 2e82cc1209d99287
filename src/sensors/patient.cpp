#include "sensors/patient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace rle::sensors {
namespace {

// What both threads share; it lives as long as the longer of them.
struct Shared {
    std::unique_ptr<Source> source;
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t asked = 0;  // readings asked for, and answered
    std::uint64_t answered = 0;
    bool over = false;
    double t_s = 0.0;
    std::vector<double> values;
    std::string problem;
};

void serve(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (true) {
        shared->changed.wait(lock, [&] { return shared->over || shared->asked > shared->answered; });
        if (shared->over) return;
        const Instant now{shared->t_s, {}};
        std::vector<double> values(shared->source->channels().size(), kMissing);
        lock.unlock();
        shared->source->read(now, values);
        std::string problem = shared->source->problem();
        lock.lock();
        shared->values = std::move(values);
        shared->problem = std::move(problem);
        shared->answered = shared->asked;
        shared->changed.notify_all();
    }
}

class Patient final : public Source {
  public:
    Patient(std::unique_ptr<Source> source, double patience_s) : patience_s_(patience_s) {
        channels_ = source->channels();
        devices_ = source->devices();
        shared_->source = std::move(source);
        std::thread(serve, shared_).detach();
    }
    ~Patient() override {
        const std::lock_guard lock(shared_->mutex);
        shared_->over = true;
        shared_->changed.notify_all();
    }
    Patient(const Patient&) = delete;
    Patient& operator=(const Patient&) = delete;

    void read(const Instant& now, std::span<double> values) override {
        std::unique_lock lock(shared_->mutex);
        const auto idle = [&] { return shared_->answered == shared_->asked; };
        problem_ = fmt::format("{}: no answer within {:g} s", channels_.front().source, patience_s_);
        if (!idle()) return;  // still at an earlier reading, which nobody wants any more
        shared_->t_s = now.t_s;
        ++shared_->asked;
        shared_->changed.notify_all();
        if (!shared_->changed.wait_for(lock, std::chrono::duration<double>(patience_s_), idle)) return;
        std::copy(shared_->values.begin(), shared_->values.end(), values.begin());
        problem_ = shared_->problem;
    }

    std::string problem() const override { return problem_; }

  private:
    double patience_s_;
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
    std::string problem_;
};

}  // namespace

std::unique_ptr<Source> make_patient(std::unique_ptr<Source> source, double patience_s) {
    return std::make_unique<Patient>(std::move(source), patience_s);
}

}  // namespace rle::sensors
