// A CSV file that another program appends to, read as it grows: whole lines only, also after it was replaced.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sensors/fd.hpp"

namespace rle::cli {

class TailedTable {
  public:
    /// The cells of the columns called `wanted`, in that order; empty where the file has no such column.
    using OnRow = std::function<void(const std::vector<std::string_view>& cells)>;

    TailedTable(std::filesystem::path path, std::vector<std::string> wanted);

    /// Hands over every line completed since the last call. The file need not be there yet.
    void read_new(const OnRow& on_row);

  private:
    void reopen_if_replaced();
    void take_line(std::string_view line, const OnRow& on_row);

    std::filesystem::path path_;
    std::vector<std::string> wanted_;
    sensors::Fd fd_;
    off_t offset_ = 0;
    std::string pending_;
    bool has_header_ = false;
    std::vector<std::ptrdiff_t> places_;  // of the wanted columns; -1: not there
};

/// Wakes up when something in a folder changes; where the system cannot tell, it never does.
class FolderEvents {
  public:
    explicit FolderEvents(const std::filesystem::path& folder);
    int fd() const { return fd_.get(); }
    bool watching() const { return static_cast<bool>(fd_); }
    void drain();

  private:
    sensors::Fd fd_;
};

}  // namespace rle::cli
