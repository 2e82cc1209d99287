#include "formats/encoding.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>

#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kLargestUnpacked = std::size_t{64}
                                         << 30U;  // a file that unpacks to more is a bomb, not a log

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | (code >> 6U));
        byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        byte(0xE0 | (code >> 12U));
        byte(0x80 | ((code >> 6U) & 0x3F));
        byte(0x80 | (code & 0x3F));
    } else {
        byte(0xF0 | (code >> 18U));
        byte(0x80 | ((code >> 12U) & 0x3F));
        byte(0x80 | ((code >> 6U) & 0x3F));
        byte(0x80 | (code & 0x3F));
    }
}

std::string from_utf16(std::string_view bytes, bool little_endian) {
    const auto unit = [&](std::size_t i) {
        const auto a = static_cast<unsigned char>(bytes[i]);
        const auto b = static_cast<unsigned char>(bytes[i + 1]);
        return static_cast<std::uint32_t>(little_endian ? a | (b << 8U) : b | (a << 8U));
    };
    std::string out;
    out.reserve(bytes.size() / 2);
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        std::uint32_t code = unit(i);
        if (code >= 0xD800 && code < 0xDC00 && i + 3 < bytes.size()) {
            const std::uint32_t low = unit(i + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
                i += 2;
            }
        }
        if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;  // half of a pair
        append_utf8(out, code);
    }
    return out;
}

struct Inflater {
    z_stream stream{};
    Inflater() {
        if (inflateInit2(&stream, 15 + 16) != Z_OK) throw Error(ErrorKind::failed, "zlib", "cannot start");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

// A gzip file may hold several members, one after the other (log rotation, cat a.gz b.gz).
std::string gunzip(std::string& bytes, const std::string& where) {
    Inflater inflater;
    z_stream& z = inflater.stream;
    std::string out;
    std::array<char, 1U << 16U> block;
    std::size_t taken = 0;
    for (;;) {
        z.next_in = reinterpret_cast<Bytef*>(bytes.data() + taken);
        z.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size() - taken, 1U << 30U));
        const uInt offered = z.avail_in;
        z.next_out = reinterpret_cast<Bytef*>(block.data());
        z.avail_out = static_cast<uInt>(block.size());
        const int status = inflate(&z, Z_NO_FLUSH);
        taken += offered - z.avail_in;
        out.append(block.data(), block.size() - z.avail_out);
        if (status == Z_STREAM_END) {
            if (taken == bytes.size()) return out;
            inflateReset(&z);
        } else if (status == Z_BUF_ERROR || (status == Z_OK && taken == bytes.size() && z.avail_out != 0)) {
            throw Error(ErrorKind::failed, where, "the gzip file ends too early", "copy it again");
        } else if (status != Z_OK) {
            throw Error(ErrorKind::failed, where, "the gzip file is damaged", "copy it again");
        }
        if (out.size() > kLargestUnpacked)
            throw Error(ErrorKind::failed, where, "unpacks to more than 64 GiB");
    }
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        if (lead < 0x80) continue;
        const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || i + more >= bytes.size()) return false;
        for (std::size_t k = 1; k <= more; ++k) {
            if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0U) != 0x80) return false;
        }
        i += more;
    }
    return true;
}

}  // namespace

std::string decode(std::string bytes, const std::string& where) {
    if (bytes.starts_with("\x1f\x8b")) bytes = gunzip(bytes, where);
    if (bytes.starts_with("\xff\xfe")) return from_utf16(std::string_view(bytes).substr(2), true);
    if (bytes.starts_with("\xfe\xff")) return from_utf16(std::string_view(bytes).substr(2), false);
    if (bytes.starts_with(kUtf8Mark)) bytes.erase(0, kUtf8Mark.size());
    return bytes;
}

bool is_plain(std::string_view bytes) {
    return !bytes.starts_with("\x1f\x8b") && !bytes.starts_with("\xff\xfe") && !bytes.starts_with("\xfe\xff");
}

std::string from_cp1252(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    // 0x80 to 0x9F; the rest of the code page is Latin-1, whose codes are Unicode's.
    constexpr std::array<std::uint16_t, 32> kHigh{
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        append_utf8(out, code >= 0x80 && code < 0xA0 ? kHigh[code - 0x80U] : code);
    }
    return out;
}

}  // namespace rle::formats
