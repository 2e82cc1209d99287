// SHA-256 (FIPS 180-4), by which a report names the exact bytes that it was made from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "report/sha256_blocks.hpp"

namespace rle::report {

/// Takes the message in pieces; digest() may be called once, at the end.
class Sha256 {
  public:
    void update(std::string_view bytes);
    std::array<std::uint8_t, 32> digest();

  private:
    void take(const std::uint8_t* blocks, std::size_t n);

    Sha256State state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::uint8_t, kSha256Block> pending_{};
    std::size_t pending_size_ = 0;
    std::uint64_t total_bytes_ = 0;
};

/// Lower-case hexadecimal, 64 characters.
std::string hex(const std::array<std::uint8_t, 32>& digest);
std::string sha256_hex(std::string_view bytes);
/// Base64, as a Content-Security-Policy names an inline script: "sha256-...".
std::string csp_hash(std::string_view script);

}  // namespace rle::report
