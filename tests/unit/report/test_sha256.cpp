// Vectors of FIPS 180-4's examples (NIST CSRC), and sha256sum's answers.
#include "report/sha256.hpp"

#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace rle::report;

TEST_CASE("SHA-256 gives the published digests") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(
        sha256_hex(
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
            "mnopqrstnopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    CHECK(sha256_hex(std::string(1000000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how the message is cut") {
    const std::string message(1000, 'x');
    for (const std::size_t cut : {1U, 63U, 64U, 65U, 500U}) {
        Sha256 hash;
        for (std::size_t at = 0; at < message.size(); at += cut)
            hash.update(std::string_view(message).substr(at, cut));
        CHECK(hex(hash.digest()) == sha256_hex(message));
    }
}

// FIPS 180-4's example "abc" as the block that it is padded to, and blocks of any bytes.
TEST_CASE("the processor's instructions do what the plain code does") {
    Sha256State published{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::vector<std::uint8_t> abc(kSha256Block);
    abc[0] = 'a', abc[1] = 'b', abc[2] = 'c', abc[3] = 0x80, abc[63] = 24;
    Sha256State plain = published;
    take_blocks_plain(plain, abc.data(), 1);
    CHECK(plain == Sha256State{0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c,
                               0xb410ff61, 0xf20015ad});
    const TakeBlocks take_blocks = take_blocks_of_processor();
    if (take_blocks == nullptr) {
        WARN("this processor has no SHA instructions; skipped");
        return;
    }
    Sha256State by_processor = published;
    take_blocks(by_processor, abc.data(), 1);
    CHECK(by_processor == plain);
    std::mt19937 random(7);
    for (const std::size_t n : {0U, 1U, 2U, 3U, 17U, 200U}) {
        std::vector<std::uint8_t> bytes(n * kSha256Block + 1);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
        for (std::uint32_t& word : published) word = static_cast<std::uint32_t>(random());
        plain = by_processor = published;
        take_blocks_plain(plain, bytes.data() + 1, n);  // not aligned, as a buffer may be
        take_blocks(by_processor, bytes.data() + 1, n);
        INFO(n << " blocks");
        CHECK(by_processor == plain);
    }
}

TEST_CASE("an inline script is named as a Content-Security-Policy names it") {
    // The example of CSP Level 3, section 8.4: alert('Hello, world.');
    CHECK(csp_hash("alert('Hello, world.');") == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
}
