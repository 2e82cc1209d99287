#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "formats/io/files.hpp"
#include "formats/text/encoding.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"

using rle::formats::read_text;
using rle::formats::write_text;
using rle::test::refusal_of;
using rle::test::TempDir;

namespace {

std::string gzip(const std::string& text) {
    z_stream z{};
    REQUIRE(deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(text.size() + 1000, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

}  // namespace

TEST_CASE("what was written is read, and nothing is left beside it") {
    const TempDir folder;
    const std::string path = folder / "a.csv";
    write_text(path, "first\n");
    write_text(path, "second\n");
    CHECK(read_text(path) == "second\n");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    struct stat info {};
    REQUIRE(stat(path.c_str(), &info) == 0);
    const mode_t mask = umask(0);
    umask(mask);
    CHECK((info.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("files that threads write at once are no more open to others than the umask says") {
    const TempDir folder;
    const mode_t mask = umask(0);
    umask(mask);
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 100; ++i) write_text(folder / fmt::format("{}_{}", t, i), "text");
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(umask(mask) == mask);
    std::size_t others = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        others += static_cast<mode_t>(entry.status().permissions()) == (0666 & ~mask) ? 0U : 1U;
    CHECK(others == 0);
}

TEST_CASE("a file that is replaced stays as open or closed to others as it was") {
    const TempDir folder;
    write_text(folder / "secret", "first");
    std::filesystem::permissions(folder / "secret", std::filesystem::perms::owner_read);
    write_text(folder / "secret", "second");
    CHECK(read_text(folder / "secret") == "second");
    CHECK(std::filesystem::status(folder / "secret").permissions() == std::filesystem::perms::owner_read);
}

TEST_CASE("folders above an output that are not there are made") {
    const TempDir folder;
    write_text(folder / "a/b/out", "text");
    CHECK(read_text(folder / "a/b/out") == "text");
}

TEST_CASE("what was not committed leaves no folder behind, and takes none along that was there") {
    const TempDir folder;
    { rle::formats::OutputFile(folder / "a/b/out").write("text"); }
    CHECK_FALSE(std::filesystem::exists(folder / "a"));
    std::filesystem::create_directory(folder / "a");
    { rle::formats::OutputFile(folder / "a/b/out").write("text"); }
    CHECK(std::filesystem::is_empty(folder / "a"));
}

TEST_CASE("a link stays a link") {
    const TempDir folder;
    rle::test::write_file(folder / "target", "old");
    std::filesystem::create_symlink("target", folder / "link");
    write_text(folder / "link", "new");
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(rle::test::read_file(folder / "target") == "new");
}

TEST_CASE("a full disk is one clear error") {
    CHECK(
        refusal_of([&] { write_text("/dev/full", "text"); }).says("/dev/full: cannot write: no space left"));
}

TEST_CASE("what cannot be opened says why") {
    const TempDir folder;
    rle::test::write_file(folder / "empty", "");
    CHECK(refusal_of([&] { read_text(folder / "none"); }).says("none: cannot read: no such file"));
    CHECK(refusal_of([&] { read_text(folder.path().string()); }).says("this is a folder"));
    CHECK(refusal_of([&] { read_text(folder / "empty"); }).says("the file is empty"));
    CHECK(refusal_of([&] { write_text(folder / "empty/out", "x"); }).says("Not a directory"));
    if (geteuid() == 0) {
        WARN("skipped: root may read everything, so that permissions cannot be tested");
        return;
    }
    rle::test::write_file(folder / "secret", "x");
    chmod((folder / "secret").c_str(), 0);
    CHECK(refusal_of([&] { read_text(folder / "secret"); }).says("permission denied"));
}

TEST_CASE("gzip is unpacked whatever the name, in one member or several") {
    const TempDir folder;
    std::string text;
    for (int i = 0; i < 20000; ++i) text += std::to_string(i) + ",\n";
    rle::test::write_file(folder / "a.csv", gzip(text) + gzip("end\n"));
    CHECK(read_text(folder / "a.csv") == text + "end\n");
}

TEST_CASE("a gzip file that was cut or damaged is an error") {
    const TempDir folder;
    std::string packed =
        gzip("some text that is long enough to be cut in the middle, and then some more of it\n");
    rle::test::write_file(folder / "cut", packed.substr(0, packed.size() - 12));
    CHECK(refusal_of([&] { read_text(folder / "cut"); }).says("ends too early"));
    packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 0x55);  // in the checksum
    rle::test::write_file(folder / "bad", packed);
    CHECK(refusal_of([&] { read_text(folder / "bad"); }).says("damaged"));
}

TEST_CASE("byte-order marks go, UTF-16 and code page 1252 become UTF-8") {
    using rle::formats::decode;
    using rle::formats::from_cp1252;
    CHECK(decode("\xef\xbb\xbf"
                 "a",
                 "x") == "a");
    CHECK(decode(std::string("\xff\xfe"
                             "a\0\xb0\0\x3d\xd8\x00\xde",
                             10),
                 "x") == "a\xc2\xb0\xf0\x9f\x98\x80");
    CHECK(decode(std::string("\xfe\xff\0a", 4), "x") == "a");
    CHECK(from_cp1252("25 \xb0"
                      "C \x80") ==
          "25 \xc2\xb0"
          "C \xe2\x82\xac");
    CHECK(from_cp1252("25 \xc2\xb0"
                      "C") ==
          "25 \xc2\xb0"
          "C");
    // Half of a pair, a slash in two bytes too many, and a code beyond the last one are no UTF-8.
    for (const char* bytes : {"\xed\xa0\x80", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80"})
        CHECK(from_cp1252(bytes) != bytes);
    for (const char* bytes : {"\xed\x9f\xbf", "\xe0\xa0\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        CHECK(from_cp1252(bytes) == bytes);
}
