#include "core/maths/linear_algebra.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <cmath>

namespace rle {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Decomposition = Eigen::ColPivHouseholderQR<MatrixXd>;

constexpr int kMostSweeps = 60;

// Turns rows and columns p and q of `a`, so that a(p, q) becomes 0, and the columns of `vectors` with them.
void rotate(MatrixXd& a, MatrixXd& vectors, Index p, Index q) {
    const double theta = (a(q, q) - a(p, p)) / (2.0 * a(p, q));
    const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
    const double c = 1.0 / std::hypot(t, 1.0), s = t * c;
    const auto turn = [c, s](double& x, double& y) {
        const double before = x;
        x = c * before - s * y;
        y = s * before + c * y;
    };
    for (Index k = 0; k < a.rows(); ++k) turn(a(k, p), a(k, q));
    for (Index k = 0; k < a.rows(); ++k) turn(a(p, k), a(q, k));
    for (Index k = 0; k < a.rows(); ++k) turn(vectors(k, p), vectors(k, q));
    a(p, q) = a(q, p) = 0.0;  // but for rounding it is
}

}  // namespace

MatrixXd product(MatrixIn a, MatrixIn b) {
    MatrixXd out(a.rows(), b.cols());
    out.noalias() = a * b;
    return out;
}

MatrixXd cross_products(MatrixIn a, MatrixIn b) {
    MatrixXd out(a.cols(), b.cols());
    out.noalias() = a.transpose() * b;
    return out;
}

void add_cross_products(MatrixXd& sums, MatrixIn rows) {
    sums.noalias() += rows.transpose() * rows;
}

LeastSquares least_squares(MatrixIn x, VectorIn y) {
    const Decomposition qr(x);
    LeastSquares fit;
    fit.rank = qr.rank();
    fit.beta = qr.solve(MatrixXd(y));
    fit.rss = (y - product(x, fit.beta)).squaredNorm();
    return fit;
}

MatrixXd residuals(MatrixIn x, MatrixIn y) {
    const MatrixXd q = Decomposition(x).householderQ() * MatrixXd::Identity(x.rows(), x.cols());
    return y - product(q, cross_products(q, y));
}

MatrixXd solve_definite(MatrixIn a, MatrixIn b) {
    return Eigen::LDLT<MatrixXd>(a).solve(MatrixXd(b));
}

MatrixXd inverse_definite(MatrixIn a) {
    return solve_definite(a, MatrixXd::Identity(a.rows(), a.cols()));
}

MatrixXd SymmetricEigen::with_values(VectorIn other) const {
    return product(vectors * other.asDiagonal(), vectors.transpose());
}

SymmetricEigen symmetric_eigen(MatrixIn of) {
    MatrixXd a = of, vectors = MatrixXd::Identity(of.rows(), of.cols());
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
        bool diagonal = true;
        for (Index p = 0; p < a.rows(); ++p) {
            for (Index q = p + 1; q < a.rows(); ++q) {
                if (std::abs(a(p, q)) <= 1e-16 * std::sqrt(std::abs(a(p, p) * a(q, q)))) continue;
                diagonal = false;
                rotate(a, vectors, p, q);
            }
        }
        if (diagonal) break;
    }
    return {a.diagonal(), vectors};
}

}  // namespace rle
