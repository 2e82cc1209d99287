// A metric file of MLflow's file store: 'timestamp_ms value step' a line; the file's name is the metric's.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_mlflow_metric(const Source& source);
Training read_mlflow_metric(const Source& source);
std::unique_ptr<TrainingPieces> open_mlflow_metric(const Source& source);

}  // namespace rle::formats
