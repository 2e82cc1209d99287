// Text of the JSON documents: objects one key a line; a list of numbers, and a row of a table, each on one
// line.
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/text/json_fields.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kIndent = 2;

std::string scalar_text(const Json& value) {
    return value.dump(-1, ' ', false,
                      Json::error_handler_t::replace);  // bytes that are no UTF-8 become U+FFFD
}

bool holds_scalars(const Json& value) {
    for (const Json& item : value) {
        if (item.is_structured() && !item.empty()) return false;
    }
    return true;
}

void append_line(std::string& out, const Json& value) {
    if (!value.is_structured()) {
        out += scalar_text(value);
        return;
    }
    const bool object = value.is_object();
    out.push_back(object ? '{' : '[');
    bool first = true;
    for (const auto& item : value.items()) {
        if (!first) out += ", ";
        first = false;
        if (object) out += scalar_text(Json(item.key())) + ": ";
        append_line(out, item.value());
    }
    out.push_back(object ? '}' : ']');
}

void append_indented(std::string& out, const Json& value, std::size_t depth) {
    const bool row = value.is_object() && depth > 1 && holds_scalars(value) && value.size() <= 4;
    if (!value.is_structured() || value.empty() || row || (value.is_array() && holds_scalars(value))) {
        append_line(out, value);
        return;
    }
    const bool object = value.is_object();
    out.push_back(object ? '{' : '[');
    bool first = true;
    for (const auto& item : value.items()) {
        out += first ? "\n" : ",\n";
        first = false;
        out.append(kIndent * (depth + 1), ' ');
        if (object) out += scalar_text(Json(item.key())) + ": ";
        append_indented(out, item.value(), depth + 1);
    }
    out.push_back('\n');
    out.append(kIndent * depth, ' ');
    out.push_back(object ? '}' : ']');
}

// Copies and texts of a document are made level by level, each on the stack.
void refuse_deep_nesting(std::string_view text, const std::string& path) {
    constexpr std::size_t kDeepest = 1000;
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\') ++i;
        if (quoted) continue;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && depth > 0) --depth;
        if (depth > kDeepest) throw Error(ErrorKind::failed, path, "JSON that is nested too deeply");
    }
}

// The library's words without its own error number.
std::string reason(const Json::exception& error) {
    const std::string text = error.what();
    const std::size_t end = text.find("] ");
    return end == std::string::npos ? text : text.substr(end + 2);
}

}  // namespace

std::string dump(const Json& document) {
    std::string out;
    append_indented(out, document, 0);
    out.push_back('\n');
    return out;
}

std::string schema_of(const Json& document) {
    if (!document.is_object()) return {};
    const auto schema = document.find("schema");
    return schema != document.end() && schema->is_string() ? schema->get<std::string>() : std::string();
}

Json read_json(const std::string& path) {
    const std::string text = read_text(path);
    refuse_deep_nesting(text, path);
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        const std::size_t at = std::min(text.size(), error.byte > 0 ? error.byte - 1 : 0);
        const auto begin = text.begin();
        const auto here = begin + static_cast<std::ptrdiff_t>(at);
        const auto line = 1 + std::count(begin, here, '\n');
        const std::size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
        throw Error(
            ErrorKind::failed, path,
            "not JSON at line " + std::to_string(line) + ", column " + std::to_string(at - line_begin + 1),
            "was it cut short?");
    } catch (const Json::exception& error) {  // a number beyond a double's range
        throw Error(ErrorKind::failed, path, "JSON that cannot be used: " + reason(error));
    }
}

}  // namespace rle::formats
