// `inputs` of a result: the files that it was made of, so that a report sees where they are others by now.
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {

void add_inputs(Json& document, const std::vector<InputFile>& files) {
    Json inputs = Json::object();
    for (const InputFile& file : files)
        inputs[file.name] = Json{{"bytes", file.bytes}, {"ends_sha256", file.ends_sha256}};
    document["inputs"] = std::move(inputs);
}

std::vector<InputFile> inputs_of(const Json& document) {
    std::vector<InputFile> files;
    if (!document.is_object() || !document.contains("inputs") || !document["inputs"].is_object())
        return files;
    for (const auto& [name, file] : document["inputs"].items()) {
        if (!file.is_object()) continue;
        const auto bytes = file.find("bytes");
        const auto sum = file.find("ends_sha256");
        if (bytes == file.end() || sum == file.end() || !bytes->is_number_unsigned() || !sum->is_string())
            continue;
        files.push_back({name, bytes->get<std::uint64_t>(), sum->get<std::string>()});
    }
    return files;
}

}  // namespace rle::formats
