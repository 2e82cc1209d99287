// CSV training logs: our training.csv, and any with a column for the loss or the gradient norm.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_training_csv(const Source& source);
Training read_training_csv(const Source& source);
std::unique_ptr<TrainingPieces> open_training_csv(const Source& source);

}  // namespace rle::formats
