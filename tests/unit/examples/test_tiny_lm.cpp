// The bundled workload trains for real: its gradients are the loss's, its loss falls, its output depends on
// the seed alone.
#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "trainer.hpp"

using namespace tiny_lm;

namespace {

TrainOptions small_run() {
    TrainOptions options;
    options.shape = {0, 16, 16, 2, 32};
    options.characters = 4000;
    options.batch = 8;
    return options;
}

std::vector<Step> run(const TrainOptions& options, int steps) {
    Trainer trainer(options);
    std::vector<Step> taken;
    for (int i = 0; i < steps; ++i) taken.push_back(trainer.step());
    return taken;
}

double mean_loss(const std::vector<Step>& steps, std::size_t first, std::size_t count) {
    double sum = 0.0;
    for (std::size_t i = first; i < first + count; ++i) sum += steps[i].loss;
    return sum / static_cast<double>(count);
}

// A model, and a batch of it that uses every layer.
struct Example {
    Corpus corpus = tokenize(make_text(2000, 5));
    Random random{11};
    Shape shape{static_cast<int>(corpus.alphabet.size()), 6, 8, 2, 12};
    BatchSource source{corpus, shape.context, 3, random};
    Model model{shape, random};
    Batch batch = source.next();
};

}  // namespace

TEST_CASE("the analytic gradient equals central differences in every parameter", "[tiny_lm]") {
    Example e;
    // Away from the biases' zeros, where a sign would not show.
    for (double& p : e.model.parameters()) p += 0.2 * (e.random.uniform() - 0.5);
    Vector gradient;
    const double loss = e.model.loss_and_gradient(e.batch, gradient);
    CHECK(loss == Approx(e.model.loss(e.batch)).epsilon(1e-14));
    REQUIRE(gradient.size() == e.model.parameters().size());
    constexpr double kStep = 1e-5;
    double worst = 0.0;
    for (Eigen::Index i = 0; i < gradient.size(); ++i) {
        double& p = e.model.parameters()[i];
        const double kept = p;
        p = kept + kStep;
        const double above = e.model.loss(e.batch);
        p = kept - kStep;
        const double below = e.model.loss(e.batch);
        p = kept;
        worst = std::max(worst, std::abs((above - below) / (2.0 * kStep) - gradient[i]));
    }
    CHECK(gradient.cwiseAbs().maxCoeff() > 1e-2);  // else the comparison would say nothing
    CHECK(worst < 1e-8);                           // rounding: 1e-16 / kStep, and kStep^2 of curvature
}

TEST_CASE("no character is predicted from what comes after it", "[tiny_lm]") {
    Example e;
    const auto last = static_cast<std::size_t>(e.shape.context - 1);
    // What the loss gains when the target at `place` turns from 0 to 1: a difference of two logits at that
    // place.
    const auto logit_difference = [&](Batch batch, std::size_t place) {
        batch.targets[place] = 0;
        const double before = e.model.loss(batch);
        batch.targets[place] = 1;
        return e.model.loss(batch) - before;
    };
    Batch changed = e.batch;
    changed.inputs[last] = (changed.inputs[last] + 1) % e.shape.vocabulary;
    for (std::size_t place = 0; place < last; ++place) {
        CHECK(logit_difference(changed, place) == Approx(logit_difference(e.batch, place)).margin(1e-13));
    }
    CHECK(std::abs(logit_difference(changed, last) - logit_difference(e.batch, last)) > 1e-6);
}

TEST_CASE("a new model knows nothing: its loss is near ln(alphabet)", "[tiny_lm]") {
    Example e;
    CHECK(e.model.loss(e.batch) == Approx(std::log(e.shape.vocabulary)).epsilon(0.15));
}

TEST_CASE("the loss falls by a half of ln(alphabet) within 200 steps", "[tiny_lm]") {
    const std::vector<Step> steps = run(small_run(), 200);
    CHECK(mean_loss(steps, 0, 10) > 2.7);
    CHECK(mean_loss(steps, 190, 10) < mean_loss(steps, 0, 10) - 1.0);
    for (const Step& step : steps) {
        REQUIRE(std::isfinite(step.loss));
        REQUIRE(step.grad_norm > 0.0);
        REQUIRE_FALSE(step.perturbed);
    }
}

