// One transformer block over characters, with its analytic gradient.
//
//   x = embedding[token] + position        x += attention(norm(x))        x += mlp(norm(x))        logits =
//   norm(x) U + u
//
// norm is RMSNorm without a gain (Zhang & Sennrich 2019), attention is causal and multi-headed (Vaswani et
// al. 2017), the mlp has one hidden layer of SiLU. All parameters lie in one vector, so that an optimizer, a
// gradient norm or a finite difference need not know the layers. The gradient is that of the mean
// cross-entropy a token (nats).
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "corpus.hpp"

namespace tiny_lm {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

/// Sizes; `width` is a multiple of `heads`.
struct Shape {
    int vocabulary = 0;
    int context = 64;
    int width = 96;
    int heads = 4;
    int hidden = 384;
};

/// The layers as views into a vector of parameters, or of their gradients.
template <typename Scalar>
struct Layers {
    using Map = Eigen::Map<std::conditional_t<std::is_const_v<Scalar>, const Matrix, Matrix>>;
    Map embedding, position;           ///< vocabulary x width, context x width
    Map query, key, value, output;     ///< width x width
    Map up, up_bias, down, down_bias;  ///< width x hidden, 1 x hidden, hidden x width, 1 x width
    Map logits, logits_bias;           ///< width x vocabulary, 1 x vocabulary
};

class Model {
  public:
    /// Weights drawn uniformly, scaled by their fan-in; biases 0.
    Model(const Shape& shape, Random& random);

    /// Mean cross-entropy of the next character, nats.
    double loss(const Batch& batch) const;
    /// The same, and its gradient with respect to parameters().
    double loss_and_gradient(const Batch& batch, Vector& gradient) const;

    const Vector& parameters() const { return parameters_; }
    Vector& parameters() { return parameters_; }

  private:
    Shape shape_;
    Vector parameters_;
};

}  // namespace tiny_lm
