#include "report/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rle::report {
namespace {

TakeBlocks fastest() {
    const TakeBlocks of_processor = take_blocks_of_processor();
    return of_processor != nullptr ? of_processor : take_blocks_plain;
}

}  // namespace

void Sha256::take(const std::uint8_t* blocks, std::size_t n) {
    static const TakeBlocks take_blocks = fastest();
    take_blocks(state_, blocks, n);
}

void Sha256::update(std::string_view bytes) {
    total_bytes_ += bytes.size();
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    while (left > 0) {
        if (pending_size_ == 0 && left >= kSha256Block) {
            const std::size_t whole = left / kSha256Block;
            take(data, whole);
            data += whole * kSha256Block;
            left -= whole * kSha256Block;
            continue;
        }
        const std::size_t taken = std::min(left, kSha256Block - pending_size_);
        std::copy_n(data, taken, pending_.begin() + static_cast<std::ptrdiff_t>(pending_size_));
        pending_size_ += taken;
        data += taken;
        left -= taken;
        if (pending_size_ == kSha256Block) {
            take(pending_.data(), 1);
            pending_size_ = 0;
        }
    }
}

std::array<std::uint8_t, 32> Sha256::digest() {
    const std::uint64_t bits = total_bytes_ * 8;
    pending_[pending_size_++] = 0x80;
    if (pending_size_ > 56) {
        std::fill(pending_.begin() + static_cast<std::ptrdiff_t>(pending_size_), pending_.end(),
                  std::uint8_t{0});
        take(pending_.data(), 1);
        pending_size_ = 0;
    }
    std::fill(pending_.begin() + static_cast<std::ptrdiff_t>(pending_size_), pending_.end(), std::uint8_t{0});
    for (unsigned i = 0; i < 8; ++i) pending_[56 + i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    take(pending_.data(), 1);
    std::array<std::uint8_t, 32> out{};
    for (std::size_t i = 0; i < 32; ++i)
        out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
    return out;
}

std::string hex(const std::array<std::uint8_t, 32>& digest) {
    std::string out;
    for (const std::uint8_t byte : digest) out += fmt::format("{:02x}", byte);
    return out;
}

std::string sha256_hex(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hex(hash.digest());
}

std::string csp_hash(std::string_view script) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Sha256 hash;
    hash.update(script);
    const std::array<std::uint8_t, 32> digest = hash.digest();
    std::string out = "sha256-";
    for (std::size_t i = 0; i < 30; i += 3) {
        const std::uint32_t three =
            (std::uint32_t{digest[i]} << 16) | (std::uint32_t{digest[i + 1]} << 8) | digest[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) out += kAlphabet[(three >> shift) & 63U];
    }
    const std::uint32_t two = (std::uint32_t{digest[30]} << 16) | (std::uint32_t{digest[31]} << 8);
    for (int shift = 18; shift >= 6; shift -= 6) out += kAlphabet[(two >> shift) & 63U];
    return out + "=";
}

}  // namespace rle::report
