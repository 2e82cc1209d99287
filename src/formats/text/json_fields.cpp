#include "formats/text/json_fields.hpp"

#include <fmt/format.h>

#include <cmath>

#include "rlecouple/error.hpp"
#include "rlecouple/version.hpp"

namespace rle::formats {

Json json_of(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json json_of(const std::optional<double>& value) {
    return value ? json_of(*value) : Json(nullptr);
}

Json json_of(const std::optional<Interval>& interval) {
    if (!interval) return nullptr;
    return Json::array({json_of(interval->low), json_of(interval->high)});
}

Json json_of(const std::optional<bool>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json json_of(const std::vector<double>& values) {
    Json out = Json::array();
    for (const double value : values) out.push_back(json_of(value));
    return out;
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json document_head(std::string_view name) {
    Json head;
    head["schema"] = fmt::format("rlecouple.{}/1", name);
    head["tool"]["name"] = "rlecouple";
    head["tool"]["version"] = kVersion;
    return head;
}

Fields::Fields(const Json& object, std::string where, std::string path)
    : object_(&object), where_(std::move(where)), path_(std::move(path)) {}

Fields Fields::of_document(const Json& document, std::string_view name, const std::string& where,
                           SchemaIs schema_is) {
    const std::string wanted = fmt::format("rlecouple.{}/1", name);
    if (!document.is_object()) throw Error(ErrorKind::failed, where, "not an object", "expected " + wanted);
    const Fields fields(document, where, "");
    const std::string schema = fields.text("schema");
    if (schema.empty() && schema_is == SchemaIs::optional) return fields;
    if (schema.empty()) throw Error(ErrorKind::failed, where, "no `schema`", "expected " + wanted);
    if (schema != wanted) {
        throw Error(ErrorKind::failed, where, fmt::format("its schema is '{}', not '{}'", schema, wanted));
    }
    return fields;
}

const Json* Fields::find(std::string_view key) const {
    const auto it = object_->find(std::string(key));
    return it == object_->end() || it->is_null() ? nullptr : &*it;
}

std::string Fields::place(std::string_view key) const {
    return path_ + std::string(key);
}

void Fields::fail(std::string_view key, std::string_view what) const {
    throw Error(ErrorKind::failed, where_, fmt::format("`{}`: {}", place(key), what));
}

std::optional<double> Fields::number(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) fail(key, "not a number");
    return value->get<double>();
}

double Fields::number_or(std::string_view key, double otherwise) const {
    return number(key).value_or(otherwise);
}

std::optional<std::int64_t> Fields::whole(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer()) fail(key, "not a whole number");
    return value->get<std::int64_t>();
}

std::size_t Fields::count(std::string_view key) const {
    const std::int64_t value = whole(key).value_or(0);
    if (value < 0) fail(key, "a count below 0");
    return static_cast<std::size_t>(value);
}

std::optional<bool> Fields::flag(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) fail(key, "neither true nor false");
    return value->get<bool>();
}

std::string Fields::text(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) fail(key, "not a text");
    return value->get<std::string>();
}

std::vector<double> Fields::numbers(std::string_view key) const {
    const Json* list = find(key);
    std::vector<double> out;
    if (list == nullptr) return out;
    if (!list->is_array()) fail(key, "not a list");
    for (const Json& value : *list) {
        if (!value.is_null() && !value.is_number()) fail(key, "not a list of numbers");
        out.push_back(value.is_null() ? kMissing : value.get<double>());
    }
    return out;
}

std::optional<Interval> Fields::interval(std::string_view key) const {
    if (find(key) == nullptr) return std::nullopt;
    const std::vector<double> ends = numbers(key);
    if (ends.size() != 2) fail(key, "not an interval [low, high]");
    return Interval{ends[0], ends[1]};
}

std::vector<std::string> Fields::texts(std::string_view key) const {
    const Json* list = find(key);
    std::vector<std::string> out;
    if (list == nullptr) return out;
    if (!list->is_array()) fail(key, "not a list");
    for (const Json& value : *list) {
        if (!value.is_string()) fail(key, "not a list of texts");
        out.push_back(value.get<std::string>());
    }
    return out;
}

std::map<std::string, double> Fields::numbers_by_name(std::string_view key) const {
    std::map<std::string, double> out;
    const std::optional<Fields> inner = object(key);
    if (!inner) return out;
    for (const std::string& name : inner->keys()) {
        if (const auto value = inner->number(name)) out[name] = *value;
    }
    return out;
}

std::map<std::string, std::string> Fields::texts_by_name(std::string_view key) const {
    std::map<std::string, std::string> out;
    const std::optional<Fields> inner = object(key);
    if (!inner) return out;
    for (const std::string& name : inner->keys()) out[name] = inner->text(name);
    return out;
}

Counts Fields::counts(std::string_view key) const {
    Counts out;
    const std::optional<Fields> inner = object(key);
    if (!inner) return out;
    for (const std::string& name : inner->keys()) out[name] = inner->count(name);
    return out;
}

std::optional<Fields> Fields::object(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) fail(key, "not an object");
    return Fields(*value, where_, place(key) + ".");
}

std::vector<Fields> Fields::objects(std::string_view key) const {
    const Json* list = find(key);
    std::vector<Fields> out;
    if (list == nullptr) return out;
    if (!list->is_array()) fail(key, "not a list");
    for (std::size_t i = 0; i < list->size(); ++i) {
        if (!(*list)[i].is_object()) fail(key, "not a list of objects");
        out.push_back(Fields((*list)[i], where_, fmt::format("{}[{}].", place(key), i)));
    }
    return out;
}

std::vector<std::string> Fields::keys() const {
    std::vector<std::string> out;
    for (const auto& item : object_->items()) out.push_back(item.key());
    return out;
}

}  // namespace rle::formats
