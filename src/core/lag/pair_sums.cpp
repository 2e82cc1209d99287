#include "core/lag/pair_sums.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/lag/shifted_products.hpp"
#include "core/maths/fft.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr std::size_t kMostDirect = 1000;   // shifts
constexpr std::size_t kChunk = 4096;        // samples at a time, so that they stay near the processor
constexpr double kCorrections = 5.0;        // a sample: above it, transforms are quicker
constexpr std::size_t kLeastBlock = 16384;  // of a transform

// A series about its mean, in units of its SD, 0 where a sample is missing; made as it is asked for.
struct Filled {
    explicit Filled(std::span<const double> series) : original(series), moments(mean_and_sd(series)) {}

    std::size_t size() const { return original.size(); }
    bool present(std::size_t t) const { return std::isfinite(original[t]); }
    double value(std::size_t t) const { return present(t) ? (original[t] - moments.mean) / moments.sd : 0.0; }

    std::size_t count_missing() const { return size() - count_present(original); }
    void find_missing() {
        missing.reserve(count_missing());
        for (std::size_t t = 0; t < size(); ++t) {
            if (!present(t)) missing.push_back(t);
        }
    }

    std::span<const double> original;
    MeanAndSd moments;
    std::vector<std::size_t> missing;  // where, once that was asked for
};

// Sums of what the first 0, 1, 2, ... samples hold, and the last.
struct PartSums {
    double n = 0.0, sum = 0.0, square = 0.0;

    void add(const Filled& series, std::size_t t) {
        n += series.present(t) ? 1.0 : 0.0;
        const double value = series.value(t);
        sum += value;
        square += value * value;
    }
};

class Windows {
  public:
    Windows(const Filled& series, std::size_t reach) {
        const std::size_t n = series.size();
        PartSums m;
        for (std::size_t k = 0; k <= reach; m.add(series, k), ++k) head_.push_back(m);
        m = {};
        for (std::size_t k = 0; k <= reach; m.add(series, n - 1 - k), ++k) tail_.push_back(m);
        for (std::size_t begin = 0; begin < n; begin += kChunk) {
            PartSums chunk;
            for (std::size_t t = begin; t < std::min(begin + kChunk, n); ++t) chunk.add(series, t);
            all_.n += chunk.n, all_.sum += chunk.sum, all_.square += chunk.square;
        }
    }

    // Of all samples but the first `head` and the last `tail`.
    PartSums without(std::size_t head, std::size_t tail) const {
        const PartSums &h = head_[head], &t = tail_[tail];
        return {all_.n - h.n - t.n, all_.sum - h.sum - t.sum, all_.square - h.square - t.square};
    }

  private:
    PartSums all_;
    std::vector<PartSums> head_, tail_;
};

// The samples of the response that have a partner at a shift.
struct Overlap {
    std::size_t begin = 0, end = 0;
    std::ptrdiff_t shift = 0;

    Overlap(std::size_t n, std::ptrdiff_t by)
        : begin(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, -by))),
          end(n - static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, by))),
          shift(by) {}

    std::size_t partner(std::size_t t) const {
        return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(t) + shift);
    }
};

class Summing {
  public:
    Summing(std::span<const double> driver, std::span<const double> response, std::size_t reach)
        : x_(driver), y_(response), reach_(reach), sums_(2 * reach + 1) {}

    std::vector<PairSums> run() {
        const std::size_t corrections = (x_.count_missing() + y_.count_missing()) * sums_.size();
        if (static_cast<double>(corrections) > kCorrections * static_cast<double>(x_.size())) {
            transform(true);
            return std::move(sums_);
        }
        x_.find_missing();
        y_.find_missing();
        if (sums_.size() > kMostDirect) {
            transform(false);
        } else {
            add_products();
        }
        add_windows();
        return std::move(sums_);
    }

  private:
    Overlap overlap(std::size_t i) const {
        return {y_.size(), static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(reach_)};
    }

