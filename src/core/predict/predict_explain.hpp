// What the scores come to: the verdict, and why, in one plain sentence.
#pragma once

#include "rlecouple/predict.hpp"

namespace rle {

/// Sets beats_baselines, verdict and explanation, and adds the warnings that say why values are missing.
void decide(Prediction& prediction);

}  // namespace rle
