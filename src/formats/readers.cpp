#include "formats/readers.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "formats/io/files.hpp"
#include "formats/parts.hpp"
#include "formats/registry.hpp"
#include "formats/telemetry/file_devices.hpp"
#include "formats/telemetry/prometheus.hpp"
#include "formats/writers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// When the file was last written, the one that was given before the one that it was unpacked into; of what is
// being written, now.
ReadOptions with_time_of(const std::string& path, const std::string& name, ReadOptions options) {
    for (const std::string* const file : {&name, &path}) {
        struct stat status {};
        if (options.written_us || *file == "-" || ::stat(file->c_str(), &status) != 0) continue;
        options.written_us = status.st_mtim.tv_sec * std::int64_t{1'000'000};
    }
    return options;
}

std::string name_of(const std::string& path, const std::string& name) {
    if (!name.empty()) return name;
    return path == "-" ? "stdin" : path;
}

// The pieces of a mapped file, together with everything that they look at.
template <class Stream>
class FilePieces : public Pieces<Stream> {
  public:
    using Open = std::unique_ptr<Pieces<Stream>> (*)(const Source& source);

    FilePieces(MappedText text, const std::string& path, ReadOptions options, Open open)
        : text_(std::move(text)),
          options_(std::move(options)),
          source_{text_.text(), path, options_, forgetting()},
          pieces_(open(source_)) {}

    bool opened() const { return pieces_ != nullptr; }
    bool next(Stream& piece, std::size_t most) override {
        text_.forget_before(pieces_->consumed());
        const bool any = pieces_->next(piece, most);
        if (!any) text_.check_length();
        return any;
    }
    Stream finish() override { return pieces_->finish(); }
    bool holds() const override { return pieces_->holds(); }
    std::size_t consumed() const override { return pieces_->consumed(); }

  private:
    // What is looked at between two pieces may be as long as the file.
    std::function<void(std::size_t)> forgetting() const {
        return [this, from = std::size_t{0}](std::size_t position) mutable {
            from = text_.forget(from, position);
        };
    }

    MappedText text_;
    ReadOptions options_;
    Source source_;
    std::unique_ptr<Pieces<Stream>> pieces_;
};

template <class Stream>
std::unique_ptr<Pieces<Stream>> open_file(const std::string& path, const ReadOptions& options,
                                          const std::string& name, typename FilePieces<Stream>::Open open) {
    std::optional<MappedText> text = MappedText::open(path, name);
    if (!text) return nullptr;
    auto pieces = std::make_unique<FilePieces<Stream>>(std::move(*text), name_of(path, name), options, open);
    if (!pieces->opened()) return nullptr;
    return pieces;
}

// Of files with times of day alone: one that begins within this time behind the end of the one before it, but
// for whole days, goes on from it.
constexpr std::int64_t kHour_us = 3'600'000'000;
constexpr std::int64_t kDay_us = 24 * kHour_us;

std::int64_t first_wall_us(const Telemetry& rows) {
    const auto it =
        std::find_if(rows.wall_us.begin(), rows.wall_us.end(), [](std::int64_t us) { return us != kNoTime; });
    return it == rows.wall_us.end() ? kNoTime : *it;
}
std::int64_t last_wall_us(const Telemetry& rows) {
    const auto it = std::find_if(rows.wall_us.rbegin(), rows.wall_us.rend(),
                                 [](std::int64_t us) { return us != kNoTime; });
    return it == rows.wall_us.rend() ? kNoTime : *it;
}

std::string date_of(std::int64_t wall_us) {
    std::string text;
    append_timestamp(text, wall_us);
    return text.substr(0, text.find('T'));
}

// Reads a file whose times may be times of day: its first day is that of --start, or the one on which
// `before` ends, where it goes on from there.
Telemetry read_behind(const Telemetry* before, const Input& file, ReadOptions options) {
    Telemetry part = read_telemetry(file.path(), options, file.name());
    if (before == nullptr || !before->days_made || !part.days_made) return part;
    const std::int64_t gap_us = first_wall_us(part) - last_wall_us(*before);
    const bool goes_on = ((gap_us % kDay_us) + kDay_us) % kDay_us <= kHour_us;
    if (goes_on && (gap_us < 0 || gap_us > kHour_us)) {
        options.start_us = last_wall_us(*before);
        part = read_telemetry(file.path(), options, file.name());
    }
    part.warnings.push_back(
        fmt::format("{}: times of day, the first taken for {}, {}", file.name(), date_of(first_wall_us(part)),
                    goes_on ? "on from the file before it" : "as near as can be to --start"));
    return part;
}

bool is_answer(const Input& file, const ReadOptions& options) {
    const std::optional<MappedText> text = MappedText::open(file.path(), file.name());
    return text && refuse_prometheus({text->text(), file.name(), options}).empty();
}

}  // namespace

std::unique_ptr<TelemetryPieces> open_telemetry(const std::string& path, const ReadOptions& options,
                                                const std::string& name) {
    return open_file<Telemetry>(path, options, name, open_telemetry_text);
}

std::unique_ptr<TrainingPieces> open_training(const std::string& path, const ReadOptions& options,
                                              const std::string& name) {
    return open_file<Training>(path, with_time_of(path, name, options), name, open_training_text);
}

Telemetry read_telemetry(const std::string& path, const ReadOptions& options, const std::string& name) {
    const std::string text = read_text(path, name);
    return read_telemetry_text({text, name_of(path, name), options});
}

Telemetry read_telemetry(const std::vector<Input>& files, const ReadOptions& options) {
    const bool may_be_answers =
        files.size() > 1 && (options.format.empty() || options.format == "prometheus");
    if (may_be_answers && std::all_of(files.begin(), files.end(),
                                      [&](const Input& file) { return is_answer(file, options); })) {
        std::vector<std::string> texts;
        for (const Input& file : files) texts.push_back(read_text(file.path(), file.name()));
        std::vector<Source> sources;
        for (std::size_t i = 0; i < files.size(); ++i)
            sources.push_back({texts[i], files[i].name(), options});
        return read_answers(sources);
    }
    std::vector<Telemetry> parts;
    std::vector<std::string> names;
    for (const Input& file : files) {
        parts.push_back(read_behind(parts.empty() ? nullptr : &parts.back(), file, options));
        names.push_back(file.name());
    }
    const std::string apart = tell_devices_apart(parts, names, order_of(parts).keep_t_s);
    Telemetry telemetry = concatenate(std::move(parts));
    if (!apart.empty()) telemetry.warnings.push_back(apart);
    return telemetry;
}

Training read_training(const std::string& path, const ReadOptions& options, const std::string& name) {
    const std::string text = read_text(path, name);
    const ReadOptions with_time = with_time_of(path, name, options);
    return read_training_text({text, name_of(path, name), with_time});
}

}  // namespace rle::formats
