#include "trainer.hpp"

#include <algorithm>
#include <cmath>

namespace tiny_lm {
namespace {

constexpr std::uint64_t kCorpusSeed = 20;  // the text is the same whatever the seed of the run
constexpr double kBetaMean = 0.9;
constexpr double kBetaSquare = 0.99;
constexpr double kEpsilon = 1e-8;
constexpr double kWeightDecay = 0.01;

Shape with_vocabulary(Shape shape, const Corpus& corpus) {
    shape.vocabulary = static_cast<int>(corpus.alphabet.size());
    return shape;
}

}  // namespace

double scheduled_rate(const TrainOptions& options, std::int64_t step) {
    const double now = static_cast<double>(step);
    const double warmup = std::max(1, options.warmup_steps);
    return options.learning_rate * std::min(now / warmup, std::sqrt(warmup / now));
}

void AdamW::update(Vector& parameters, const Vector& gradient, double learning_rate) {
    mean_ += (1.0 - kBetaMean) * (gradient - mean_);
    square_ += (1.0 - kBetaSquare) * (gradient.cwiseAbs2() - square_);
    mean_power_ *= kBetaMean;
    square_power_ *= kBetaSquare;
    const auto mean = mean_.array() / (1.0 - mean_power_);
    const auto square = square_.array() / (1.0 - square_power_);
    parameters.array() -=
        learning_rate * (mean / (square.sqrt() + kEpsilon) + kWeightDecay * parameters.array());
}

Trainer::Trainer(const TrainOptions& options)
    : options_(options),
      corpus_(tokenize(make_text(options.characters, kCorpusSeed))),
      weights_random_(options.seed),
      order_random_(options.seed + 0x9e3779b97f4a7c15ULL),
      spike_random_(options.seed + 0x3c6ef372fe94f82aULL),
      source_(corpus_, options.shape.context, options.batch, order_random_),
      model_(with_vocabulary(options.shape, corpus_), weights_random_),
      optimizer_(model_.parameters().size()) {}

Step Trainer::step() {
    Batch batch = source_.next();
    Step done;
    done.step = ++steps_;
    done.epoch = source_.epoch();
    done.learning_rate = scheduled_rate(options_, steps_);
    done.perturbed = spike_random_.uniform() < options_.spikes;
    if (done.perturbed) {
        const int letters = static_cast<int>(corpus_.alphabet.size());
        for (int& target : batch.targets) target = spike_random_.below(letters);
    }
    Vector gradient;
    done.loss = model_.loss_and_gradient(batch, gradient);
    done.grad_norm = gradient.norm();
    if (done.grad_norm > options_.clip_norm) gradient *= options_.clip_norm / done.grad_norm;
    optimizer_.update(model_.parameters(), gradient, done.learning_rate);
    return done;
}

}  // namespace tiny_lm
