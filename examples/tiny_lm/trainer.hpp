// Training as a language model is trained: shuffled batches, AdamW, warm-up and decay, clipping at a global
// norm.
#pragma once

#include <cstdint>

#include "model.hpp"

namespace tiny_lm {

struct TrainOptions {
    Shape shape;                     ///< its vocabulary is the corpus's, whatever stands there
    std::size_t characters = 60000;  ///< length of the corpus
    int batch = 16;                  ///< sequences a step
    std::uint64_t seed = 1;          ///< of the weights, the order of the data and the spikes
    double learning_rate = 3e-3;     ///< at its height, after the warm-up
    int warmup_steps = 50;
    double clip_norm = 1.0;
    double spikes = 0.0;  ///< probability that a step's labels are noise
};

/// Linear warm-up, then the inverse square root of the step, which needs no length of run (Vaswani et al.
/// 2017).
double scheduled_rate(const TrainOptions& options, std::int64_t step);

/// What is printed of a step.
struct Step {
    std::int64_t step = 0;       ///< 1, 2, ...
    double epoch = 0.0;          ///< passes through the corpus, this step's batch included
    double loss = 0.0;           ///< mean cross-entropy of a character before the update, nats
    double grad_norm = 0.0;      ///< Euclidean norm of the whole gradient, before clipping
    double learning_rate = 0.0;  ///< of this update
    bool perturbed = false;      ///< the labels were noise
};

/// AdamW (Loshchilov & Hutter 2019): Adam with weight decay apart from the gradient.
class AdamW {
  public:
    explicit AdamW(Eigen::Index size) : mean_(Vector::Zero(size)), square_(Vector::Zero(size)) {}
    void update(Vector& parameters, const Vector& gradient, double learning_rate);

  private:
    Vector mean_, square_;
    double mean_power_ = 1.0, square_power_ = 1.0;  ///< beta to the power of the updates so far
};

class Trainer {
  public:
    explicit Trainer(const TrainOptions& options);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Takes one optimizer step.
    Step step();

  private:
    TrainOptions options_;
    Corpus corpus_;
    Random weights_random_, order_random_,
        spike_random_;  // apart, so that spikes change neither weights nor order
    BatchSource source_;
    Model model_;
    AdamW optimizer_;
    std::int64_t steps_ = 0;
};

}  // namespace tiny_lm
