#include "formats/chain.hpp"

#include <utility>

#include "formats/parts.hpp"
#include "formats/telemetry/file_devices.hpp"

namespace rle::formats {
namespace {

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

// Which day a file begins on may depend on where the one before it ends.
bool begins_on_its_own(const Telemetry& beginning) {
    return !beginning.days_made;
}
bool begins_on_its_own(const Training&) {
    return true;
}

void warn_of_dropped_t_s(Telemetry& head) {
    head.warnings.emplace_back(kOtherStarts);
}
void warn_of_dropped_t_s(Training&) {}

// Of training logs there are no devices to tell apart.
struct NothingApart {
    bool take(std::size_t, Training&) { return true; }
};
void warn_of_apart(const DevicesApart& devices, Telemetry& head) {
    if (!devices.warning().empty()) head.warnings.push_back(devices.warning());
}
void warn_of_apart(const NothingApart&, Training&) {}

DevicesApart apart_by(const std::vector<Telemetry>& beginnings, const std::vector<std::string>& files,
                      bool by_t_s) {
    return {beginnings, files, by_t_s};
}
NothingApart apart_by(const std::vector<Training>&, const std::vector<std::string>&, bool) {
    return {};
}

template <class Stream>
class Chain : public Pieces<Stream> {
  public:
    Chain(std::vector<OpenPart<Stream>> parts, std::vector<std::string> files)
        : parts_(std::move(parts)), files_(std::move(files)) {}

    /// Looks at the beginning of every file; false where one cannot be read in pieces.
    bool look() {
        std::vector<Stream> rows(parts_.size());
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            const std::unique_ptr<Pieces<Stream>> part = parts_[i]();
            if (!part) return false;
            if (!part->next(rows[i], kRowsOfBeginning)) part->finish();  // says why there are none
            if (!begins_on_its_own(rows[i])) return false;
            note_rows(rows[i], beginnings_.emplace_back());
        }
        order_ = order_parts(beginnings_);
        devices_ = apart_by(rows, files_, order_.keep_t_s);
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
        warn_of_apart(devices_, head_);
        return std::move(head_);
    }
    bool holds() const override { return holds_; }
    std::size_t consumed() const override { return 0; }  // each file sees to its own memory

  private:
    void take(Stream& rows, Stream& piece) {
        const Beginning& known = beginnings_[order_.nth[at_]];
        Beginning seen = known;
        note_rows(rows, seen);
        holds_ = devices_.take(order_.nth[at_], rows) && holds_ && seen == known;
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
        Stream rest = part_->finish();
        holds_ = devices_.take(order_.nth[at_], rest) && holds_ && part_->holds();
        append_rows(head_, rest, order_.keep_t_s);
        part_.reset();
    }

    std::vector<OpenPart<Stream>> parts_;
    std::vector<std::string> files_;
    std::vector<Beginning> beginnings_;
    PartOrder order_;
    decltype(apart_by(std::vector<Stream>{}, {}, false)) devices_;
    std::size_t at_ = 0;  ///< in the order of time
    std::unique_ptr<Pieces<Stream>> part_;
    Stream head_;  ///< columns, devices, counts and warnings so far; no rows
    bool holds_ = true;
};

template <class Stream>
std::unique_ptr<Pieces<Stream>> chained(std::vector<OpenPart<Stream>> parts,
                                        const std::vector<std::string>& files) {
    if (parts.size() == 1) return parts.front()();
    auto pieces = std::make_unique<Chain<Stream>>(std::move(parts), files);
    if (!pieces->look()) return nullptr;
    return pieces;
}

}  // namespace

std::unique_ptr<TelemetryPieces> chain(std::vector<OpenPart<Telemetry>> parts,
                                       const std::vector<std::string>& files) {
    return chained(std::move(parts), files);
}

std::unique_ptr<TrainingPieces> chain(std::vector<OpenPart<Training>> parts) {
    return chained(std::move(parts), {});
}

}  // namespace rle::formats
