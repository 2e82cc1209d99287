#include "cli/align_stream.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <future>
#include <memory>

#include "cli/reading.hpp"
#include "formats/aligned_csv.hpp"
#include "formats/pieces.hpp"
#include "formats/read_ahead.hpp"
#include "rlecouple/align_stream.hpp"

namespace rle::cli {
namespace {

constexpr std::size_t kRowsInPiece = 4096;
constexpr std::size_t kStepsInPiece = 1024;
constexpr std::size_t kPointsInBlock = 4096;

struct Readers {
    std::unique_ptr<formats::TelemetryPieces> telemetry;
    std::unique_ptr<formats::TrainingPieces> training;  // null: no log
    bool complete = false;                              // everything can be read in pieces
};

Readers open_readers(const StreamedFiles& files, const AnalysisOptions& given) {
    Readers readers;
    readers.telemetry = open_telemetry_file(files.telemetry, given);
    if (files.training) readers.training = open_training_file(*files.training, given);
    readers.complete = readers.telemetry && (!files.training || readers.training);
    if (readers.complete)
        readers.telemetry = std::make_unique<formats::ReadAhead<Telemetry>>(std::move(readers.telemetry));
    return readers;
}

// What the first reading found.
struct Found {
    AlignSurvey survey;
    Telemetry telemetry_head;
    std::optional<Training> training_head;
    bool holds = false;  // pieces are what whole files would have been
};

template <class Stream>
bool counts_seconds(const Stream& piece) {
    return std::any_of(piece.t_s.begin(), piece.t_s.end(), [](double t) { return std::isfinite(t); });
}

// Both files at a time, each on a thread of its own where the log is longer than its first piece.
Found survey_once(Readers& readers, const AlignOptions& options, const Telemetry& first_rows,
                  const Training& first_steps, bool by_t_s) {
    Found found{AlignSurvey(options, by_t_s, true), {}, {}, false};
    std::future<Training> training_head;
    if (readers.training) {
        const bool longer = first_steps.size() >= kStepsInPiece;
        training_head = std::async(longer ? std::launch::async : std::launch::deferred, [&] {
            Training piece;
            found.survey.training(first_steps);
            while (readers.training->next(piece, kStepsInPiece)) found.survey.training(piece);
            return readers.training->finish();
        });
    }
    Telemetry piece;
    found.survey.telemetry(first_rows);
    while (readers.telemetry->next(piece, kRowsInPiece)) found.survey.telemetry(piece);
    found.telemetry_head = readers.telemetry->finish();
    found.holds = readers.telemetry->holds();
    if (readers.training) {
        found.training_head = training_head.get();
        found.holds = found.holds && readers.training->holds();
    }
    found.survey.finish();
    return found;
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
        Found found = survey_once(readers, options, first_rows, first_steps, *by_t_s);
        if (!found.holds) return std::nullopt;
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

void write_blocks(Readers& readers, Aligner& aligner, const std::vector<TextColumn>& names,
                  formats::AlignedTable& table, const WatchBlock& watch) {
    CarriedText text;
    Telemetry rows;
    Training steps;
    AlignedRows block;
    while (!aligner.done()) {
        if (aligner.wants_telemetry()) {
            readers.telemetry->next(rows, kRowsInPiece);
            aligner.telemetry(rows);
            text.add(rows);
        }
        if (aligner.wants_training()) {
            readers.training->next(steps, kStepsInPiece);
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
    const std::optional<Found> found = survey_files(files, given, options);
    if (!found) return std::nullopt;
    const Training* const training = found->training_head ? &*found->training_head : nullptr;
    Aligner aligner(options, found->survey, found->telemetry_head, training, kPointsInBlock);
    Readers readers = open_readers(files, given);
    const std::vector<TextColumn>& names = found->telemetry_head.others;
    formats::AlignedTable table(files.output, names);
    write_blocks(readers, aligner, names, table, watch);
    Alignment result = aligner.finish();
    table.finish();
    return result;
}

}  // namespace rle::cli
