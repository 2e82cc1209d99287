// Pipes and packed files become inputs that can be read more than once.
#include <sys/stat.h>
#include <zlib.h>

#include <fstream>
#include <random>
#include <thread>

#include "formats/io/files.hpp"
#include "formats/io/input.hpp"
#include "formats/text/encoding.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "unit/formats/message.hpp"

using rle::formats::Input;
using rle::formats::MappedText;
using rle::formats::read_text;
using rle::formats::Unpacker;
using rle::test::refusal_of;
using rle::test::TempDir;

namespace {

void write_packed(const std::string& path, const std::string& text) {
    gzFile file = gzopen(path.c_str(), "ab1");  // appends a member
    REQUIRE(file != nullptr);
    REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
    REQUIRE(gzclose(file) == Z_OK);
}

std::string lines(std::size_t bytes) {
    std::mt19937 random(3);
    std::string text;
    while (text.size() < bytes) text += std::to_string(random()) + "\n";
    return text;
}

std::size_t files_in(const TempDir& folder) {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++n;
    return n;
}

// The same text whichever way, twice.
void check_text(const Input& input, const std::string& text) {
    for (int time = 0; time < 2; ++time) {
        const auto mapped = MappedText::open(input.path(), input.name());
        REQUIRE(mapped.has_value());
        CHECK((mapped->text() == text));
    }
    CHECK((read_text(input.path(), input.name()) == text));
}

}  // namespace

TEST_CASE("a plain file is read where it lies") {
    const TempDir folder;
    rle::test::write_file(folder / "a", "text\n");
    const Input input = Input::open(folder / "a", folder.path());
    CHECK(input.path() == folder / "a");
    check_text(input, "text\n");
}

TEST_CASE("a packed file is unpacked, in memory or on the disk, and leaves nothing behind") {
    for (const std::size_t bytes : {std::size_t{1000}, std::size_t{40} << 20U}) {
        const TempDir folder;
        const std::string text = lines(bytes);
        write_packed(folder / "a", text);
        write_packed(folder / "a", "and a second member\n");
        const Input input = Input::open(folder / "a", folder.path());
        CHECK(input.name() == folder / "a");
        check_text(input, text + "and a second member\n");
        CHECK(files_in(folder) == 1);
    }
}

TEST_CASE("a named pipe is read once, and then as often as needed") {
    const TempDir folder;
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const std::string text = lines(300'000);
    std::thread writer([&] { std::ofstream(folder / "pipe") << text; });
    const Input input = Input::open(folder / "pipe", folder.path());
    writer.join();
    check_text(input, text);
}

TEST_CASE("no room, no file, nothing in it, half a file: each says so") {
    const TempDir folder;
    CHECK(refusal_of([&] { Input::open(folder / "none", folder.path()); }).says("no such file"));
    CHECK(refusal_of([&] { Input::open(folder.path(), folder.path()); }).says("this is a folder"));
    write_packed(folder / "empty", "");
    CHECK(refusal_of([&] { Input::open(folder / "empty", folder.path()); }).says("the file is empty"));
    write_packed(folder / "a", lines(100'000));
    const std::string packed = rle::test::read_file(folder / "a");
    rle::test::write_file(folder / "cut", packed.substr(0, packed.size() - 12));
    CHECK(refusal_of([&] { Input::open(folder / "cut", folder.path()); }).says("ends too early"));
    write_packed(folder / "large", lines(std::size_t{40} << 20U));
    CHECK(refusal_of([&] { Input::open(folder / "large", folder / "nowhere"); }).says("cannot unpack"));
}

TEST_CASE("what is unpacked does not depend on the blocks in which it comes") {
    const std::string utf16(
        "\xff\xfe"
        "a\0\xb0\0\x3d\xd8\x00\xde"
        "b\0",
        12);
    const TempDir folder;
    write_packed(folder / "gz", std::string("\xef\xbb\xbf") + "packed text, and a mark before it\n");
    for (const std::string& bytes : {utf16, rle::test::read_file(folder / "gz"), std::string("plain\n"),
                                     std::string("\xef\xbb\xbf"
                                                 "marked\n"),
                                     std::string("x")}) {
        const std::string whole = rle::formats::decode(bytes, "x");
        for (std::size_t block = 1; block <= bytes.size(); ++block) {
            Unpacker unpacker("x");
            std::string out;
            for (std::size_t at = 0; at < bytes.size(); at += block)
                unpacker.add(bytes.substr(at, block), out);
            unpacker.finish(out);
            CHECK(out == whole);
        }
    }
    CHECK(rle::formats::decode(utf16, "x") ==
          "a\xc2\xb0\xf0\x9f\x98\x80"
          "b");
}
