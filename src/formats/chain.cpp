#include "formats/chain.hpp"

#include <utility>

#include "formats/parts.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kRowsOfBeginning = 1024;

// Every piece has the columns of all files.
void add_columns(Telemetry& to, const Telemetry& from) {
    for (const TextColumn& column : from.others) {
        if (to.other(column.name()) == nullptr) to.others.emplace_back(column.name());
    }
}
void add_columns(Training&, const Training&) {}

void keep_devices(Telemetry& head, const Telemetry& piece) {
    head.devices = piece.devices;
}
void keep_devices(Training&, const Training&) {}

void warn_of_dropped_t_s(Telemetry& head) {
    head.warnings.emplace_back(kOtherStarts);
}
void warn_of_dropped_t_s(Training&) {}

template <class Stream>
class Chain : public Pieces<Stream> {
  public:
    explicit Chain(std::vector<OpenPart<Stream>> parts) : parts_(std::move(parts)) {}

    /// Looks at the beginning of every file; false where one cannot be read in pieces.
    bool look() {
        std::vector<Stream> rows(parts_.size());
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const std::unique_ptr<Pieces<Stream>> part = parts_[i]();
            if (!part) return false;
            if (!part->next(rows[i], kRowsOfBeginning)) part->finish();  // says why there are none
            note_rows(rows[i], beginnings_.emplace_back());
            rows[i] = columns_alone(rows[i]);
        }
        order_ = order_parts(beginnings_);
        for (const std::size_t i : order_.nth) add_columns(head_, rows[i]);
        return true;
    }

    bool next(Stream& piece, std::size_t most) override {
        for (; at_ < order_.nth.size(); ++at_) {
            if (!part_) part_ = parts_[order_.nth[at_]]();
            Stream rows;
            if (part_ && part_->next(rows, most)) {
                take(rows, piece);
                return true;
            }
            end_part();
        }
        piece = Stream{};
        return false;
    }

    Stream finish() override {
        if (order_.dropped_t_s) warn_of_dropped_t_s(head_);
        return std::move(head_);
    }
    bool holds() const override { return holds_; }
    std::size_t consumed() const override { return 0; }  // each file sees to its own memory

  private:
    static Stream columns_alone(const Stream& rows) {
        Stream columns;
        add_columns(columns, rows);
        return columns;
    }

    void take(const Stream& rows, Stream& piece) {
        const Beginning& known = beginnings_[order_.nth[at_]];
        Beginning seen = known;
        note_rows(rows, seen);
        holds_ = holds_ && seen == known;
        piece = head_;
        piece.dropped.clear();
        piece.warnings.clear();
        append_rows(piece, rows, order_.keep_t_s);
        keep_devices(head_, piece);
    }

    void end_part() {
        if (!part_) {  // it was there when it was looked at
            holds_ = false;
            return;
        }
        append_rows(head_, part_->finish(), order_.keep_t_s);
        holds_ = holds_ && part_->holds();
        part_.reset();
    }

    std::vector<OpenPart<Stream>> parts_;
    std::vector<Beginning> beginnings_;
    PartOrder order_;
    std::size_t at_ = 0;  ///< in the order of time
    std::unique_ptr<Pieces<Stream>> part_;
    Stream head_;  ///< columns, devices, counts and warnings so far; no rows
    bool holds_ = true;
};

template <class Stream>
std::unique_ptr<Pieces<Stream>> chained(std::vector<OpenPart<Stream>> parts) {
    if (parts.size() == 1) return parts.front()();
    auto pieces = std::make_unique<Chain<Stream>>(std::move(parts));
    if (!pieces->look()) return nullptr;
    return pieces;
}

}  // namespace

std::unique_ptr<TelemetryPieces> chain(std::vector<OpenPart<Telemetry>> parts) {
    return chained(std::move(parts));
}

std::unique_ptr<TrainingPieces> chain(std::vector<OpenPart<Training>> parts) {
    return chained(std::move(parts));
}

}  // namespace rle::formats
