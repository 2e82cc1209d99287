#include "cli/align_stream.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <future>
#include <memory>

#include "cli/reading.hpp"
#include "formats/aligned_csv.hpp"
#include "formats/io/read_ahead.hpp"
#include "formats/io/shown_file.hpp"
#include "formats/pieces.hpp"
#include "formats/telemetry/packed_telemetry.hpp"
#include "rlecouple/align_stream.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

constexpr auto kThreadIfAny = std::launch::async | std::launch::deferred;  // deferred: the machine gives none
constexpr std::size_t kRowsInPiece = 4096;
constexpr std::size_t kStepsInPiece = 1024;
constexpr std::size_t kPointsInBlock = 4096;
constexpr std::size_t kMostRowsKept = std::size_t{20} << 20U,
                      kMostStepsKept = std::size_t{15} << 20U;  // bytes

struct Readers {
    std::unique_ptr<formats::TelemetryPieces> telemetry;
    std::unique_ptr<formats::TrainingPieces> training;  // null: no log
    bool complete = false;                              // everything can be read in pieces
};

std::unique_ptr<formats::TelemetryPieces> open_telemetry_ahead(const std::vector<formats::Input>& files,
                                                               const AnalysisOptions& given) {
    auto pieces = open_telemetry_files(files, given);
    if (pieces) pieces = std::make_unique<formats::ReadAhead<Telemetry>>(std::move(pieces));
    return pieces;
}

Readers open_readers(const StreamedFiles& files, const AnalysisOptions& given) {
    Readers readers;
    readers.telemetry = open_telemetry_ahead(files.telemetry, given);
    if (!files.training.empty()) readers.training = open_training_files(files.training, given);
    readers.complete = readers.telemetry && (files.training.empty() || readers.training);
    return readers;
}

// Steps have numbers of seventeen digits, which cannot be packed.
class KeptSteps {
  public:
    explicit KeptSteps(Training&& steps) : steps_(std::move(steps)) {}
    Training unpack() && { return std::move(steps_); }
    std::size_t bytes() const { return steps_.size() * 7 * sizeof(double); }

  private:
    Training steps_;
};

// The pieces of the first reading, so that a stream that is not long need not be read again.
template <class Stream, class Packed>
class Kept {
  public:
    explicit Kept(std::size_t most_bytes) : room_(most_bytes) {}

    void keep(Stream&& piece) {
        if (!all_) return;
        pieces_.emplace_back(std::move(piece));
        const std::size_t bytes = pieces_.back().bytes();
        all_ = bytes <= room_;
        if (!all_) return pieces_.clear();
        room_ -= bytes;
    }
    /// No piece is missing.
    bool all() const { return all_; }
    /// The next piece; an empty one behind the last.
    void take(Stream& piece) {
        piece = {};
        if (pieces_.empty()) return;
        piece = std::move(pieces_.front()).unpack();
        pieces_.pop_front();
    }

  private:
    std::size_t room_;
    bool all_ = true;
    std::deque<Packed> pieces_;
};

// What the first reading found.
struct Found {
    AlignSurvey survey;
    Telemetry telemetry_head;
    std::optional<Training> training_head;
    bool holds = false;  // pieces are what whole files would have been
    Kept<Telemetry, formats::PackedTelemetry> telemetry{kMostRowsKept};
    Kept<Training, KeptSteps> training{kMostStepsKept};
};

template <class Stream>
bool counts_seconds(const Stream& piece) {
    return std::any_of(piece.t_s.begin(), piece.t_s.end(), [](double t) { return std::isfinite(t); });
}

// Both files at a time, each on a thread of its own where the log is longer than its first piece.
Found survey_once(Readers& readers, const AlignOptions& options, Telemetry&& first_rows,
                  Training&& first_steps, bool by_t_s) {
    Found found{AlignSurvey(options, by_t_s, true), {}, {}, false};
    std::future<Training> training_head;
    if (readers.training) {
        const bool longer = first_steps.size() >= kStepsInPiece;
        training_head = std::async(longer ? kThreadIfAny : std::launch::deferred, [&] {
            Training piece = std::move(first_steps);
            do {
                found.survey.training(piece);
                found.training.keep(std::move(piece));
            } while (readers.training->next(piece, kStepsInPiece));
            return readers.training->finish();
        });
    }
    Telemetry piece = std::move(first_rows);
    do {
        found.survey.telemetry(piece);
        found.telemetry.keep(std::move(piece));
    } while (readers.telemetry->next(piece, kRowsInPiece));
    found.telemetry_head = readers.telemetry->finish();
    found.holds = readers.telemetry->holds();
    if (readers.training) {
        found.training_head = training_head.get();
        found.holds = found.holds && readers.training->holds();
    }
    found.survey.finish();
    return found;
}

template <class Pieces>
Pieces unchanged(Pieces pieces, const std::string& file) {
    if (pieces) return pieces;
    throw Error(ErrorKind::failed, file, "was changed while it was read", formats::kCutShortHint);
}

