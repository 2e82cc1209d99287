#include "formats/text/encoding.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::string_view kGzipMark = "\x1f\x8b";
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

// The second byte tells a code that has a shorter form, half of a pair or one beyond Unicode's last.
bool may_follow(unsigned char lead, unsigned char second) {
    if (lead == 0xE0) return second >= 0xA0;
    if (lead == 0xED) return second < 0xA0;
    if (lead == 0xF0) return second >= 0x90;
    return lead != 0xF4 || second < 0x90;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        if (lead < 0x80) continue;
        const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || i + more >= bytes.size()) return false;
        if (!may_follow(lead, static_cast<unsigned char>(bytes[i + 1]))) return false;
        for (std::size_t k = 1; k <= more; ++k) {
            if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0U) != 0x80) return false;
        }
        i += more;
    }
    return true;
}

}  // namespace

// A gzip file may hold several members, one after the other (log rotation, cat a.gz b.gz).
struct Unpacker::Gunzip {
    z_stream stream{};
    bool member_ended = false;  // the last byte so far closed a member
    std::size_t unpacked = 0;

    Gunzip() {
        if (inflateInit2(&stream, 15 + 16) != Z_OK) throw Error(ErrorKind::failed, "zlib", "cannot start");
    }
    ~Gunzip() { inflateEnd(&stream); }
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;
};

Unpacker::Unpacker(std::string where) : where_(std::move(where)) {}
Unpacker::~Unpacker() = default;

void Unpacker::add(std::string_view bytes, std::string& out) {
    if (!packing_known_) {
        head_.append(bytes);
        if (head_.size() < 2) return;
        packing_known_ = true;
        if (head_.starts_with(kGzipMark)) gunzip_ = std::make_unique<Gunzip>();
        const std::string head = std::exchange(head_, {});
        return gunzip_ ? unpack(head, out) : text(head, out);
    }
    return gunzip_ ? unpack(bytes, out) : text(bytes, out);
}

void Unpacker::finish(std::string& out) {
    if (gunzip_ && !gunzip_->member_ended)
        throw Error(ErrorKind::failed, where_, "the gzip file ends too early", "copy it again");
    if (form_ == Form::unknown) begin_text(out);
    if (form_ != Form::utf8) append_utf16({}, true, out);
}

void Unpacker::unpack(std::string_view bytes, std::string& out) {
    z_stream& z = gunzip_->stream;
    std::string block(std::size_t{1} << 16U, '\0');
    while (!bytes.empty() || z.avail_out == 0) {
        if (gunzip_->member_ended && !bytes.empty()) inflateReset(&z);
        z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        z.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), 1U << 30U));
        const uInt offered = z.avail_in;
        z.next_out = reinterpret_cast<Bytef*>(block.data());
        z.avail_out = static_cast<uInt>(block.size());
        const int status = inflate(&z, Z_NO_FLUSH);
        bytes.remove_prefix(offered - z.avail_in);
        const std::size_t made = block.size() - z.avail_out;
        gunzip_->unpacked += made;
        text(std::string_view(block).substr(0, made), out);
        gunzip_->member_ended = status == Z_STREAM_END;
        if (status == Z_BUF_ERROR) return;  // it wants more, and there is none yet
        if (status != Z_OK && status != Z_STREAM_END)
            throw Error(ErrorKind::failed, where_, "the gzip file is damaged", "copy it again");
        if (gunzip_->unpacked > kLargestUnpacked)
            throw Error(ErrorKind::failed, where_, "unpacks to more than 64 GiB");
        if (gunzip_->member_ended && bytes.empty()) return;
    }
}

void Unpacker::text(std::string_view bytes, std::string& out) {
    if (form_ == Form::unknown) {
        head_.append(bytes);
        if (head_.size() >= kUtf8Mark.size()) begin_text(out);
    } else if (form_ == Form::utf8) {
        out.append(bytes);
    } else {
        append_utf16(bytes, false, out);
    }
}

// The marks are known once three bytes are there, or all that there are.
void Unpacker::begin_text(std::string& out) {
    const std::string head = std::exchange(head_, {});
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
        form_ = head.starts_with("\xff\xfe") ? Form::utf16_little : Form::utf16_big;
        return append_utf16(std::string_view(head).substr(2), false, out);
    }
    form_ = Form::utf8;
    out.append(head, head.starts_with(kUtf8Mark) ? kUtf8Mark.size() : 0);
}

// Half a character waits for its other half.
void Unpacker::append_utf16(std::string_view bytes, bool last, std::string& out) {
    head_.append(bytes);
    std::size_t whole = head_.size() / 2 * 2;
    const auto high_byte = [&] {
        return static_cast<unsigned char>(head_[whole - (form_ == Form::utf16_little ? 1 : 2)]);
    };
    if (!last && whole > 0 && (high_byte() & 0xFCU) == 0xD8) whole -= 2;
    out += from_utf16(std::string_view(head_).substr(0, whole), form_ == Form::utf16_little);
    head_.erase(0, whole);
}

std::string decode(std::string bytes, const std::string& where) {
    if (is_plain(bytes)) {
        if (bytes.starts_with(kUtf8Mark)) bytes.erase(0, kUtf8Mark.size());
        return bytes;
    }
    Unpacker unpacker(where);
    std::string out;
    unpacker.add(bytes, out);
    unpacker.finish(out);
    return out;
}

bool is_plain(std::string_view bytes) {
    return !bytes.starts_with(kGzipMark) && !bytes.starts_with("\xff\xfe") && !bytes.starts_with("\xfe\xff");
}

bool is_ascii(std::string_view text) {
    std::uint64_t bits = 0, word = 0;
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
        std::memcpy(&word, text.data(), sizeof word);
        bits |= word;
    }
    for (const char c : text) bits |= static_cast<unsigned char>(c);
    return (bits & 0x8080808080808080U) == 0;
}

std::string quotable(std::string_view cell) {
    constexpr std::size_t kLongest = 60;
    return from_cp1252(beginning_of(cell, kLongest));
}

std::string beginning_of(std::string_view text, std::size_t bytes) {
    constexpr std::string_view kCut = "...";
    if (text.size() <= bytes) return std::string(text);
    std::size_t end = bytes - std::min(bytes, kCut.size());
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)).append(kCut);
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