    void add_products() {
        const std::size_t n = y_.size();
        std::vector<double> sums(sums_.size(), 0.0), x(kChunk + sums_.size() - 1), y(kChunk);
        for (std::size_t begin = 0; begin < n; begin += kChunk) {
            const std::size_t count = std::min(kChunk, n - begin);
            for (std::size_t k = 0; k < count + sums.size() - 1; ++k) {
                const std::size_t t = begin + k - reach_;  // before the first sample it is huge
                x[k] = t < n ? x_.value(t) : 0.0;
            }
            for (std::size_t k = 0; k < count; ++k) y[k] = y_.value(begin + k);
            add_shifted_products(x.data(), y.data(), count, sums);
        }
        for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i].xy = sums[i];
    }

    // Everything but the products: what the window holds, less the samples whose partner is missing.
    void add_windows() {
        const Windows x(x_, reach_), y(y_, reach_);
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            const Overlap o = overlap(i);
            const std::size_t n = y_.size();
            const PartSums in_x = x.without(o.partner(o.begin), n - o.partner(o.end)),
                           in_y = y.without(o.begin, n - o.end);
            PairSums& s = sums_[i];
            s = {in_y.n, in_x.sum, in_y.sum, in_x.square, in_y.square, s.xy};
            for (std::size_t u : x_.missing) {
                const std::size_t t = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(u) - o.shift);
                if (t < o.begin || t >= o.end) continue;
                s.n -= y_.present(t) ? 1.0 : 0.0;
                s.y -= y_.value(t);
                s.yy -= y_.value(t) * y_.value(t);
            }
            for (std::size_t t : y_.missing) {
                if (t < o.begin || t >= o.end) continue;
                const double value = x_.value(o.partner(t));
                s.x -= value;
                s.xx -= value * value;
            }
        }
    }

    std::size_t block_size() const { return std::max(kLeastBlock, std::bit_ceil(6 * reach_)); }
    // By Fourier transforms: the products alone, or, from the series, their squares and what is present, all
    // sums.
    void transform(bool all);
    std::vector<Complex> block(std::size_t begin, std::size_t rows, int kind) const;

    Filled x_, y_;
    std::size_t reach_;
    std::vector<PairSums> sums_;
};

double part(const Filled& series, std::size_t t, int kind) {
    const double value = series.value(t);
    return kind == 0 ? value : kind == 1 ? (series.present(t) ? 1.0 : 0.0) : value * value;
}

// Two real transforms in one: `rows` samples of y from `begin` on, and the x that any shift pairs with them.
std::vector<Complex> Summing::block(std::size_t begin, std::size_t rows, int kind) const {
    std::vector<Complex> out(block_size());
    const std::size_t n = y_.size();
    for (std::size_t m = 0; m < rows + 2 * reach_; ++m) {
        if (begin + m < reach_ || begin + m - reach_ >= n) continue;
        out[m].re = part(x_, begin + m - reach_, kind);
    }
    for (std::size_t m = 0; m < rows; ++m) out[m].im = part(y_, begin + m, kind);
    return out;
}

// Spectrum of sum y(m) x(m + k), from the transform of x + i y for x and another for y.
void accumulate(const std::vector<Complex>& with_x, const std::vector<Complex>& with_y,
                std::vector<Complex>& sum) {
    const std::size_t size = sum.size();
    for (std::size_t f = 0; f < size; ++f) {
        const std::size_t mirrored = f == 0 ? 0 : size - f;
        const Complex x = with_x[f] + conjugate(with_x[mirrored]);  // 2 X
        const Complex y = with_y[f] - conjugate(with_y[mirrored]);  // 2 i Y
        const Complex product = x * conjugate(y);
        sum[f] = sum[f] + Complex{-0.25 * product.im, 0.25 * product.re};
    }
}

void Summing::transform(bool all) {
    struct Target {
        int x, y;  // kinds
        double PairSums::*sum;
        std::vector<Complex> spectrum;
    };
    std::vector<Target> targets{{0, 0, &PairSums::xy, {}}};
    if (all) {
        targets.push_back({1, 1, &PairSums::n, {}});
        targets.push_back({0, 1, &PairSums::x, {}});
        targets.push_back({1, 0, &PairSums::y, {}});
        targets.push_back({2, 1, &PairSums::xx, {}});
        targets.push_back({1, 2, &PairSums::yy, {}});
    }
    const std::size_t size = block_size(), rows = size - 2 * reach_;
    Fourier fourier(size);
    for (Target& target : targets) target.spectrum.resize(size);
    for (std::size_t begin = 0; begin < y_.size(); begin += rows) {
        const std::size_t count = std::min(rows, y_.size() - begin);
        std::vector<std::vector<Complex>> kinds;
        for (int kind = 0; kind < (all ? 3 : 1); ++kind) {
            kinds.push_back(block(begin, count, kind));
            fourier.transform(kinds.back());
        }
        for (Target& t : targets)
            accumulate(kinds[static_cast<std::size_t>(t.x)], kinds[static_cast<std::size_t>(t.y)],
                       t.spectrum);
    }
    for (Target& target : targets) {
        for (Complex& c : target.spectrum) c = conjugate(c);  // backwards, but for its length
        fourier.transform(target.spectrum);
        for (std::size_t i = 0; i < sums_.size(); ++i)
            sums_[i].*target.sum = target.spectrum[i].re / static_cast<double>(size);
    }
    if (all) {
        for (PairSums& s : sums_) s.n = std::round(s.n);
    }
}

}  // namespace

std::vector<PairSums> pair_sums(std::span<const double> driver, std::span<const double> response,
                                std::size_t reach) {
    return Summing(driver, response, reach).run();
}

}  // namespace rle
