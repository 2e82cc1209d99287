// The dense kernels that are long to compile, each instantiated once, in linear_algebra.cpp: products of
// matrices, decompositions, eigenvalues. Elsewhere Eigen is used for storage, views and what goes coefficient
// by coefficient. Golub & Van Loan, "Matrix Computations", 4th ed., sections 5.4 (QR with column pivoting)
// and 8.5 (Jacobi).
#pragma once

#include <Eigen/Core>

namespace rle {

using MatrixIn = const Eigen::Ref<const Eigen::MatrixXd>&;  ///< any matrix, or a block of one
using VectorIn = const Eigen::Ref<const Eigen::VectorXd>&;

Eigen::MatrixXd product(MatrixIn a, MatrixIn b);                ///< a b
Eigen::MatrixXd cross_products(MatrixIn a, MatrixIn b);         ///< a' b
void add_cross_products(Eigen::MatrixXd& sums, MatrixIn rows);  ///< sums += rows' rows

/// The regression of y on the columns of x, by QR with column pivoting.
struct LeastSquares {
    Eigen::VectorXd beta;
    double rss = 0.0;
    Eigen::Index rank = 0;  ///< below x.cols(): the columns are not independent
};
LeastSquares least_squares(MatrixIn x, VectorIn y);

/// What the columns of x leave of each column of y.
Eigen::MatrixXd residuals(MatrixIn x, MatrixIn y);

/// The x of a x = b, a symmetric and positive (semi)definite, by LDL' with pivoting.
Eigen::MatrixXd solve_definite(MatrixIn a, MatrixIn b);
Eigen::MatrixXd inverse_definite(MatrixIn a);

struct SymmetricEigen {
    Eigen::VectorXd values;   ///< in no order
    Eigen::MatrixXd vectors;  ///< a column each
    /// vectors diag(other) vectors'
    Eigen::MatrixXd with_values(VectorIn other) const;
};
/// Of a small symmetric matrix, by Jacobi's rotations.
SymmetricEigen symmetric_eigen(MatrixIn a);

}  // namespace rle
