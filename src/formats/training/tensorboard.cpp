// Layout: tensorflow/core/lib/io/record_writer.h (length, masked crc32c of it, payload, masked crc32c of it,
// little-endian) and tensorflow/core/util/event.proto: wall_time = 1, step = 2, summary = 5; in it value = 1
// with tag = 1, simple_value = 2, tensor = 8; in that dtype = 1, tensor_content = 4, float_val = 5,
// double_val = 6. crc32c: Castagnoli's polynomial, reflected.
#include "formats/training/tensorboard.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include "formats/training/training_record.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kHead = 12;  // length and its checksum
constexpr std::size_t kTail = 4;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? 0x82F63B78U ^ (c >> 1U) : c >> 1U;
        table[i] = c;
    }
    return table;
}
constexpr auto kCrcTable = make_crc_table();

std::uint32_t masked_crc(std::string_view bytes) {
    std::uint32_t c = 0xFFFFFFFFU;
    for (const char b : bytes) c = kCrcTable[(c ^ static_cast<unsigned char>(b)) & 0xFFU] ^ (c >> 8U);
    c ^= 0xFFFFFFFFU;
    return ((c >> 15U) | (c << 17U)) + 0xA282EAD8U;
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
    return value;
}

enum class Cut { none, end, damaged };

// Takes one record off `rest`.
std::optional<std::string_view> take_record(std::string_view& rest, Cut& cut) {
    cut = Cut::none;
    if (rest.size() < kHead) {
        cut = rest.empty() ? Cut::none : Cut::end;
        return std::nullopt;
    }
    const std::uint64_t length = little_endian(rest.substr(0, 8));
    if (masked_crc(rest.substr(0, 8)) != little_endian(rest.substr(8, 4))) {
        cut = Cut::damaged;
    } else if (length > rest.size() - kHead || rest.size() - kHead - length < kTail) {
        cut = Cut::end;
    }
    if (cut != Cut::none) return std::nullopt;
    const std::string_view payload = rest.substr(kHead, length);
    if (masked_crc(payload) != little_endian(rest.substr(kHead + length, kTail))) {
        cut = Cut::damaged;
        return std::nullopt;
    }
    rest.remove_prefix(kHead + length + kTail);
    return payload;
}

struct ProtoField {
    std::uint64_t number = 0;
    std::uint64_t value = 0;  ///< of a varint or of fixed bits
    std::string_view bytes;   ///< of a length-delimited field
};

bool take_varint(std::string_view& rest, std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(rest.front());
        rest.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

// False at the end of the message, or where it is none.
bool take_field(std::string_view& rest, ProtoField& field) {
    std::uint64_t key = 0;
    if (!take_varint(rest, key)) return false;
    field = {key >> 3U, 0, {}};
    const std::uint64_t wire_type = key & 7U;
    if (wire_type == 0) return take_varint(rest, field.value);
    std::uint64_t length = wire_type == 1 ? 8 : 4;
    if (wire_type == 2 && !take_varint(rest, length)) return false;
    if ((wire_type != 1 && wire_type != 2 && wire_type != 5) || length > rest.size()) return false;
    field.bytes = rest.substr(0, length);
    if (wire_type != 2) field.value = little_endian(field.bytes);
    rest.remove_prefix(length);
    return true;
}

double float_of(std::string_view four_bytes) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(little_endian(four_bytes)));
}

double double_of(std::string_view eight_bytes) {
    return std::bit_cast<double>(little_endian(eight_bytes));
}

// TensorFlow 2 writes scalars as tensors of one number.
std::optional<double> tensor_value(std::string_view tensor) {
    constexpr std::uint64_t kFloat = 1, kDouble = 2;
    std::uint64_t type = kFloat;
    std::string_view content;
    ProtoField field;
    while (take_field(tensor, field)) {
        if (field.number == 1) type = field.value;
        if (field.number == 4) content = field.bytes;
        if (field.number == 5 && field.bytes.size() == 4) return float_of(field.bytes);
        if (field.number == 6 && field.bytes.size() == 8) return double_of(field.bytes);
    }
    if (type == kFloat && content.size() == 4) return float_of(content);
    if (type == kDouble && content.size() == 8) return double_of(content);
    return std::nullopt;
}

