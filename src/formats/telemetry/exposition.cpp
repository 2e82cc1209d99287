// The grammar is that of Prometheus' "Exposition formats"; OpenMetrics' has times in seconds and may have an
// exemplar behind the value.
#include "formats/telemetry/exposition.hpp"

#include <algorithm>

#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"

namespace rle::formats {
namespace {

constexpr std::string_view kBlanks = " \t\r";

bool is_of_name(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

std::string_view take_name(std::string_view& rest) {
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_of_name);
    const std::string_view name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(name.size());
    return !name.empty() && is_digit(name.front()) ? std::string_view() : name;
}

// Behind an opening quote: up to the closing one, which is taken too. Missing: nothing closes it.
std::optional<std::string_view> take_quoted(std::string_view& rest) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '\\') {
            ++i;
        } else if (rest[i] == '"') {
            const std::string_view text = rest.substr(0, i);
            rest.remove_prefix(i + 1);
            return text;
        }
    }
    return std::nullopt;
}

// Behind an opening brace: up to the closing one, which is taken too.
std::optional<std::string_view> take_labels(std::string_view& rest) {
    const std::string_view all = rest;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '}') return all.substr(0, all.size() - rest.size() - 1);
        if (c == '"' && !take_quoted(rest)) return std::nullopt;
    }
    return std::nullopt;
}

std::string_view take_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
    rest.remove_prefix(word.size());
    return word;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            ++i;
            out.push_back(text[i] == 'n' ? '\n' : text[i]);
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

}  // namespace

std::optional<ExposedSample> sample_of(std::string_view line) {
    std::string_view rest = line;
    ExposedSample sample;
    sample.name = take_name(rest);
    if (sample.name.empty()) return std::nullopt;
    if (rest.starts_with('{')) {
        rest.remove_prefix(1);
        const auto labels = take_labels(rest);
        if (!labels) return std::nullopt;
        sample.labels = *labels;
    }
    sample.value = take_word(rest);
    const CellKind kind = parse_cell(sample.value).kind;
    if (sample.value.empty() || kind == CellKind::text) return std::nullopt;
    const std::string_view time = take_word(rest);
    if (time.empty() || time.starts_with('#')) return sample;
    const std::optional<double> number = parse_number(time);
    sample.us = number ? epoch_us(*number) : std::nullopt;
    return sample.us ? std::optional(sample) : std::nullopt;
}

bool is_type_line(std::string_view line) {
    if (take_word(line) != "#" || take_word(line) != "TYPE") return false;
    std::string_view name = take_word(line);
    const std::string_view type = take_word(line);
    constexpr std::string_view kTypes[] = {"counter", "gauge",   "histogram", "gaugehistogram", "summary",
                                           "untyped", "unknown", "info",      "stateset"};
    return !take_name(name).empty() &&
           std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

Json labels_of(const ExposedSample& sample) {
    Json labels;
    labels["__name__"] = std::string(sample.name);
    std::string_view rest = sample.labels;
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.find_first_not_of(", \t"), rest.size()));
        const std::string_view name = take_name(rest);
        if (name.empty() || !rest.starts_with("=\"")) break;
        rest.remove_prefix(2);
        const auto value = take_quoted(rest);
        if (!value) break;
        labels[std::string(name)] = from_cp1252(unescaped(*value));
    }
    return labels;
}

}  // namespace rle::formats
