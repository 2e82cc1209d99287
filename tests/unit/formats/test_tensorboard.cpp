// Event files written byte by byte after the published layout, with the cases that few tools write.
#include <cmath>
#include <cstdint>
#include <cstring>

#include "formats/registry.hpp"
#include "support/catch.hpp"

using rle::Training;

namespace {

constexpr double kNoon = 1790596800.0;  // date -u -d "2026-09-28 12:00" +%s

// CRC-32C bit by bit, masked as TFRecord has it.
std::uint32_t masked_crc(const std::string& bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    }
    crc = ~crc;
    return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
}

template <class T>
std::string raw(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

// A field of a message; `text` is shorter than 128 bytes.
std::string field(int number, const std::string& text) {
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(text.size())} + text;
}

std::string event(double seconds, int step, const std::string& tag, const std::string& value) {
    const std::string summary = field(1, field(1, tag) + value);
    const std::string payload =
        "\x09" + raw(seconds) + std::string{'\x10', static_cast<char>(step)} + field(5, summary);
    const std::string length = raw(static_cast<std::uint64_t>(payload.size()));
    return length + raw(masked_crc(length)) + payload + raw(masked_crc(payload));
}

std::string simple(float value) {
    return "\x15" + raw(value);
}
std::string tensor(int dtype, const std::string& rest) {
    return field(8, std::string{'\x08', static_cast<char>(dtype)} + rest);
}

Training read(const std::string& bytes) {
    const rle::formats::ReadOptions options;
    return rle::formats::read_training_text({bytes, "events", options});
}

}  // namespace

TEST_CASE("TensorFlow 2's tensors: float_val, double_val and content, by their type") {
    const Training t = read(event(kNoon, 1, "grad_norm", tensor(1, field(5, raw(1.5F)))) +
                            event(kNoon + 1, 2, "grad_norm", tensor(1, field(4, raw(1.25F)))) +
                            event(kNoon + 2, 3, "grad_norm", tensor(2, field(4, raw(0.1)))) +
                            event(kNoon + 3, 4, "grad_norm", tensor(2, field(6, raw(0.2)))) +
                            event(kNoon + 4, 5, "loss", simple(2.5F)) +
                            // four bytes of an integer are no float
                            event(kNoon + 4, 5, "grad_norm", tensor(3, field(4, raw(std::int32_t{7})))));
    CHECK(std::vector<double>(t.grad_norm.begin(), t.grad_norm.begin() + 4) ==
          std::vector<double>{1.5, 1.25, 0.1, 0.2});
    REQUIRE(t.size() == 5);
    CHECK(std::isnan(t.grad_norm[4]));
}

TEST_CASE("a training that was resumed has its steps again, with their own times") {
    const Training t =
        read(event(kNoon, 1, "grad_norm", simple(1.5F)) + event(kNoon, 1, "loss", simple(2.5F)) +
             event(kNoon + 9, 1, "grad_norm", simple(1.25F)) + event(kNoon + 9, 1, "loss", simple(2.25F)));
    REQUIRE(t.size() == 2);
    CHECK(t.wall_us == std::vector<std::int64_t>{1790596800'000000, 1790596809'000000});
    CHECK(t.grad_norm == std::vector<double>{1.5, 1.25});
    CHECK(t.loss == std::vector<double>{2.5, 2.25});
}

TEST_CASE(
    "of several tags for one quantity the better known goes, whatever their order; torchtitan's names") {
    const Training t =
        read(event(kNoon, 1, "train_loss", simple(7.0F)) + event(kNoon, 1, "loss", simple(2.5F)) +
             event(kNoon, 1, "grad_norm", simple(1.5F)) +
             event(kNoon + 1, 2, "loss_metrics/global_avg_loss", simple(2.25F)));
    CHECK(t.loss == std::vector<double>{2.5, 2.25});
}
