#include "formats/documents/document_warnings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace rle::formats {
namespace {

constexpr std::string_view kNamesNulls =
    "null, where the session has no such value or one above is missing: ";

// Keys that say nothing without the one above them.
constexpr std::array<std::string_view, 9> kGeneric{"value", "class", "ci95", "r",  "z",
                                                   "mean",  "sd",    "cv",   "p90"};

// Null is what it says where all is well: there is nothing to shift.
constexpr std::string_view kNullAsARule = "suggested_shift_s";

bool is_of_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool has_word(const std::string& text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || !is_of_word(text[at - 1]);
        if (begins && (end == text.size() || !is_of_word(text[end]))) return true;
    }
    return false;
}

std::string without_brackets(std::string_view key) {
    return std::string(key.substr(0, key.find('[')));
}

class Nulls {
  public:
    explicit Nulls(const Json& document) {
        if (document.contains("warnings")) {
            for (const Json& line : document["warnings"]) text_ += line.get<std::string>() + "\n";
        }
        for (const auto& [key, value] : document.items()) {
            if (key != "warnings" && key != "inputs" && key != "tool") look_at(value, key, "", key);
        }
    }

    std::vector<std::string> take() { return std::move(paths_); }

  private:
    void look_at(const Json& value, const std::string& key, const std::string& parent,
                 const std::string& path) {
        if (value.is_null()) {
            if (key == kNullAsARule) return;
            note(key, parent, path);
        } else if (value.is_object()) {
            for (const auto& [name, inner] : value.items()) look_at(inner, name, key, path + "." + name);
        } else if (value.is_array()) {
            for (const Json& inner : value) look_at(inner, key, parent, path + "[]");
        }
    }

    void note(const std::string& key, const std::string& parent, const std::string& path) {
        const bool generic = std::find(kGeneric.begin(), kGeneric.end(), key) != kGeneric.end();
        if (has_word(text_, without_brackets(generic && !parent.empty() ? parent : key))) return;
        if (std::find(paths_.begin(), paths_.end(), path) == paths_.end()) paths_.push_back(path);
    }

    std::string text_;
    std::vector<std::string> paths_;
};

}  // namespace

std::vector<std::string> unnamed_nulls(const Json& document) {
    return Nulls(document).take();
}

void set_warnings(Json& document, const std::vector<std::string>& warnings) {
    document["warnings"] = warnings;
    const std::vector<std::string> nulls = unnamed_nulls(document);
    if (!nulls.empty())
        document["warnings"].push_back(fmt::format("{}{}", kNamesNulls, fmt::join(nulls, ", ")));
}

std::vector<std::string> warnings_of(const Fields& fields) {
    std::vector<std::string> warnings = fields.texts("warnings");
    std::erase_if(warnings, [](const std::string& line) { return line.starts_with(kNamesNulls); });
    return warnings;
}

}  // namespace rle::formats
