// The text that the model learns: sentences from a small grammar about a machine room, the same on every run.
//
// Invariant: every character of a corpus stands in its alphabet, and token i is the position of character i
// there.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "random.hpp"

namespace tiny_lm {

/// At least `characters` long, ending with a whole sentence; equal for equal arguments.
std::string make_text(std::size_t characters, std::uint64_t seed);

struct Corpus {
    std::string alphabet;     ///< the distinct characters of the text, ascending
    std::vector<int> tokens;  ///< one a character
};

Corpus tokenize(const std::string& text);

/// Sequences of `context` tokens one after the other: `targets` is `inputs` one character on.
struct Batch {
    int sequences = 0;
    std::vector<int> inputs;
    std::vector<int> targets;
};

/// Goes through the corpus in windows of `context` tokens, in an order shuffled anew every epoch.
class BatchSource {
  public:
    BatchSource(const Corpus& corpus, int context, int sequences, Random& random);

    Batch next();
    /// Passes through the corpus so far.
    double epoch() const;

  private:
    void shuffle();

    const Corpus& corpus_;
    int context_;
    int sequences_;
    Random& random_;
    std::vector<std::size_t> starts_;  ///< first token of each window, in this epoch's order
    std::size_t next_start_ = 0;
    std::size_t windows_taken_ = 0;
};

}  // namespace tiny_lm