struct Scalar {
    std::string_view tag;
    std::optional<double> value;
};

Scalar scalar_of(std::string_view message) {
    Scalar scalar;
    ProtoField field;
    while (take_field(message, field)) {
        if (field.number == 1) scalar.tag = field.bytes;
        if (field.number == 2 && field.bytes.size() == 4) scalar.value = float_of(field.bytes);
        if (field.number == 8) scalar.value = tensor_value(field.bytes);
    }
    return scalar;
}

class EventLog {
  public:
    explicit EventLog(const Source& source) : source_(source), builder_(source) {}

    Training read() {
        std::string_view rest = source_.text;
        Cut cut = Cut::none;
        while (const auto payload = take_record(rest, cut)) add_event(*payload);
        if (cut != Cut::none) {
            builder_.count("torn_record");
            builder_.warn(fmt::format("{} at byte {}; what came before is used",
                                      cut == Cut::end ? "ends within a record" : "a damaged record",
                                      source_.text.size() - rest.size()));
        }
        for (const auto& [number, step] : steps_) {
            if (step.record.is_step) builder_.add(step.record);
        }
        return builder_.finish();
    }

  private:
    // Each scalar is an event of its own; those of one step make one record, timed by the first of them.
    void add_event(std::string_view event) {
        double wall_s = kMissing;
        std::uint64_t step = 0;
        std::vector<std::string_view> summaries;
        ProtoField field;
        while (take_field(event, field)) {
            if (field.number == 1) wall_s = std::bit_cast<double>(field.value);
            if (field.number == 2) step = field.value;
            if (field.number == 5) summaries.push_back(field.bytes);
        }
        for (std::string_view summary : summaries) {
            while (take_field(summary, field)) {
                if (field.number == 1) add_scalar(scalar_of(field.bytes), step, wall_s);
            }
        }
    }

    void add_scalar(const Scalar& scalar, std::uint64_t number, double wall_s) {
        const KnownKey known = known_key(scalar.tag, source_.options.grad_key);
        if (!scalar.value || known.field == StepField::none) return;
        Step& step = steps_[number];
        if (!step.tags.insert(std::string(scalar.tag)).second) {
            // A training that was resumed goes through its steps again, and this is its own.
            if (step.record.is_step) builder_.add(step.record);
            step = Step{};
            step.tags.insert(std::string(scalar.tag));
        }
        TrainingRecord& record = step.record;
        record.step = static_cast<double>(number);
        const auto us = epoch_us(wall_s);
        if (us && record.time.time_class == TimeClass::none) record.time = {TimeClass::epoch, *us};
        const auto [rank, first] = step.ranks.try_emplace(known.field, known.rank);
        if (!first && rank->second <= known.rank) return;  // another tag says it better
        rank->second = known.rank;
        set(record, known.field, *scalar.value);
    }

    static void set(TrainingRecord& record, StepField field, double value) {
        const bool norm = field == StepField::grad_norm;
        const double finite = std::isfinite(value) ? value : kMissing;
        if (norm) record.grad_norm = std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
        if (field == StepField::loss) record.loss = finite;
        if (field == StepField::learning_rate) record.learning_rate = finite;
        if (field == StepField::epoch) record.epoch = finite;
        record.is_step = record.is_step || norm || field == StepField::loss;
    }

    struct Step {
        TrainingRecord record;
        std::set<std::string> tags;           // seen so far
        std::map<StepField, unsigned> ranks;  // of the tag that a field is from
    };

    const Source& source_;
    TrainingBuilder builder_;
    std::map<std::uint64_t, Step> steps_;
};

}  // namespace

std::string refuse_tensorboard(const Source& source) {
    std::string_view rest = source.text;
    Cut cut = Cut::none;
    return take_record(rest, cut) ? "" : "no TFRecord with a right checksum at its beginning";
}

Training read_tensorboard(const Source& source) {
    return EventLog(source).read();
}

}  // namespace rle::formats
