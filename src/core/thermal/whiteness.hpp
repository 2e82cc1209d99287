// Are errors independent of each other? Told from sums that are made as the errors come.
#pragma once

#include <array>
#include <cstddef>

namespace rle::thermal {

class Whiteness {
  public:
    void add(double error);

    /// At a lag of up to kLags; 0 where all errors are.
    double autocorrelation(std::size_t lag) const;
    /// P-value of Ljung & Box (1978), over ten lags, or a fifth of the errors where those are fewer.
    double p_value() const;

    static constexpr std::size_t kLags = 10;

  private:
    std::size_t n_ = 0;
    double square_ = 0.0;
    std::array<double, kLags> products_{};  // with the error `lag` before; the first is for lag 1
    std::array<double, kLags> last_{};      // the error before the next one in front
};

}  // namespace rle::thermal
