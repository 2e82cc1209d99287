#include "model.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tiny_lm {
namespace {

constexpr double kNormEpsilon = 1e-6;

// The only products of matrices: Eigen's kernel takes seconds to compile for every kind of operand.
using In = const Eigen::Ref<const Matrix>&;

Matrix times(In a, In b) {
    return a * b;
}
Matrix times_transposed(In a, In b) {  // a b'
    return a * b.transpose();
}
Matrix transposed_times(In a, In b) {  // a' b
    return a.transpose() * b;
}

Eigen::Index parameter_count(const Shape& s) {
    const Eigen::Index v = s.vocabulary, d = s.width, h = s.hidden;
    const Eigen::Index attention = 4 * d * d, mlp = d * h + h + h * d + d;
    return v * d + s.context * d + attention + mlp + d * v + v;
}

// Cuts parameter_count() numbers into layers, in the order of the struct.
template <typename Scalar>
Layers<Scalar> layers_of(const Shape& s, Scalar* data) {
    Scalar* next = data;
    const auto take = [&next](Eigen::Index rows, Eigen::Index columns) {
        Scalar* here = next;
        next += rows * columns;
        return typename Layers<Scalar>::Map(here, rows, columns);
    };
    // Braces fix the order of evaluation.
    return {take(s.vocabulary, s.width), take(s.context, s.width),
            take(s.width, s.width),      take(s.width, s.width),
            take(s.width, s.width),      take(s.width, s.width),
            take(s.width, s.hidden),     take(1, s.hidden),
            take(s.hidden, s.width),     take(1, s.width),
            take(s.width, s.vocabulary), take(1, s.vocabulary)};
}

// What a norm keeps for its way back.
struct Norm {
    Matrix y;      ///< x / rms, a token a row
    Vector scale;  ///< 1 / rms

    explicit Norm(const Matrix& x)
        : scale((x.rowwise().squaredNorm().array() / static_cast<double>(x.cols()) + kNormEpsilon).rsqrt()) {
        y = scale.asDiagonal() * x;
    }
    // dx = (dy - y mean(dy y)) / rms
    Matrix back(const Matrix& dy) const {
        const Vector mean = dy.cwiseProduct(y).rowwise().mean();
        return scale.asDiagonal() * (dy - mean.asDiagonal() * y);
    }
};

// Everything of the forward pass that the backward pass reads; a token a row.
struct Pass {
    Norm before_attention;
    Matrix query, key, value, mixed;  ///< mixed: the heads' outputs side by side
    std::vector<Matrix> weights;      ///< attention of each sequence and head, context x context
    Norm before_mlp;
    Matrix hidden, activated;
    Norm before_logits;
    Matrix probability;  ///< of each next character
    double loss = 0.0;   ///< nats a token
};

// softmax(q k' / sqrt(d)) over the tokens up to the row's own.
Matrix attention_weights(const Matrix& query, const Matrix& key) {
    Matrix weights = times_transposed(query, key) / std::sqrt(static_cast<double>(query.cols()));
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
        auto seen = weights.row(row).head(row + 1).array();
        seen = (seen - seen.maxCoeff()).exp();
        seen /= seen.sum();
        weights.row(row).tail(weights.cols() - row - 1).setZero();
    }
    return weights;
}

// Calls f(index, first row, first column, rows, columns) for the block of every sequence and head.
template <typename F>
void for_each_head(const Shape& shape, int sequences, F f) {
    const int columns = shape.width / shape.heads;
    for (int s = 0; s < sequences; ++s) {
        for (int h = 0; h < shape.heads; ++h) {
            f(static_cast<std::size_t>(s * shape.heads + h), s * shape.context, h * columns, shape.context,
              columns);
        }
    }
}

Matrix embed(const Layers<const double>& w, const Shape& shape, const Batch& batch) {
    Matrix x(static_cast<Eigen::Index>(batch.inputs.size()), shape.width);
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        x.row(i) =
            w.embedding.row(batch.inputs[static_cast<std::size_t>(i)]) + w.position.row(i % shape.context);
    }
    return x;
}

// The probability of each next character, and the mean cross-entropy of the targets.
Matrix predict(const Layers<const double>& w, const Matrix& x, const Batch& batch, double& loss) {
    Matrix logits = times(x, w.logits).rowwise() + w.logits_bias.row(0);
    loss = 0.0;
    for (Eigen::Index i = 0; i < logits.rows(); ++i) {
        const double top = logits.row(i).maxCoeff();
        const double log_sum = top + std::log((logits.row(i).array() - top).exp().sum());
        loss += log_sum - logits(i, batch.targets[static_cast<std::size_t>(i)]);
        logits.row(i) = (logits.row(i).array() - log_sum).exp();
    }
    loss /= static_cast<double>(logits.rows());
    return logits;
}

Pass forward(const Layers<const double>& w, const Shape& shape, const Batch& batch) {
    Matrix x = embed(w, shape, batch);
    Norm first(x);
    const Matrix query = times(first.y, w.query), key = times(first.y, w.key),
                 value = times(first.y, w.value);
    Matrix mixed(x.rows(), x.cols());
    std::vector<Matrix> weights(static_cast<std::size_t>(batch.sequences * shape.heads));
    for_each_head(shape, batch.sequences, [&](std::size_t index, int row, int column, int rows, int columns) {
        weights[index] =
            attention_weights(query.block(row, column, rows, columns), key.block(row, column, rows, columns));
        mixed.block(row, column, rows, columns) =
            times(weights[index], value.block(row, column, rows, columns));
    });
    x += times(mixed, w.output);
    Norm second(x);
    const Matrix hidden = times(second.y, w.up).rowwise() + w.up_bias.row(0);
    const Matrix activated = hidden.array() / (1.0 + (-hidden.array()).exp());
    x += times(activated, w.down).rowwise() + w.down_bias.row(0);
    Norm third(x);
    double loss = 0.0;
    const Matrix probability = predict(w, third.y, batch, loss);
    return {std::move(first),
            query,
            key,
            value,
            std::move(mixed),
            std::move(weights),
            std::move(second),
            hidden,
            activated,
            std::move(third),
            probability,
            loss};
}

