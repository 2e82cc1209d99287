// JSON training logs: lines, an array, or an array within a document (trainer_state.json's log_history).
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_training_json(const Source& source);
Training read_training_json(const Source& source);
std::unique_ptr<TrainingPieces> open_training_json(const Source& source);
std::string refuse_trainer_state(const Source& source);
Training read_trainer_state(const Source& source);
std::unique_ptr<TrainingPieces> open_trainer_state(const Source& source);

}  // namespace rle::formats
