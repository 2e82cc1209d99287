#include "core/lag/permutation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <future>
#include <numeric>
#include <thread>

#include "core/lag/lag_kernel.hpp"
#include "core/lag/normal_law.hpp"
#include "core/maths/in_parallel.hpp"
#include "core/maths/random.hpp"

namespace rle {
namespace {

constexpr std::size_t kLeastBlock = 15;  // samples
constexpr double kBlockOfLags = 2.4;     // blocks are at least this many times as long as the lags searched
constexpr double kMostWork = 1e6;        // products a draw, beyond which the normal law is used
constexpr double kWorkOfThread = 8e6;    // products that are worth a thread of their own
constexpr unsigned kMostThreads = 8;
constexpr std::size_t kRowsAtOnce = LagKernel::kRoomBehind;  // of a reading that are put in its place

// Shuffles stretches of a series. A word of random bits gives three picks: the high half of its product with
// n is a number below n, the low half a word again, of log2(n) bits fewer (Brackett-Rozinsky & Lemire,
// "Batched ranged random integer generation", Softw. Pract. Exp. 2024). No pick's probability is off by more
// than 2^-32.
class Shuffler {
  public:
    explicit Shuffler(Random random) : random_(random) {}

    double uniform() { return random_.uniform(); }

    template <class T>
    void shuffle(std::span<T> values) {
        std::size_t left = values.size();
        for (; left > 3 && values.size() <= kThreeAtOnce; left -= 3) {
            std::uint64_t word = random_.bits();
            std::swap(values[left - 1], values[take_below(left, word)]);
            std::swap(values[left - 2], values[take_below(left - 1, word)]);
            std::swap(values[left - 3], values[take_below(left - 2, word)]);
        }
        const std::size_t picks = values.size() <= kThreeAtOnce ? 3 : 1;
        while (left > 1) {
            std::uint64_t word = random_.bits();
            for (std::size_t pick = 0; pick < picks && left > 1; ++pick, --left)
                std::swap(values[left - 1], values[take_below(left, word)]);
        }
    }

  private:
    __extension__ typedef unsigned __int128 Wide;
    static constexpr std::size_t kThreeAtOnce = 1024;  // three of up to so many: 2^30 of 2^64

    static std::size_t take_below(std::size_t n, std::uint64_t& word) {
        const Wide product = Wide{word} * n;
        word = static_cast<std::uint64_t>(product);
        return static_cast<std::size_t>(product >> 64U);
    }

    Random random_;
};

// What is exchanged: the driver's residuals, or those of each of its readings together. A reading that is
// held for several rows may take the place of one that is held for more or fewer: then its last row stands
// for the rest, or is left out.
class Permuter {
  public:
    Permuter(std::span<const double> driver, std::span<const double> response, std::span<const LagPoint> ccf,
             std::span<const std::size_t> readings)
        : kernel_(zeros_where_missing(response), weights(ccf)), readings_(readings.begin(), readings.end()) {
        for (std::size_t t = 0; t < driver.size(); ++t) {
            if (!std::isfinite(driver[t])) continue;
            at_.push_back(t);
            values_.push_back(driver[t]);
        }
        block_ = block_for(ccf.size());
        if (!readings.empty()) take_readings(driver);
    }

    // max over the lags of |sum x(t + l) y(t)| / sqrt(pairs)
    double observed() const {
        LagKernel::Driver driver(kernel_);
        return greatest(values_, driver);
    }

    // The same of the draws first, first + 1, ...; each has random numbers of its own, so that it does not
    // matter who makes it.
    void draw(std::uint64_t seed, std::size_t first, std::span<double> drawn) const {
        if (!readings_.empty()) return draw_readings(seed, first, drawn);
        LagKernel::Driver driver(kernel_);
        std::vector<double> apart(in_a_row() ? 0 : values_.size());
        const std::span<double> values =
            in_a_row() && !at_.empty() ? driver.samples(at_.front(), at_.size()) : std::span(apart);
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            Shuffler shuffler(Random(seed, first + i));
            std::copy(values_.begin(), values_.end(), values.begin());
            shuffle_blocks(values, shuffler);
            drawn[i] = in_a_row() ? kernel_.greatest(driver) : greatest(values, driver);
        }
    }

  private:
    static std::vector<double> zeros_where_missing(std::span<const double> series) {
        std::vector<double> out(series.begin(), series.end());
        for (double& x : out) x = std::isfinite(x) ? x : 0.0;
        return out;
    }
    static std::vector<double> weights(std::span<const LagPoint> ccf) {
        std::vector<double> out;
        for (const LagPoint& point : ccf)
            out.push_back(point.n > 0 ? 1.0 / std::sqrt(static_cast<double>(point.n)) : 0.0);
        return out;
    }

    void take_readings(std::span<const double> driver) {
        if (!at_.empty()) block_ = std::max(kLeastBlock, block_ * readings_.size() / at_.size());
        held_ = zeros_where_missing(driver);
        for (std::size_t t = readings_.front(); t < driver.size(); ++t) {
            if (!std::isfinite(driver[t])) missing_.push_back(t);
        }
        readings_.push_back(driver.size());
        for (std::size_t r = 0; r + 1 < readings_.size(); ++r) {
            for (std::size_t j = 0; j < kRowsAtOnce; ++j) heads_.push_back(held_[row_of(r, j)]);
        }
    }

    // Of a reading's rows; behind the last of them, this.
    std::size_t row_of(std::size_t reading, std::size_t j) const {
        return std::min(readings_[reading] + j, readings_[reading + 1] - 1);
    }

