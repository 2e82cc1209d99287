// Which of several devices did the work: what `run` analyses where nobody was asked.
#pragma once

#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::cli {

/// Of `devices` the one with the greatest mean utilisation in the table; of those the one with the greatest
/// mean power; of those the first. One without readings comes behind any that has some.
std::string busiest_device(const Frame& table, const std::vector<std::string>& devices);

}  // namespace rle::cli
