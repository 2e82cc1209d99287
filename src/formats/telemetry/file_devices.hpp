// Devices of several files that say one name and are not one device: logs of two GPUs, each in a file of its
// own, without a column that tells them apart, or of two machines that both have a gpu0.
//
// Invariant: what the beginnings of files that are in the order of time show, their wholes show too, so that
// a stream read in pieces comes to the same answer, or knows that it has to be read whole.
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

inline constexpr std::size_t kRowsOfBeginning = 1024;
/// Rows of two files that may contradict each other, or stand between each other: a device that they share
/// has a few where one log was rotated into the next.
inline constexpr std::size_t kFewRows = 3;

/// Do rows of one name in `a` and in `b`, up to where the first of these beginnings ends, tell of two
/// devices? They have other temperatures or powers at the same times, or stand between each other. `by_t_s`:
/// which of their times counts.
bool begin_as_two_devices(const Telemetry& a, const Telemetry& b, bool by_t_s);

/// What a file's devices are called where files must tell them apart: as the file, where it has one GPU (or
/// what may be one) that it gives no name of its own, else "gpu0@FILE".
class FileDevices {
  public:
    /// `files`: names of the files; `beginning` of the one that `nth` is.
    FileDevices(const std::vector<std::string>& files, std::size_t nth, const Telemetry& beginning);

    void rename(Telemetry& rows) const;

  private:
    std::string file_;
    bool alone_ = false;
};

/// Of whole parts in the order of `files`: gives their devices such names where any two of them need it, and
/// says so in a warning; empty: none needs it.
std::string tell_devices_apart(std::vector<Telemetry>& parts, const std::vector<std::string>& files,
                               bool by_t_s);

/// The same for files of which the beginnings are known, and then the rows, piece by piece.
class DevicesApart {
  public:
    DevicesApart() = default;
    /// `beginnings` as `files`.
    DevicesApart(const std::vector<Telemetry>& beginnings, const std::vector<std::string>& files,
                 bool by_t_s);

    /// Rows of the file that `nth` is; files come in the order of time. False: whether their devices need
    /// other names, the wholes of the files alone can tell.
    bool take(std::size_t nth, Telemetry& rows);
    /// Empty: none needs it.
    const std::string& warning() const { return warning_; }

  private:
    struct Until {
        double temp = -INFINITY, power = -INFINITY;  ///< time of the last reading
    };
    void note(const Telemetry& rows, std::size_t i, const Until& before, Until& now);

    bool by_t_s_ = false;
    std::vector<FileDevices> names_;  ///< by file; empty: they keep theirs
    std::string warning_;
    std::optional<std::size_t> nth_;
    std::map<std::string, Until> before_, now_;  ///< by device: in the files before this one, and in this one
    std::size_t late_ = 0;                       ///< rows of this file with readings that lie before those
};

}  // namespace rle::formats
