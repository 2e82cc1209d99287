// Getting values into and out of JSON documents: a missing value is null, never NaN; a wrong one is an error
// with its place.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rlecouple/interval.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

using Json = nlohmann::ordered_json;

/// null for NaN and the infinities, which JSON does not have.
Json json_of(double value);
Json json_of(const std::optional<double>& value);
Json json_of(const std::optional<Interval>& interval);  ///< [low, high]
Json json_of(const std::optional<bool>& value);
Json json_of(const std::vector<double>& values);
/// null for an empty text.
Json text_or_null(const std::string& text);

/// A document's opening: `schema` "rlecouple.NAME/1" and `tool` {name, version}.
Json document_head(std::string_view name);

/// Is a document without `schema` refused? One that a person writes by hand need not have it.
enum class SchemaIs { wanted, optional };

/// An object of a document that is being read, and where it stands, for messages.
class Fields {
  public:
    /// Throws Error{failed} where `document` is no object or not of schema "rlecouple.NAME/1".
    static Fields of_document(const Json& document, std::string_view name, const std::string& where,
                              SchemaIs schema_is = SchemaIs::wanted);

    /// A null or absent value is a missing one; one of another type throws Error{failed} with file and key.
    std::optional<double> number(std::string_view key) const;
    double number_or(std::string_view key, double otherwise) const;
    std::optional<std::int64_t> whole(std::string_view key) const;
    std::size_t count(std::string_view key) const;  ///< 0 where absent
    std::optional<bool> flag(std::string_view key) const;
    std::string text(std::string_view key) const;  ///< empty where absent
    std::optional<Interval> interval(std::string_view key) const;
    std::vector<double> numbers(std::string_view key) const;  ///< a null in the list is NaN
    std::vector<std::string> texts(std::string_view key) const;
    std::map<std::string, double> numbers_by_name(std::string_view key) const;
    std::map<std::string, std::string> texts_by_name(std::string_view key) const;
    Counts counts(std::string_view key) const;

    std::optional<Fields> object(std::string_view key) const;
    std::vector<Fields> objects(std::string_view key) const;
    /// The keys of this object, in their order.
    std::vector<std::string> keys() const;
    [[noreturn]] void fail(std::string_view key, std::string_view what) const;

  private:
    Fields(const Json& object, std::string where, std::string path);
    const Json* find(std::string_view key) const;  ///< nullptr where absent or null
    std::string place(std::string_view key) const;

    const Json* object_;
    std::string where_;
    std::string path_;  ///< "thermal.ci95.", empty at the top
};

/// A row of a table of names of an enum's values.
template <class Enum>
struct NameOf {
    Enum value;
    std::string_view name;
};

template <class Enum, std::size_t N>
Json name_of(const NameOf<Enum> (&names)[N], const std::optional<Enum>& value) {
    for (const NameOf<Enum>& row : names) {
        if (value && row.value == *value) return std::string(row.name);
    }
    return nullptr;
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const NameOf<Enum> (&names)[N], const Fields& fields, std::string_view key) {
    const std::string name = fields.text(key);
    if (name.empty()) return std::nullopt;
    for (const NameOf<Enum>& row : names) {
        if (row.name == name) return row.value;
    }
    fields.fail(key, "'" + name + "' is none of the known words");
}

}  // namespace rle::formats
