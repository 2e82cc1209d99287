#include "core/align/microsecond_counts.hpp"

#include <algorithm>
#include <limits>

namespace rle {

void MicrosecondCounts::add(double seconds) {
    add_us(nearest_us(seconds));
}

void MicrosecondCounts::add_us(std::int64_t us) {
    ++size_;
    loose_.push_back(us);
    if (!scattered_ && loose_.size() == (pages_.empty() ? kFew : kAtOnce)) count_loose();
}

// Many at a time: a page that is far away is waited for once while others are on their way.
void MicrosecondCounts::count_loose() const {
    for (const std::int64_t us : loose_) count(us);
    loose_.clear();
    if (pages_.size() > kMostPages) loosen();
}

void MicrosecondCounts::settle() const {
    if (!pages_.empty() && !loose_.empty()) count_loose();
}

bool MicrosecondCounts::crowded() const {
    settle();
    return !scattered_;
}

void MicrosecondCounts::count(std::int64_t us) const {
    const std::int64_t number = us >= 0 ? us / kPage : -1 - (-1 - us) / kPage;
    Found& found = found_[static_cast<std::uint64_t>(number) % found_.size()];
    if (found.page == nullptr || number != found.number) {
        std::unique_ptr<Page>& page = pages_[number];
        if (!page) page = std::make_unique<Page>();
        found = {number, page.get()};
    }
    ++(*found.page)[static_cast<std::size_t>(us - number * kPage)];
}

void MicrosecondCounts::loosen() const {
    for (const auto& [number, page] : pages_) {
        for (std::int64_t i = 0; i < kPage; ++i)
            loose_.insert(loose_.end(), (*page)[static_cast<std::size_t>(i)], number * kPage + i);
    }
    pages_.clear();
    found_.fill({});
    scattered_ = true;
}

std::int64_t MicrosecondCounts::at_rank(std::size_t rank) const {
    settle();
    if (!loose_.empty()) {
        std::vector<std::int64_t> values = loose_;
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
        std::nth_element(values.begin(), at, values.end());
        return *at;
    }
    for (const auto& [number, page] : pages_) {
        for (std::int64_t i = 0; i < kPage; ++i) {
            const std::size_t times = (*page)[static_cast<std::size_t>(i)];
            if (rank < times) return number * kPage + i;
            rank -= times;
        }
    }
    return pages_.rbegin()->first * kPage;  // not reached: rank < size()
}

double MicrosecondCounts::quantile(double q) const {
    if (size_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const double position = q * static_cast<double>(size_ - 1);
    const auto rank = static_cast<std::size_t>(position);
    const double share = position - static_cast<double>(rank);
    const auto below = static_cast<double>(at_rank(rank));
    if (share == 0.0) return below / 1e6;
    return (below + share * (static_cast<double>(at_rank(rank + 1)) - below)) / 1e6;
}

}  // namespace rle