// For the second reading: what was not kept of the first.
Readers open_again(const StreamedFiles& files, const AnalysisOptions& given, const Found& found) {
    Readers readers;
    if (!found.telemetry.all())
        readers.telemetry =
            unchanged(open_telemetry_ahead(files.telemetry, given), files.telemetry.front().name());
    if (!files.training.empty() && !found.training.all())
        readers.training =
            unchanged(open_training_files(files.training, given), files.training.front().name());
    return readers;
}

std::optional<Found> survey_files(const StreamedFiles& files, const AnalysisOptions& given,
                                  const AlignOptions& options) {
    std::optional<bool> by_t_s;
    for (int attempt = 0; attempt < 2; ++attempt) {
        Readers readers = open_readers(files, given);
        if (!readers.complete) return std::nullopt;
        Telemetry first_rows;
        Training first_steps;
        readers.telemetry->next(first_rows, kRowsInPiece);
        if (readers.training) readers.training->next(first_steps, kStepsInPiece);
        if (!by_t_s)
            by_t_s = counts_seconds(first_rows) && (!readers.training || counts_seconds(first_steps));
        Found found = survey_once(readers, options, std::move(first_rows), std::move(first_steps), *by_t_s);
        if (!found.holds) return std::nullopt;
        if (found.training_head) refuse_counted_times(found.telemetry_head, *found.training_head, given);
        if (found.survey.clock_holds())
            return found.survey.streams() ? std::optional(std::move(found)) : std::nullopt;
        by_t_s = !*by_t_s;
    }
    return std::nullopt;
}

// The columns that are carried through, for as long as a block may ask for them.
class CarriedText {
  public:
    void add(Telemetry& piece) {
        const std::size_t rows = piece.size();
        pieces_.push_back({end_, std::move(piece.others)});
        end_ += static_cast<std::ptrdiff_t>(rows);
    }
    void forget_before(std::ptrdiff_t row) {
        while (pieces_.size() > 1 && pieces_[1].first_row <= row) pieces_.pop_front();
    }
    /// The cells of a block, a row each; the block's telemetry_row comes to point into them.
    std::vector<TextColumn> of_block(AlignedRows& rows, const std::vector<TextColumn>& names) const {
        std::vector<TextColumn> out;
        for (const TextColumn& column : names) out.emplace_back(column.name());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            std::ptrdiff_t& row = rows.telemetry_row[i];
            const Piece* const piece = row < 0 ? nullptr : &piece_of(row);
            for (std::size_t c = 0; c < out.size(); ++c) {
                out[c].push_back(piece == nullptr
                                     ? std::string_view()
                                     : piece->columns[c][static_cast<std::size_t>(row - piece->first_row)]);
            }
            if (row >= 0) row = static_cast<std::ptrdiff_t>(i);
        }
        return out;
    }

  private:
    struct Piece {
        std::ptrdiff_t first_row;
        std::vector<TextColumn> columns;
    };
    const Piece& piece_of(std::ptrdiff_t row) const {
        std::size_t i = pieces_.size() - 1;
        while (pieces_[i].first_row > row) --i;
        return pieces_[i];
    }

    std::deque<Piece> pieces_;
    std::ptrdiff_t end_ = 0;
};

void write_blocks(Found& found, Readers& readers, Aligner& aligner, formats::AlignedTable& table,
                  const WatchBlock& watch) {
    const std::vector<TextColumn>& names = found.telemetry_head.others;
    CarriedText text;
    Telemetry rows;
    Training steps;
    AlignedRows block;
    while (!aligner.done()) {
        if (aligner.wants_telemetry()) {
            if (readers.telemetry) {
                readers.telemetry->next(rows, kRowsInPiece);
            } else {
                found.telemetry.take(rows);
            }
            aligner.telemetry(rows);
            text.add(rows);
        }
        if (aligner.wants_training()) {
            if (readers.training) {
                readers.training->next(steps, kStepsInPiece);
            } else {
                found.training.take(steps);
            }
            aligner.training(steps);
        }
        while (aligner.next(block)) {
            std::vector<TextColumn> others = text.of_block(block, names);
            text.forget_before(aligner.oldest_row());
            if (watch) watch(block, others);
            table.add(std::move(block), std::move(others));
        }
    }
}

}  // namespace

std::optional<Alignment> align_streaming(const StreamedFiles& files, const AnalysisOptions& given,
                                         const AlignOptions& options, const WatchBlock& watch) {
    std::optional<Found> found = survey_files(files, given, options);
    if (!found) return std::nullopt;
    const Training* const training = found->training_head ? &*found->training_head : nullptr;
    Aligner aligner(options, found->survey, found->telemetry_head, training, kPointsInBlock);
    Readers readers = open_again(files, given, *found);
    formats::AlignedTable table(files.output, found->telemetry_head.others, options.step_time);
    write_blocks(*found, readers, aligner, table, watch);
    Alignment result = aligner.finish();
    table.finish();
    return result;
}

}  // namespace rle::cli
