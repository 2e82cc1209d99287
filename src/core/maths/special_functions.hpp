// Tail probabilities of the distributions that the tests refer to.
#pragma once

namespace rle {

/// What a standard normal number stays below with a probability of 97.5 %.
inline constexpr double kNormal975 = 1.959963984540054;

/// Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1; relative error about 1e-13.
/// Continued fraction DLMF 8.17.22, evaluated by Lentz's method.
double incomplete_beta(double a, double b, double x);

/// P(F >= f) of the F distribution with df1 and df2 degrees of freedom.
double f_upper_tail(double f, double df1, double df2);

/// P(|T| >= |t|) of Student's distribution.
double t_two_sided(double t, double df);

/// The t with P(|T| >= t) = alpha.
double t_critical(double alpha, double df);

}  // namespace rle