    void draw_readings(std::uint64_t seed, std::size_t first, std::span<double> drawn) const {
        LagKernel::Driver driver(kernel_);
        const std::span<double> rows = driver.samples(0, readings_.back() + kRowsAtOnce);
        std::vector<std::size_t> as_read(readings_.size() - 1), order = as_read;
        std::iota(as_read.begin(), as_read.end(), std::size_t{0});
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            Shuffler shuffler(Random(seed, first + i));
            std::copy(as_read.begin(), as_read.end(), order.begin());
            shuffle_blocks(std::span(order), shuffler);
            put_readings(order, rows);
            drawn[i] = kernel_.greatest(driver);
        }
    }

    // Some rows of each at once: those that are too many are the next one's, or zero again.
    void put_readings(std::span<const std::size_t> order, std::span<double> rows) const {
        for (std::size_t place = 0; place < order.size(); ++place) {
            const std::size_t begin = readings_[place], length = readings_[place + 1] - begin;
            std::memcpy(&rows[begin], &heads_[order[place] * kRowsAtOnce], kRowsAtOnce * sizeof(double));
            for (std::size_t j = kRowsAtOnce; j < length; ++j)
                rows[begin + j] = held_[row_of(order[place], j)];
        }
        std::fill(rows.end() - kRowsAtOnce, rows.end(), 0.0);
        for (std::size_t t : missing_) rows[t] = 0.0;
    }

    // The blocks' edges lie anew at each draw.
    template <class T>
    void shuffle_blocks(std::span<T> values, Shuffler& shuffler) const {
        const std::size_t blocks = std::max<std::size_t>(1, values.size() / block_);
        const double length = static_cast<double>(values.size()) / static_cast<double>(blocks);
        double edge = blocks > 1 ? shuffler.uniform() * length : static_cast<double>(values.size());
        for (std::size_t begin = 0; begin < values.size(); edge += length) {
            const std::size_t end = std::min(values.size(), static_cast<std::size_t>(edge));
            shuffler.shuffle(values.subspan(begin, end - begin));
            begin = end;
        }
    }

    // No sample is missing between the first and the last: they are shuffled where they stand.
    bool in_a_row() const { return at_.empty() || at_.back() - at_.front() + 1 == at_.size(); }

    double greatest(std::span<const double> values, LagKernel::Driver& driver) const {
        for (std::size_t i = 0; i < at_.size(); ++i) driver[at_[i]] = values[i];
        return kernel_.greatest(driver);
    }

    LagKernel kernel_;
    std::vector<double> values_;         // of the driver, those that are there
    std::vector<std::size_t> at_;        // and where they stand
    std::vector<std::size_t> readings_;  // rows at which a held driver takes a new one, and the end
    std::vector<double> held_;           // a held driver, with zeros where it has none
    std::vector<double> heads_;          // the first kRowsAtOnce rows of each reading
    std::vector<std::size_t> missing_;   // where a held driver has none, from the first reading on
    std::size_t block_ = kLeastBlock;    // of samples, or readings
};

// Draws, over as many threads as are worth their start; the numbers do not depend on how many.
class Draws {
  public:
    Draws(const Permuter& permuter, std::uint64_t seed, double work, std::size_t threads)
        : permuter_(permuter), seed_(seed), work_(work), threads_(threads) {
        if (threads_ == 0)
            threads_ = std::min(kMostThreads, std::max(1U, std::thread::hardware_concurrency()));
    }

    std::vector<double> make(std::size_t first, std::size_t count) const {
        std::vector<double> drawn(count);
        const double worth = work_ * static_cast<double>(count) / kWorkOfThread;
        const std::size_t parts = std::clamp<std::size_t>(static_cast<std::size_t>(worth), 1, threads_);
        const auto draw_part = [&](std::size_t part) {
            const std::size_t begin = count * part / parts, end = count * (part + 1) / parts;
            permuter_.draw(seed_, first + begin, std::span(drawn).subspan(begin, end - begin));
        };
        std::vector<std::future<void>> others;
        for (std::size_t part = 1; part < parts; ++part)
            others.push_back(std::async(kThreadIfAny, draw_part, part));
        draw_part(0);
        for (std::future<void>& other : others) other.get();
        return drawn;
    }

  private:
    const Permuter& permuter_;
    std::uint64_t seed_;
    double work_;  // products a draw
    std::size_t threads_;
};

}  // namespace

bool can_permute(std::size_t samples, std::size_t lags) {
    return static_cast<double>(samples) * static_cast<double>(lags) <= kMostWork;
}

std::size_t block_for(std::size_t lags) {
    return std::max(kLeastBlock, static_cast<std::size_t>(kBlockOfLags * static_cast<double>(lags)));
}

FamilyWise family_wise(std::span<const double> driver, std::span<const double> response,
                       std::span<const LagPoint> ccf, double alpha, unsigned long long seed,
                       const Exchange& how) {
    if (!can_permute(driver.size(), ccf.size()))
        return by_normal_law(driver, response, ccf, alpha, seed, how.inflation);

    const double products = static_cast<double>(driver.size()) * static_cast<double>(ccf.size());
    const Permuter permuter(driver, response, ccf, how.readings);
    const Draws draws(permuter, seed, products, how.threads);
    const double observed = permuter.observed();
    FamilyWise result =
        judge_by_draws(observed / std::sqrt(how.inflation), products, alpha,
                       [&](std::size_t first, std::size_t count) { return draws.make(first, count); });
    result.band *= std::sqrt(how.inflation);
    result.observed = observed;
    return result;
}

}  // namespace rle