TEST_CASE("the same seed gives the same run, another seed another", "[tiny_lm]") {
    TrainOptions options = small_run();
    const std::vector<Step> first = run(options, 20), second = run(options, 20);
    options.seed = 2;
    const std::vector<Step> other = run(options, 20);
    for (std::size_t i = 0; i < first.size(); ++i) {
        CHECK(first[i].loss == second[i].loss);
        CHECK(first[i].grad_norm == second[i].grad_norm);
        CHECK(first[i].loss != other[i].loss);
    }
}

TEST_CASE("steps, epochs and the learning rate count as they should", "[tiny_lm]") {
    const TrainOptions options = small_run();
    const std::vector<Step> steps = run(options, 100);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CHECK(steps[i].step == static_cast<std::int64_t>(i) + 1);
        CHECK(steps[i].epoch == Approx(steps[0].epoch * static_cast<double>(i + 1)));
        CHECK(steps[i].learning_rate == scheduled_rate(options, steps[i].step));
    }
    CHECK(scheduled_rate(options, 25) == Approx(options.learning_rate / 2));   // half-way up
    CHECK(scheduled_rate(options, 50) == Approx(options.learning_rate));       // the top
    CHECK(scheduled_rate(options, 200) == Approx(options.learning_rate / 2));  // sqrt(50 / 200)
}

TEST_CASE("spikes are marked, follow the seed, and raise the gradient norm of a trained model", "[tiny_lm]") {
    TrainOptions options = small_run();
    options.seed = 3;
    options.spikes = 0.05;
    const std::vector<Step> steps = run(options, 400);
    double spiked = 0.0, plain = 0.0;
    int n_spiked = 0, n_plain = 0;
    for (std::size_t i = 200; i < steps.size(); ++i) {
        (steps[i].perturbed ? spiked : plain) += steps[i].grad_norm;
        ++(steps[i].perturbed ? n_spiked : n_plain);
    }
    REQUIRE(n_spiked >= 3);
    REQUIRE(n_plain >= 150);
    CHECK(spiked / n_spiked > 1.3 * plain / n_plain);
    REQUIRE_FALSE(steps[0].perturbed);
    options.spikes = 0.0;
    CHECK(run(options, 1)[0].loss == steps[0].loss);  // the weights and the order of the data are the same
}

TEST_CASE("AdamW's first step is the learning rate times the gradient's sign, and its decay", "[tiny_lm]") {
    Vector parameters(2), gradient(2);
    parameters << 1.0, -2.0;
    gradient << 0.5, -0.01;
    AdamW(2).update(parameters, gradient, 0.1);
    CHECK(parameters[0] == Approx(1.0 - 0.1 * (1.0 + 0.01 * 1.0)).epsilon(1e-6));
    CHECK(parameters[1] == Approx(-2.0 + 0.1 * (1.0 + 0.01 * 2.0)).epsilon(1e-5));
}

TEST_CASE("windows cover the corpus once an epoch, each target the next character", "[tiny_lm]") {
    const Corpus corpus = tokenize(make_text(500, 5));
    Random random(3);
    BatchSource source(corpus, 10, 1, random);
    const std::size_t windows = (corpus.tokens.size() - 1) / 10;
    std::vector<std::vector<int>> seen;
    for (std::size_t i = 0; i < windows; ++i) {
        const Batch batch = source.next();
        for (std::size_t k = 0; k + 1 < 10; ++k) CHECK(batch.targets[k] == batch.inputs[k + 1]);
        seen.push_back(batch.inputs);
    }
    CHECK(source.epoch() == 1.0);
    std::vector<std::vector<int>> expected;
    for (std::size_t i = 0; i < windows; ++i) {
        const auto first = corpus.tokens.begin() + static_cast<std::ptrdiff_t>(10 * i);
        expected.emplace_back(first, first + 10);
    }
    std::sort(seen.begin(), seen.end());
    std::sort(expected.begin(), expected.end());
    CHECK(seen == expected);
}
