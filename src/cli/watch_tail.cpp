#include "cli/watch_tail.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "formats/text/csv.hpp"

namespace rle::cli {

TailedTable::TailedTable(std::filesystem::path path, std::vector<std::string> wanted)
    : path_(std::move(path)), wanted_(std::move(wanted)) {}

void TailedTable::reopen_if_replaced() {
    if (fd_) {
        struct stat now {};
        struct stat ours {};
        const bool gone = ::stat(path_.c_str(), &now) != 0;
        if (::fstat(fd_.get(), &ours) != 0) return;
        const bool same = gone || (now.st_ino == ours.st_ino && now.st_dev == ours.st_dev);
        if (same && ours.st_size >= offset_) return;
    }
    fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    offset_ = 0;
    pending_.clear();
    has_header_ = false;
}

void TailedTable::take_line(std::string_view line, const OnRow& on_row) {
    formats::CsvScanner scanner(line);
    formats::Record record;
    if (!scanner.next(record)) return;
    if (!has_header_) {
        has_header_ = true;
        places_.clear();
        for (const std::string& name : wanted_) {
            const auto at = std::find(record.begin(), record.end(), name);
            places_.push_back(at == record.end() ? -1 : at - record.begin());
        }
        return;
    }
    std::vector<std::string_view> cells;
    for (const std::ptrdiff_t place : places_) {
        const bool there = place >= 0 && static_cast<std::size_t>(place) < record.size();
        cells.push_back(there ? record[static_cast<std::size_t>(place)] : std::string_view());
    }
    on_row(cells);
}

void TailedTable::read_new(const OnRow& on_row) {
    reopen_if_replaced();
    if (!fd_) return;
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t got = ::pread(fd_.get(), buffer.data(), buffer.size(), offset_);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        offset_ += got;
        pending_.append(buffer.data(), static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (std::size_t end = pending_.find('\n'); end != std::string::npos;
             end = pending_.find('\n', begin)) {
            take_line(std::string_view(pending_).substr(begin, end + 1 - begin), on_row);
            begin = end + 1;
        }
        pending_.erase(0, begin);
    }
}

FolderEvents::FolderEvents(const std::filesystem::path& folder)
    : fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (fd_ && inotify_add_watch(fd_.get(), folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
        fd_.reset();
}

void FolderEvents::drain() {
    std::array<char, 4096> ignored;
    while (fd_ && ::read(fd_.get(), ignored.data(), ignored.size()) > 0) {
    }
}

}  // namespace rle::cli
