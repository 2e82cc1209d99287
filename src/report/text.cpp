#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace rle::report {
namespace {

// Length of the valid UTF-8 sequence at the head of `text`; 0 where there is none (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    unsigned char low = 0x80, high = 0xBF;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    return length;
}

// Controls, and the marks that turn the direction of what follows: a name must not rearrange the line it
// stands in.
bool is_invisible(std::string_view character) {
    if (character.size() == 1) return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
    if (character.size() == 2)
        return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    if (character.size() != 3 || character[0] != '\xE2') return false;
    const auto second = static_cast<unsigned char>(character[1]);
    const auto third = static_cast<unsigned char>(character[2]);
    return (second == 0x80 && third >= 0xA8 && third <= 0xAE) ||
           (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

std::string named_p(const std::string& shown) {
    return shown.empty() ? shown : (shown[0] == '<' ? "p " : "p = ") + shown;
}

bool is_shell_safe(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,+@%").find(c) != std::string_view::npos;
}

}  // namespace

std::string number(double x, int digits) {
    if (!std::isfinite(x)) return {};
    if (x == 0.0) return "0";
    const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(x))));
    if (magnitude < -4 || magnitude > 6) return fmt::format("{:.{}e}", x, digits - 1);
    return fmt::format("{:.{}f}", x, std::max(0, digits - 1 - magnitude));
}

std::string number(const std::optional<double>& x, int digits) {
    return x ? number(*x, digits) : std::string();
}

void append_fixed(std::string& out, double x, int decimals) {
    std::array<char, 400> text;  // the greatest number has 309 digits
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), x, std::chars_format::fixed, decimals).ptr;
    out.append(text.data(), end);
}

void append_general(std::string& out, double x, int digits) {
    std::array<char, 64> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), x, std::chars_format::general, digits).ptr;
    out.append(text.data(), end);
}

std::string plain(double x) {
    return std::isfinite(x) ? fmt::format("{:.6g}", x) : std::string();
}

std::string interval(const std::optional<Interval>& x, int digits) {
    if (!x || !std::isfinite(x->low) || !std::isfinite(x->high)) return {};
    constexpr int kMost = 9;
    for (int more = digits; more <= kMost; ++more) {
        const std::string low = number(x->low, more), high = number(x->high, more);
        if (low != high) return fmt::format("[{}, {}]", low, high);
    }
    return fmt::format("[{}]", number(x->low, digits));
}

std::string p_value(const std::optional<double>& p) {
    if (!p || !std::isfinite(*p)) return {};
    if (*p < 1e-4) return "< 0.0001";
    return *p < 0.001 ? number(*p, 1) : fmt::format("{:.3f}", *p);  // as the verdict's sentence has it
}

std::string p_value(const TestedCorrelation& tested) {
    const std::string shown = p_value(tested.p_value);
    return shown.empty() || shown[0] == '<' || !tested.p_at_most ? shown : "<= " + shown;
}

std::string p_text(const std::optional<double>& p) {
    return named_p(p_value(p));
}

std::string p_text(const TestedCorrelation& tested) {
    return named_p(p_value(tested));
}

std::string signed_percent(const std::optional<double>& fraction) {
    if (!fraction || !std::isfinite(*fraction)) return {};
    if (std::abs(*fraction) < 0.0005) return "0.0 %";  // has no sign worth showing
    return fmt::format("{:+.1f} %", *fraction * 100.0);
}

std::string causal_order_text(CausalOrder order, std::string_view driver, std::string_view response) {
    switch (order) {
        case CausalOrder::driver_leads:
            return fmt::format("{} leads", driver);
        case CausalOrder::response_leads:
            return fmt::format("{} leads", response);
        case CausalOrder::simultaneous:
            return "simultaneous";
        case CausalOrder::undetermined:
            break;
    }
    return "undetermined";
}

std::string_view strength_text(Strength strength) {
    switch (strength) {
        case Strength::strong:
            return "strong";
        case Strength::moderate:
            return "moderate";
        case Strength::weak:
            break;
    }
    return "weak";
}

std::string clean(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(1, length));
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (is_invisible(character)) {
            out += ' ';
        } else {
            out += character;
        }
        text.remove_prefix(character.size());
    }
    return out;
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : clean(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string escape_markdown(std::string_view text) {
    std::string out;
    for (const char c : clean(text)) {
        if (c == '<') {
            out += "&lt;";
        } else if (c == '&') {
            out += "&amp;";
        } else {
            if (std::string_view("\\`*_[]|#~$").find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
    }
    return out;
}

std::string quote_json(std::string_view text) {
    std::string out = "\"";
    for (const char c : clean(text)) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '<' || c == '>' || c == '&') {  // no "</script>", no "<!--" inside the element
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string shell_word(std::string_view word) {
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_shell_safe)) return std::string(word);
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty()) out += ' ';
        out += shell_word(word);
    }
    return out;
}

}  // namespace rle::report
