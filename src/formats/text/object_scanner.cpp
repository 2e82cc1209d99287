#include "formats/text/object_scanner.hpp"

namespace rle::formats {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// `at` is an opening quote; the position behind the closing one, or npos.
std::size_t behind_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            return i + 1;
        }
    }
    return std::string_view::npos;
}

// `at` is an opening bracket or brace; the position behind its counterpart, or npos.
std::size_t behind_nested(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    for (std::size_t i = at; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            const std::size_t end = behind_quoted(text, i);
            if (end == std::string_view::npos) return end;
            i = end - 1;
        } else if (c == '{' || c == '[' || c == '(') {
            ++depth;
        } else if (c == '}' || c == ']' || c == ')') {
            if (--depth == 0) return i + 1;
        }
    }
    return std::string_view::npos;
}

std::size_t behind_bare(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_space(text[at]) &&
           text[at] != '"' && text[at] != '\'' && text[at] != '{' && text[at] != '[' && text[at] != ':') {
        // "tensor(1.05, device='cuda:0')" is one value
        if (text[at] == '(') return behind_nested(text, at);
        ++at;
    }
    return at;
}

// Reads the value at `at`, sets `at` behind it.
ScanResult scan_value(std::string_view text, std::size_t& at, RecordField& field) {
    const std::size_t begin = at;
    const char c = text[at];
    if (c == '"' || c == '\'') {
        at = behind_quoted(text, at);
        field.kind = ValueKind::quoted;
    } else if (c == '{' || c == '[' || c == '(') {
        at = behind_nested(text, at);
        field.kind = ValueKind::nested;
    } else {
        at = behind_bare(text, at);
        field.kind = ValueKind::bare;
    }
    if (at == std::string_view::npos) return ScanResult::cut;
    if (at == begin) return ScanResult::malformed;
    field.value = text.substr(begin, at - begin);
    if (field.kind == ValueKind::quoted) field.value = field.value.substr(1, field.value.size() - 2);
    return ScanResult::complete;
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at])) ++at;
    return at;
}

Scan scan_record(std::string_view text, std::size_t begin, std::vector<RecordField>& fields) {
    fields.clear();
    constexpr Scan kCut{ScanResult::cut, 0};
    constexpr Scan kMalformed{ScanResult::malformed, 0};
    if (begin >= text.size() || text[begin] != '{') return kMalformed;
    std::size_t at = skip_space(text, begin + 1);
    for (;;) {
        if (at >= text.size()) return kCut;
        if (text[at] == '}') return {ScanResult::complete, at + 1};
        if (text[at] != '"' && text[at] != '\'') return kMalformed;
        const std::size_t key_end = behind_quoted(text, at);
        if (key_end == std::string_view::npos) return kCut;
        RecordField field;
        field.key = text.substr(at + 1, key_end - at - 2);
        at = skip_space(text, key_end);
        if (at >= text.size()) return kCut;
        if (text[at] != ':') return kMalformed;
        at = skip_space(text, at + 1);
        if (at >= text.size()) return kCut;
        const ScanResult value = scan_value(text, at, field);
        if (value != ScanResult::complete) return {value, 0};
        fields.push_back(field);
        at = skip_space(text, at);
        if (at >= text.size()) return kCut;
        if (text[at] == ',') {
            at = skip_space(text, at + 1);
        } else if (text[at] != '}') {
            return kMalformed;
        }
    }
}

}  // namespace rle::formats
