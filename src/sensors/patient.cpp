#include "sensors/patient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace rle::sensors {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr double kSlowForS = 1.0;  // a source that came late is told of as slow for so long

struct Answer {
    std::vector<double> values;
    std::string problem;
    Clock::time_point asked_at;
};

// What both threads share; it lives as long as the longer of them.
struct Shared {
    std::unique_ptr<Source> source;
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
    bool asked = false;  // and not answered
    Clock::time_point asked_at;
    double t_s = 0.0;              // of the sample that it is asked for
    std::optional<Answer> answer;  // not fetched yet
};

void serve(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (true) {
        shared->changed.wait(lock, [&] { return shared->over || shared->asked; });
        if (shared->over) return;
        Answer answer;
        answer.asked_at = shared->asked_at;
        answer.values.assign(shared->source->channels().size(), kMissing);
        const Instant now{shared->t_s, {}};
        lock.unlock();
        shared->source->read(now, answer.values);
        answer.problem = shared->source->problem();
        lock.lock();
        shared->answer = std::move(answer);
        shared->asked = false;
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

    void prepare(const Instant& now) override {
        const std::lock_guard lock(shared_->mutex);
        prepared_at_ = Clock::now();
        if (shared_->asked) return;  // still at an earlier reading
        if (shared_->answer) late_ = std::exchange(shared_->answer, std::nullopt);
        shared_->asked = true;
        shared_->asked_at = *prepared_at_;
        shared_->t_s = now.t_s;
        shared_->changed.notify_all();
    }

    void read(const Instant& now, std::span<double> values) override {
        if (!prepared_at_) prepare(now);
        std::unique_lock lock(shared_->mutex);
        const bool hung = *prepared_at_ - shared_->asked_at > Seconds(patience_s_);
        const auto until = *prepared_at_ + std::chrono::duration_cast<Clock::duration>(
                                               Seconds(hung ? 0.0 : std::min(patience_s_, now.spare_s)));
        shared_->changed.wait_until(lock, until, [&] { return !shared_->asked; });
        if (shared_->answer) late_ = std::exchange(shared_->answer, std::nullopt);
        const bool waiting = shared_->asked;
        const Clock::time_point asked_at = shared_->asked_at;
        lock.unlock();
        if (late_ && tells_of_now(*late_)) {
            give(*late_, values);
        } else {
            const bool no_answer = waiting && Clock::now() - asked_at >= Seconds(patience_s_);
            miss(no_answer);
        }
        late_.reset();
        prepared_at_.reset();
    }

    std::string problem() const override { return problem_; }

  private:
    bool tells_of_now(const Answer& answer) const {
        return answer.asked_at >= *prepared_at_ || *prepared_at_ - answer.asked_at <= Seconds(kStillGoodS);
    }

    void give(const Answer& answer, std::span<double> values) {
        std::copy(answer.values.begin(), answer.values.end(), values.begin());
        const bool slow = missed_at_ && Clock::now() - *missed_at_ < Seconds(kSlowForS);
        problem_ = answer.problem.empty() && slow ? slow_words() : answer.problem;
    }

    void miss(bool no_answer) {
        if (!no_answer) missed_at_ = Clock::now();
        problem_ = no_answer ? fmt::format("{}: no answer within {:g} s", devices_.front().name, patience_s_)
                             : slow_words();
    }

    std::string slow_words() const {
        return fmt::format("{}: its driver is slower than the sampling; readings are up to {:g} s late",
                           devices_.front().name, kStillGoodS);
    }

    double patience_s_;
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
    std::optional<Clock::time_point> prepared_at_;
    std::optional<Answer> late_;                  // to an earlier sample's asking, or to this one's
    std::optional<Clock::time_point> missed_at_;  // when a sample last went without
    std::string problem_;
};

}  // namespace

std::unique_ptr<Source> make_patient(std::unique_ptr<Source> source, double patience_s) {
    return std::make_unique<Patient>(std::move(source), patience_s);
}

}  // namespace rle::sensors
