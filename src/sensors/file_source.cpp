#include "sensors/file_source.hpp"

#include <cmath>

namespace rle::sensors {

void FileSource::add(Channel channel, const std::vector<std::string>& paths, double scale) {
    Input input;
    input.scale = scale;
    for (const std::string& path : paths) input.files.emplace_back(root_, path);
    inputs_.push_back(std::move(input));
    channels_.push_back(std::move(channel));
}

void FileSource::read(const Instant&, std::span<double> values) {
    problem_.clear();
    for (std::size_t i = 0; i < inputs_.size(); ++i) values[i] = read_input(inputs_[i]);
}

double FileSource::read_input(Input& input) {
    double largest = kMissing;
    for (SysFile& file : input.files) {
        const auto value = file.number();
        if (!value) {
            if (problem_.empty()) problem_ = file.problem();
        } else if (std::isnan(largest) || *value * input.scale > largest) {
            largest = *value * input.scale;
        }
    }
    return largest;
}

}  // namespace rle::sensors
