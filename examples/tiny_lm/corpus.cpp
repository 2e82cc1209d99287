#include "corpus.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tiny_lm {
namespace {

using Words = std::array<std::string_view, 12>;

constexpr Words kNouns{"pump", "valve", "fan",    "coil",  "pipe",   "boiler",
                       "rack", "gauge", "sensor", "cable", "filter", "engine"};
constexpr Words kAdjectives{"warm",  "cold", "small",  "old",   "new",   "quiet",
                            "heavy", "slow", "bright", "dusty", "spare", "worn"};
constexpr Words kVerbs{"heats", "cools",  "drives", "feeds",  "slows", "checks",
                       "stops", "starts", "shakes", "guards", "warms", "drains"};
constexpr Words kAdverbs{"again", "early",  "late", "slowly", "today", "often",
                         "twice", "gently", "now",  "daily",  "soon",  "there"};
constexpr std::array<std::string_view, 4> kLinks{", and ", ", but ", ", so ", " while "};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, Random& random) {
    return words[static_cast<std::size_t>(random.below(static_cast<int>(N)))];
}

// A noun with its determiner, at times described: "the pump", "one dusty filter".
std::string thing(Random& random) {
    const bool described = random.uniform() < 0.4;
    std::string phrase = random.uniform() < 0.3 ? "one " : "the ";
    if (described) phrase.append(pick(kAdjectives, random)).append(" ");
    return phrase.append(pick(kNouns, random));
}

std::string clause(Random& random) {
    std::string text = thing(random);
    text.append(" ").append(pick(kVerbs, random)).append(" ").append(thing(random));
    if (random.uniform() < 0.3) text.append(" ").append(pick(kAdverbs, random));
    return text;
}

std::string sentence(Random& random) {
    std::string text = clause(random);
    if (random.uniform() < 0.5) text.append(pick(kLinks, random)).append(clause(random));
    return text + ".\n";
}

}  // namespace

std::string make_text(std::size_t characters, std::uint64_t seed) {
    Random random(seed);
    std::string text;
    while (text.size() < characters) text += sentence(random);
    return text;
}

Corpus tokenize(const std::string& text) {
    Corpus corpus;
    corpus.alphabet = text;
    std::sort(corpus.alphabet.begin(), corpus.alphabet.end());
    corpus.alphabet.erase(std::unique(corpus.alphabet.begin(), corpus.alphabet.end()), corpus.alphabet.end());
    corpus.tokens.reserve(text.size());
    for (const char c : text) corpus.tokens.push_back(static_cast<int>(corpus.alphabet.find(c)));
    return corpus;
}

BatchSource::BatchSource(const Corpus& corpus, int context, int sequences, Random& random)
    : corpus_(corpus), context_(context), sequences_(sequences), random_(random) {
    const auto step = static_cast<std::size_t>(context);
    for (std::size_t start = 0; start + step + 1 <= corpus.tokens.size(); start += step)
        starts_.push_back(start);
    if (starts_.empty()) throw std::invalid_argument("the corpus is shorter than one window");
    shuffle();
}

// Fisher and Yates; std::shuffle is not the same on every machine.
void BatchSource::shuffle() {
    for (std::size_t i = starts_.size(); i > 1; --i) {
        std::swap(starts_[i - 1], starts_[static_cast<std::size_t>(random_.below(static_cast<int>(i)))]);
    }
    next_start_ = 0;
}

Batch BatchSource::next() {
    Batch batch;
    batch.sequences = sequences_;
    for (int s = 0; s < sequences_; ++s) {
        if (next_start_ == starts_.size()) shuffle();
        const auto first = corpus_.tokens.begin() + static_cast<std::ptrdiff_t>(starts_[next_start_++]);
        batch.inputs.insert(batch.inputs.end(), first, first + context_);
        batch.targets.insert(batch.targets.end(), first + 1, first + 1 + context_);
        ++windows_taken_;
    }
    return batch;
}

double BatchSource::epoch() const {
    return static_cast<double>(windows_taken_) / static_cast<double>(starts_.size());
}

}  // namespace tiny_lm
