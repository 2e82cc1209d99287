#include "report/sha256_blocks.hpp"

#include <bit>

#if defined(__GNUC__) && defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#define RLE_SHA_INSTRUCTIONS
#endif

namespace rle::report {
namespace {

// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
alignas(16) constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t big_endian(const std::uint8_t* p) {
    return (std::uint32_t{p[0]} << 24) | (std::uint32_t{p[1]} << 16) | (std::uint32_t{p[2]} << 8) | p[3];
}

void take_block(Sha256State& state, const std::uint8_t* block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t t = 0; t < 16; ++t) w[t] = big_endian(block + 4 * t);
    for (std::size_t t = 16; t < 64; ++t) {
        const std::uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
        const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t t = 0; t < 64; ++t) {
        const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
        const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const Sha256State round{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += round[i];
}

#ifdef RLE_SHA_INSTRUCTIONS
#define RLE_SHA_TARGET __attribute__((target("sha,sse4.1")))

// The eight words as the instructions want them: a, b, e, f in one register, c, d, g, h in the other, a and c
// on top.
struct Halves {
    __m128i abef, cdgh;
};

RLE_SHA_TARGET inline Halves halves_of(const Sha256State& state) {
    const auto* words = reinterpret_cast<const __m128i*>(state.data());
    const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xB1);
    const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1B);
    return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
}

RLE_SHA_TARGET inline Sha256State state_of(const Halves& halves) {
    const __m128i feba = _mm_shuffle_epi32(halves.abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(halves.cdgh, 0xB1);
    Sha256State state{};
    auto* words = reinterpret_cast<__m128i*>(state.data());
    _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
    return state;
}

// Four words of the schedule from the sixteen before them (FIPS 180-4, 6.2.2, step 1), in their order.
RLE_SHA_TARGET inline __m128i next_words(__m128i before16, __m128i before12, __m128i before8,
                                         __m128i before4) {
    const __m128i before7 = _mm_alignr_epi8(before4, before8, 4);
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(before16, before12), before7);
    return _mm_sha256msg2_epu32(sum, before4);
}

RLE_SHA_TARGET inline void four_rounds(Halves& now, __m128i words, std::size_t first) {
    const auto* constants = reinterpret_cast<const __m128i*>(kRound.data() + first);
    const __m128i sum = _mm_add_epi32(words, _mm_load_si128(constants));
    now.cdgh = _mm_sha256rnds2_epu32(now.cdgh, now.abef, sum);
    now.abef = _mm_sha256rnds2_epu32(now.abef, now.cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

RLE_SHA_TARGET void take_blocks_by_instructions(Sha256State& state, const std::uint8_t* blocks,
                                                std::size_t n) {
    const __m128i to_big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    Halves sum = halves_of(state);
    for (; n > 0; --n, blocks += kSha256Block) {
        Halves now = sum;
        __m128i w[4];
        for (std::size_t k = 0; k < 4; ++k) {
            const auto* from = reinterpret_cast<const __m128i*>(blocks + 16 * k);
            w[k] = _mm_shuffle_epi8(_mm_loadu_si128(from), to_big_endian);
            four_rounds(now, w[k], 4 * k);
        }
        for (std::size_t first = 16; first < 64; first += 16) {
            for (std::size_t k = 0; k < 4; ++k) {
                w[k] = next_words(w[k], w[(k + 1) % 4], w[(k + 2) % 4], w[(k + 3) % 4]);
                four_rounds(now, w[k], first + 4 * k);
            }
        }
        sum.abef = _mm_add_epi32(sum.abef, now.abef);
        sum.cdgh = _mm_add_epi32(sum.cdgh, now.cdgh);
    }
    state = state_of(sum);
}

// Leaf 7 of cpuid, EBX bit 29: SHA; leaf 1, ECX bit 19: SSE4.1.
bool has_sha_instructions() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b >> 29 & 1U) == 0) return false;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c >> 19 & 1U) != 0;
}
#endif

}  // namespace

void take_blocks_plain(Sha256State& state, const std::uint8_t* blocks, std::size_t n) {
    for (; n > 0; --n, blocks += kSha256Block) take_block(state, blocks);
}

TakeBlocks take_blocks_of_processor() {
#ifdef RLE_SHA_INSTRUCTIONS
    static const bool has_them = has_sha_instructions();
    if (has_them) return take_blocks_by_instructions;
#endif
    return nullptr;
}

}  // namespace rle::report
