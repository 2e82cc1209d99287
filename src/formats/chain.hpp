// Several files of one stream read in pieces, one file after the other in time.
//
// Invariant: as long as holds(), the rows, counts and warnings are those of reading the files whole
// (readers.hpp). One file is open at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "formats/pieces.hpp"

namespace rle::formats {

/// Opens a file from its beginning, as often as it is called; null where it cannot be read in pieces.
template <class Stream>
using OpenPart = std::function<std::unique_ptr<Pieces<Stream>>()>;

/// Null where one of the files cannot be read in pieces. Throws as concatenate() and opening them do.
/// `files`: their names, by which devices are told apart where that is needed (file_devices.hpp).
std::unique_ptr<TelemetryPieces> chain(std::vector<OpenPart<Telemetry>> parts,
                                       const std::vector<std::string>& files);
std::unique_ptr<TrainingPieces> chain(std::vector<OpenPart<Training>> parts);

}  // namespace rle::formats
