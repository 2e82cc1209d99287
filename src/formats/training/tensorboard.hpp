// TensorBoard event files: TFRecords of protobuf events, byte by byte.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_tensorboard(const Source& source);
Training read_tensorboard(const Source& source);

}  // namespace rle::formats
