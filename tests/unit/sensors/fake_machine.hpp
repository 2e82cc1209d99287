// A copy of one of the fake machines of tests/data/sysroot that a test may change.
#pragma once

#include <filesystem>
#include <string>

#include "sensors/source.hpp"
#include "sensors/sysroot.hpp"
#include "support/process.hpp"

namespace rle::test {

class FakeMachine {
  public:
    explicit FakeMachine(const std::string& name) {
        std::filesystem::copy(std::filesystem::path(RLE_TEST_DATA) / "sysroot" / name, dir_.path(),
                              std::filesystem::copy_options::recursive);
    }

    sensors::SysRoot root() const { return sensors::SysRoot(dir_.path()); }
    std::filesystem::path at(const std::string& path) const { return root().locate(path); }
    /// As the kernel does it: the file stays, its content changes.
    void set(const std::string& path, const std::string& text) {
        std::filesystem::create_directories(at(path).parent_path());
        write_file(at(path), text);
    }
    void remove(const std::string& path) { std::filesystem::remove_all(at(path)); }

  private:
    TempDir dir_;
};

/// All channels of a source, read once.
inline std::vector<double> read(sensors::Source& source, double t_s) {
    std::vector<double> values(source.channels().size(), kMissing);
    source.read({t_s, {}}, values);
    return values;
}

}  // namespace rle::test
