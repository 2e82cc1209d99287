// The alignment of streams that need not be in memory: they are read twice, piece by piece, first for what
// depends on the whole of them (rate, clock, largest power, ...), then for the rows, which come in blocks.
//
//     AlignSurvey survey(options, by_t_s, true);      // as the first pieces have it: is there a t_s in both?
//     survey.telemetry(piece); ... survey.training(piece); ... survey.finish();
//     Aligner aligner(options, survey, telemetry_head, training_head, 4096);
//     while (!aligner.done()) { hand it pieces while it wants some; while (aligner.next(block)) ...; }
//     Alignment result = aligner.finish();
//
// Invariant: the rows are those of align(), which is the same two objects given everything as one piece.
#pragma once

#include <memory>

#include "rlecouple/align.hpp"

namespace rle {

struct SurveyState;

class AlignSurvey {
  public:
    /// `by_t_s`: times are taken from t_s, else from the wall clock. `bounded`: rows that stand far behind
    /// where they belong make streams() false, instead of taking memory.
    AlignSurvey(const AlignOptions& options, bool by_t_s, bool bounded);
    ~AlignSurvey();
    AlignSurvey(AlignSurvey&&) noexcept;
    AlignSurvey& operator=(AlignSurvey&&) noexcept;

    /// The next rows of a stream. The two may be called by two threads at a time.
    void telemetry(const Telemetry& piece);
    void training(const Training& piece);
    /// After the last piece.
    void finish();

    /// Times had to be taken as they were; false: survey once more, the other way.
    bool clock_holds() const;
    /// The rows stand nearly in order, so that blocks can be made of what lies near them.
    bool streams() const;

  private:
    friend class Aligner;
    std::unique_ptr<SurveyState> state_;
};

class Aligner {
  public:
    /// The heads carry devices, warnings and counts of the streams, and no rows; a null training head stands
    /// for no training log. Throws as align() does.
    Aligner(const AlignOptions& options, const AlignSurvey& survey, const Telemetry& telemetry_head,
            const Training* training_head, std::size_t block_points);
    ~Aligner();

    bool wants_telemetry() const;
    bool wants_training() const;
    /// The pieces of the survey again; an empty one says that the stream has ended.
    void telemetry(const Telemetry& piece);
    void training(const Training& piece);

    /// The next block_points grid points (fewer at the end), all devices, as soon as no row to come can touch
    /// them. telemetry_row counts the rows of the whole stream.
    bool next(AlignedRows& block);
    /// The lowest telemetry_row that a block to come may name.
    std::ptrdiff_t oldest_row() const;
    bool done() const;

    /// After the last block: everything but the rows.
    Alignment finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rle
