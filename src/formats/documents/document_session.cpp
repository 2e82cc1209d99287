// session.json: who, what, when, on which devices, on which clocks.
#include "formats/documents/document_warnings.hpp"
#include "formats/documents/documents.hpp"
#include "formats/text/json_fields.hpp"

namespace rle::formats {
namespace {

Json device_to_json(const DeviceInfo& device) {
    Json out;
    out["name"] = device.name;
    out["kind"] = text_or_null(device.kind);
    out["model"] = text_or_null(device.model);
    out["driver"] = text_or_null(device.driver);
    out["uuid"] = text_or_null(device.uuid);
    out["rated_power_w"] = json_of(device.rated_power_w);
    out["temp_limit_c"] = json_of(device.temp_limit_c);
    out["sources"] = device.sources;
    out["modelled"] = device.modelled;
    out["sensor_delay_s"] = device.sensor_delay_s;
    out["sensor_delay_sd_s"] = device.sensor_delay_sd_s;
    return out;
}

DeviceInfo device_from(const Fields& fields) {
    DeviceInfo device;
    device.name = fields.text("name");
    device.kind = fields.text("kind");
    device.model = fields.text("model");
    device.driver = fields.text("driver");
    device.uuid = fields.text("uuid");
    device.rated_power_w = fields.number("rated_power_w");
    device.temp_limit_c = fields.number("temp_limit_c");
    device.sources = fields.texts_by_name("sources");
    device.modelled = fields.texts("modelled");
    device.sensor_delay_s = fields.numbers_by_name("sensor_delay_s");
    device.sensor_delay_sd_s = fields.numbers_by_name("sensor_delay_sd_s");
    return device;
}

Json training_to_json(const TrainingProcess& training) {
    Json out;
    out["command"] = training.command;
    out["model"] = text_or_null(training.model);
    out["exit_status"] = training.exit_status ? Json(*training.exit_status) : Json(nullptr);
    out["signal"] = training.signal ? Json(*training.signal) : Json(nullptr);
    out["stopped_by_us"] = training.stopped_by_us;
    return out;
}

std::optional<int> small_number(const Fields& fields, std::string_view key) {
    const auto value = fields.whole(key);
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

TrainingProcess training_from(const Fields& fields) {
    TrainingProcess training;
    training.command = fields.texts("command");
    training.model = fields.text("model");
    training.exit_status = small_number(fields, "exit_status");
    training.signal = small_number(fields, "signal");
    training.stopped_by_us = fields.flag("stopped_by_us").value_or(false);
    return training;
}

Json clocks_to_json(const std::vector<ClockOffset>& offsets) {
    Json out = Json::array();
    for (const ClockOffset& offset : offsets) {
        out.push_back(Json{{"t_s", json_of(offset.t_s)}, {"wall_us", offset.wall_us}});
    }
    return out;
}

}  // namespace

Json to_json(const SessionInfo& session) {
    Json out = document_head("session");
    if (!session.tool_version.empty()) out["tool"]["version"] = session.tool_version;
    out["name"] = session.name;
    out["operator"] = text_or_null(session.operator_name);
    out["started"] = text_or_null(session.started);
    out["start_wall_us"] = session.start_wall_us ? Json(*session.start_wall_us) : Json(nullptr);
    out["duration_s"] = json_of(session.duration_s);
    out["finished"] = session.finished;
    out["interrupted"] = session.interrupted;
    out["host"] = text_or_null(session.host);
    out["os"] = text_or_null(session.os);
    out["mode"] = session.mode;
    out["sample_hz"] = json_of(session.sample_hz);
    out["sync_every_s"] = json_of(session.sync_every_s);
    out["samples"] = session.samples;
    out["missed_ticks"] = session.missed_ticks;
    out["ambient_c"] = json_of(session.ambient_c);
    out["ambient_given"] = session.ambient_given;
    out["rated_power_w"] = json_of(session.rated_power_w);
    out["temp_limit_c"] = json_of(session.temp_limit_c);
    out["devices"] = Json::array();
    for (const DeviceInfo& device : session.devices) out["devices"].push_back(device_to_json(device));
    out["clock_offsets"] = clocks_to_json(session.clock_offsets);
    out["training"] = training_to_json(session.training);
    out["command"] = session.command;
    set_warnings(out, session.warnings);
    return out;
}

SessionInfo session_from_json(const Json& document, const std::string& where) {
    const Fields fields = Fields::of_document(document, "session", where, SchemaIs::optional);
    SessionInfo session;
    session.bare = fields.text("schema").empty();
    if (const auto tool = fields.object("tool")) session.tool_version = tool->text("version");
    session.name = fields.text("name");
    session.operator_name = fields.text("operator");
    session.started = fields.text("started");
    session.start_wall_us = fields.whole("start_wall_us");
    session.duration_s = fields.number("duration_s");
    session.finished = fields.flag("finished").value_or(session.finished);
    session.interrupted = fields.flag("interrupted").value_or(session.interrupted);
    session.host = fields.text("host");
    session.os = fields.text("os");
    if (const std::string mode = fields.text("mode"); !mode.empty()) session.mode = mode;
    session.sample_hz = fields.number("sample_hz");
    session.sync_every_s = fields.number("sync_every_s");
    session.samples = fields.count("samples");
    session.missed_ticks = fields.count("missed_ticks");
    session.ambient_c = fields.number_or("ambient_c", session.ambient_c);
    session.ambient_given = fields.flag("ambient_given").value_or(fields.number("ambient_c").has_value());
    session.rated_power_w = fields.number("rated_power_w");
    session.temp_limit_c = fields.number("temp_limit_c");
    for (const Fields& device : fields.objects("devices")) session.devices.push_back(device_from(device));
    for (const Fields& offset : fields.objects("clock_offsets")) {
        session.clock_offsets.push_back({offset.number_or("t_s", 0.0), offset.whole("wall_us").value_or(0)});
    }
    if (const auto training = fields.object("training")) session.training = training_from(*training);
    session.command = fields.texts("command");
    session.warnings = warnings_of(fields);
    return session;
}

}  // namespace rle::formats