// Each of these takes the gradient of the loss by its output, stores those of its parameters, and returns
// that by its input.

Matrix logits_back(const Pass& pass, const Batch& batch, const Layers<const double>& w, Layers<double>& g) {
    Matrix d_logits = pass.probability;
    for (Eigen::Index i = 0; i < d_logits.rows(); ++i)
        d_logits(i, batch.targets[static_cast<std::size_t>(i)]) -= 1.0;
    d_logits /= static_cast<double>(d_logits.rows());
    g.logits = transposed_times(pass.before_logits.y, d_logits);
    g.logits_bias = d_logits.colwise().sum();
    return pass.before_logits.back(times_transposed(d_logits, w.logits));
}

Matrix mlp_back(const Pass& pass, const Matrix& d_out, const Layers<const double>& w, Layers<double>& g) {
    g.down = transposed_times(pass.activated, d_out);
    g.down_bias = d_out.colwise().sum();
    const Eigen::ArrayXXd gate = 1.0 / (1.0 + (-pass.hidden.array()).exp());
    const Eigen::ArrayXXd slope = gate + pass.activated.array() * (1.0 - gate);  // of SiLU
    const Matrix d_hidden = times_transposed(d_out, w.down).array() * slope;
    g.up = transposed_times(pass.before_mlp.y, d_hidden);
    g.up_bias = d_hidden.colwise().sum();
    return pass.before_mlp.back(times_transposed(d_hidden, w.up));
}

Matrix attention_back(const Pass& pass, const Matrix& d_out, const Shape& shape,
                      const Layers<const double>& w, Layers<double>& g) {
    g.output = transposed_times(pass.mixed, d_out);
    const Matrix d_mixed = times_transposed(d_out, w.output);
    Matrix d_query(d_out.rows(), d_out.cols()), d_key(d_out.rows(), d_out.cols()),
        d_value(d_out.rows(), d_out.cols());
    const int sequences = static_cast<int>(d_out.rows()) / shape.context;
    for_each_head(shape, sequences, [&](std::size_t index, int row, int column, int rows, int columns) {
        const auto part = [&](auto& m) { return m.block(row, column, rows, columns); };
        const Matrix& a = pass.weights[index];
        part(d_value) = transposed_times(a, part(d_mixed));
        const Matrix d_a = times_transposed(part(d_mixed), part(pass.value));
        const Vector mean = d_a.cwiseProduct(a).rowwise().sum();
        const Matrix d_score = a.cwiseProduct(d_a.colwise() - mean) / std::sqrt(static_cast<double>(columns));
        part(d_query) = times(d_score, part(pass.key));
        part(d_key) = transposed_times(d_score, part(pass.query));
    });
    const Matrix& x = pass.before_attention.y;
    g.query = transposed_times(x, d_query);
    g.key = transposed_times(x, d_key);
    g.value = transposed_times(x, d_value);
    return pass.before_attention.back(times_transposed(d_query, w.query) + times_transposed(d_key, w.key) +
                                      times_transposed(d_value, w.value));
}

void embed_back(const Matrix& d_x, const Shape& shape, const Batch& batch, Layers<double>& g) {
    for (Eigen::Index i = 0; i < d_x.rows(); ++i) {
        g.embedding.row(batch.inputs[static_cast<std::size_t>(i)]) += d_x.row(i);
        g.position.row(i % shape.context) += d_x.row(i);
    }
}

void draw(Eigen::Ref<Matrix> weights, double bound, Random& random) {
    for (Eigen::Index c = 0; c < weights.cols(); ++c) {
        for (Eigen::Index r = 0; r < weights.rows(); ++r)
            weights(r, c) = bound * (2.0 * random.uniform() - 1.0);
    }
}

}  // namespace

Model::Model(const Shape& shape, Random& random)
    : shape_(shape), parameters_(Vector::Zero(parameter_count(shape))) {
    if (shape.width % shape.heads != 0) throw std::invalid_argument("the width is no multiple of the heads");
    Layers<double> w = layers_of(shape_, parameters_.data());
    const double by_width = std::sqrt(3.0 / shape.width);
    draw(w.embedding, 0.5, random);
    draw(w.position, 0.5, random);
    for (auto* square : {&w.query, &w.key, &w.value, &w.output}) draw(*square, by_width, random);
    draw(w.up, by_width, random);
    draw(w.down, std::sqrt(3.0 / shape.hidden), random);
    draw(w.logits, 0.5 * by_width, random);
}

double Model::loss(const Batch& batch) const {
    return forward(layers_of(shape_, parameters_.data()), shape_, batch).loss;
}

double Model::loss_and_gradient(const Batch& batch, Vector& gradient) const {
    const auto w = layers_of(shape_, parameters_.data());
    const Pass pass = forward(w, shape_, batch);
    gradient = Vector::Zero(parameters_.size());
    Layers<double> g = layers_of(shape_, gradient.data());
    Matrix d_x = logits_back(pass, batch, w, g);
    d_x += mlp_back(pass, d_x, w, g);
    d_x += attention_back(pass, d_x, shape_, w, g);
    embed_back(d_x, shape_, batch, g);
    return pass.loss;
}

}  // namespace tiny_lm
