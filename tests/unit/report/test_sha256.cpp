// Vectors of FIPS 180-4's examples (NIST CSRC), and sha256sum's answers.
#include "report/sha256.hpp"
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

TEST_CASE("an inline script is named as a Content-Security-Policy names it") {
    // The example of CSP Level 3, section 8.4: alert('Hello, world.');
    CHECK(csp_hash("alert('Hello, world.');") == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
}
