// A source whose every channel is a number in one file of /sys (or the largest of several) times a factor.
#pragma once

#include <vector>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"

namespace rle::sensors {

class FileSource : public Source {
  public:
    explicit FileSource(const SysRoot& root) : root_(root) {}

    void add_device(const DeviceInfo& device) { devices_.push_back(device); }
    /// `scale` turns the file's unit into ours. Of several files the largest number counts: the hottest
    /// package.
    void add(Channel channel, const std::vector<std::string>& paths, double scale);

    void read(const Instant& now, std::span<double> values) override;
    std::string problem() const override { return problem_; }

  private:
    struct Input {
        std::vector<SysFile> files;
        double scale = 1.0;
    };
    double read_input(Input& input);

    SysRoot root_;
    std::vector<Input> inputs_;
    std::string problem_;
};

}  // namespace rle::sensors
