// What SHA-256 does with a block of the message, in plain C++ and by the processor's own instructions.
//
// Invariant: both give the same state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rle::report {

inline constexpr std::size_t kSha256Block = 64;  ///< bytes

/// a to h of FIPS 180-4.
using Sha256State = std::array<std::uint32_t, 8>;

/// Takes `n` blocks, one after the other, into the state.
using TakeBlocks = void (*)(Sha256State& state, const std::uint8_t* blocks, std::size_t n);

void take_blocks_plain(Sha256State& state, const std::uint8_t* blocks, std::size_t n);
/// By x86's SHA instructions (Intel 64 and IA-32 manual, vol. 2); null where this processor has none.
TakeBlocks take_blocks_of_processor();

}  // namespace rle::report
