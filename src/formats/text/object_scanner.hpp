// Flat records as JSON or as Python prints its dicts, straight from the buffer: {"loss": 2.1}, {'loss': 2.1,
// 'x': nan}.
//
// More lenient than JSON, because logs are: either kind of quote, NaN, Infinity, None, True. What lies deeper
// than the record itself is not taken apart. Time is linear in the text and no stack grows with it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace rle::formats {

enum class ValueKind { bare, quoted, nested };

struct RecordField {
    std::string_view key;    ///< escapes are left as they stand
    std::string_view value;  ///< without its quotes; a nested value with its brackets
    ValueKind kind = ValueKind::bare;
};

enum class ScanResult {
    complete,
    malformed,  ///< no record begins here
    cut,        ///< the text ends within the record
};

struct Scan {
    ScanResult result = ScanResult::malformed;
    std::size_t end = 0;  ///< behind the closing brace
};

/// `text[begin]` is the opening brace. Fields of an incomplete record are not to be used.
Scan scan_record(std::string_view text, std::size_t begin, std::vector<RecordField>& fields);

/// Position of the first character from `at` on that is not white space.
std::size_t skip_space(std::string_view text, std::size_t at);

}  // namespace rle::formats
