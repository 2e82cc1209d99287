#include "cli/record_process.hpp"

#include <signal.h>
#include <unistd.h>

#include "cli/record_workloads.hpp"
#include "sensors/ticker.hpp"

namespace rle::cli {
namespace {

constexpr std::int64_t kGraceNs = 5'000'000'000;  // for the training to end before it is killed

std::vector<std::string> training_command(const CollectOptions& options) {
    if (options.model.empty()) return options.process;
    std::vector<std::string> command = workload_command(options.model, options.duration_s, options.seed);
    command.insert(command.end(), options.process.begin(), options.process.end());
    return command;
}

}  // namespace

RecordedTraining::RecordedTraining(const CollectOptions& options, Screen& screen, LiveLine& line)
    : screen_(screen), line_(line), parser_(options.grad_key, options.grad_pattern), show_(!options.quiet) {
    told_.model = options.model;
    told_.command = training_command(options);
    if (!told_.command.empty()) find_program(told_.command.front());
    if (!options.train_log.empty()) log_.emplace(options.train_log);
    if (!options.pid) return;
    followed_.emplace(*options.pid);
    told_.command = followed_->command();
}

void RecordedTraining::open(const std::filesystem::path& folder) {
    const bool prints = !told_.command.empty() && !followed_;
    if (prints || log_) record_.emplace(folder, std::move(parser_));
    if (log_) record_->learn(log_->beginning());
}

void RecordedTraining::start() {
    if (told_.command.empty() || followed_ || child_) return;
    child_.emplace(told_.command);
    started_ = true;
}

void RecordedTraining::take_output(const Moment& now) {
    std::string bytes;
    child_->read_output(bytes);
    take(bytes, now);
}

// With --train-log the steps come from the log; what is printed is kept and shown all the same.
void RecordedTraining::take(const std::string& bytes, const Moment& now) {
    record_->keep(bytes);
    if (!log_) record_->parse(bytes, now.wall_us, now.t_s);
    show(bytes);
}

void RecordedTraining::read_log(const Moment& now) {
    if (!log_) return;
    std::string bytes;
    do {
        bytes.clear();
        if (log_->read_new(bytes)) record_->drop_begun_line();
        record_->parse(bytes, now.wall_us, now.t_s);
    } while (!bytes.empty());
}

void RecordedTraining::show(std::string_view bytes) {
    if (!show_ || bytes.empty()) return;
    line_.clear();
    screen_.show(STDOUT_FILENO, bytes);
}

bool RecordedTraining::just_ended(const Moment& now) {
    if (!runs()) return false;
    if (kill_at_ns_ && sensors::monotonic_ns() >= *kill_at_ns_) {
        child_->send(SIGKILL);
        kill_at_ns_ = sensors::monotonic_ns() + kGraceNs;
    }
    if (!child_->ended()) return false;
    gone_ = true;
    kill_at_ns_.reset();
    std::string rest;
    for (std::size_t before = 0; child_->output_fd() >= 0; before = rest.size()) {
        if (!child_->read_output(rest) || rest.size() == before) break;
    }
    take(rest, now);
    if (!log_) record_->finish(now.wall_us, now.t_s);
    told_.exit_status = child_->exit_status();
    told_.signal = child_->ended_by_signal();
    child_->send(SIGTERM);  // to what it left behind
    return true;
}

void RecordedTraining::stop(int signal) {
    told_.stopped_by_us = true;
    child_->send(signal);
    if (!kill_at_ns_) kill_at_ns_ = sensors::monotonic_ns() + kGraceNs;
}

void RecordedTraining::sync() {
    if (record_) record_->sync();
}

}  // namespace rle::cli
