#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/calibrate/lag_families_beyond.hpp"

namespace rle::simulate {
namespace {

// The first sample of each epoch but the first, which the session enters at any place; lengths differ by up
// to a tenth.
std::vector<std::size_t> epoch_ends(Random& random, std::size_t n, double length) {
    std::vector<std::size_t> ends;
    double at = length * random.uniform();
    for (; at < static_cast<double>(n); at += length * random.uniform(0.9, 1.1))
        ends.push_back(static_cast<std::size_t>(at));
    return ends;
}

Series epochs(const std::vector<std::size_t>& ends, std::size_t n) {
    Series epoch(n);
    for (const std::size_t end : ends) {
        for (std::size_t i = end; i < n; ++i) epoch[i] += 1.0;
    }
    return epoch;
}

// One to four samples that are lower by four to nine, from `later` samples behind each end on.
void add_dips(Random& random, const std::vector<std::size_t>& ends, std::size_t later, double unit,
              Series& series) {
    const std::size_t width = 1 + random.below(4);
    const double depth = unit * random.uniform(4.0, 9.0);
    for (const std::size_t end : ends) {
        const double own = depth * random.uniform(0.7, 1.3);
        const std::size_t begin = end + later;
        for (std::size_t i = begin; i < std::min(begin + width, series.size()); ++i) series[i] -= own;
    }
}

// At each end a leap by four to nine, of which `kept` is left a sample later, and so on.
void add_leaps(Random& random, const std::vector<std::size_t>& ends, double kept, Series& series) {
    const double height = random.uniform(4.0, 9.0);
    double now = 0.0;
    for (std::size_t i = 0, next = 0; i < series.size(); ++i) {
        now *= kept;
        if (next < ends.size() && i == ends[next]) {
            now = height * random.uniform(0.7, 1.3);
            ++next;
        }
        series[i] += now;
    }
}

// The norm leaps at each epoch's end, RLE dips there or, `apart`, at any one place of the epoch.
template <int count, int kept_percent, bool apart, bool told>
Pair both_by_epochs(Random& random, std::size_t n) {
    const double length = static_cast<double>(n) / count;
    const std::vector<std::size_t> ends = epoch_ends(random, n, length);
    Pair pair{white(random, n), ar1(random, n, 0.7), {}, {}};
    add_leaps(random, ends, kept_percent / 100.0, pair.driver);
    const auto later = static_cast<std::size_t>(apart ? random.uniform() * 0.9 * length : 0.0);
    add_dips(random, ends, later, 1.0, pair.response);
    if (told) pair.epoch = epochs(ends, n);
    return pair;
}

// The norm acts on RLE, and RLE dips at each epoch's end; the norm leaps there, too, where it `leaps`.
template <int count, bool leaps>
Pair coupled_beside_epochs(Random& random, std::size_t n) {
    const std::vector<std::size_t> ends = epoch_ends(random, n, static_cast<double>(n) / count);
    Pair pair{white(random, n), {}, {}, epochs(ends, n)};
    if (leaps) add_leaps(random, ends, 0.0, pair.driver);
    const Coupling coupling{.k_per_s = 0.1, .delay_samples = 2, .process_noise = 0.08};
    pair.response = coupled_response(random, pair.driver, 1.0, coupling);
    add_dips(random, ends, 0, coupling.process_noise, pair.response);
    pair.truth.coupled = true;
    pair.truth.lag_s = -coupling.delay_samples;
    pair.truth.k_per_s = coupling.k_per_s;
    pair.truth.tau_s = coupling.tau_s;
    return pair;
}

constexpr FamilyKind kNull = FamilyKind::null, kCoupled = FamilyKind::coupled, kShown = FamilyKind::shown;

constexpr LagFamily kFamilies[] = {
    {"null_epochs",
     "norm leaps, RLE dips as 8 epochs end",
     kNull,
     180,
     {},
     both_by_epochs<8, 0, false, true>},
    {"null_epochs_short", "the same of 4 epochs", kNull, 90, {}, both_by_epochs<4, 0, false, true>},
    {"null_epochs_apart",
     "the same of 8, RLE at any place of the epoch",
     kNull,
     180,
     {},
     both_by_epochs<8, 0, true, true>},
    {"null_epochs_decay",
     "norm leaps and decays, RLE dips, 20 epochs",
     kNull,
     600,
     {},
     both_by_epochs<20, 80, false, true>},
    {"epochs_in_rle", "k 0.1, RLE dips as 8 epochs end", kCoupled, 180, {}, coupled_beside_epochs<8, false>},
    {"epochs_in_both", "k 0.1, the norm leaps there, too", kCoupled, 180, {}, coupled_beside_epochs<8, true>},
    {"epochs_untold",
     "as null_epochs, the log has no epochs",
     kShown,
     180,
     {},
     both_by_epochs<8, 0, false, false>},
};

}  // namespace

std::vector<LagFamily> epoch_families(FamilyKind kind) {
    std::vector<LagFamily> families;
    std::copy_if(std::begin(kFamilies), std::end(kFamilies), std::back_inserter(families),
                 [kind](const LagFamily& f) { return f.kind == kind; });
    return families;
}

}  // namespace rle::simulate
