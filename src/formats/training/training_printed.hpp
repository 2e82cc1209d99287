// What a training process printed, kept in a file: Hugging Face's dicts, Megatron-LM, torchtitan, or a
// pattern of the user's.
#pragma once

#include "formats/registry.hpp"

namespace rle::formats {

std::string refuse_hf_printed(const Source& source);
std::string refuse_megatron(const Source& source);
std::string refuse_torchtitan(const Source& source);
std::string refuse_pattern(const Source& source);
std::string refuse_printed(const Source& source);
/// One reader for all of them: each line says what it is.
Training read_printed(const Source& source);
std::unique_ptr<TrainingPieces> open_printed(const Source& source);

}  // namespace rle::formats
