#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "freshet/observe/log.hpp"
#include "freshet/observe/redact.hpp"
#include "freshet/observe/timestamp.hpp"

namespace freshet::observe {

namespace {

bool is_control(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code < 0x20 || code == 0x7F;
}

std::string escape_byte(char byte) {
    switch (byte) {
        case '\n':
            return "\\n";
        case '\t':
            return "\\t";
        case '\r':
            return "\\r";
        default:
            return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
}

// Keeps a record on one line: a server's message may hold anything, also what looks like another record.
std::string escape_controls(std::string_view text) {
    std::string result;
    for (const char byte : text) {
        if (is_control(byte)) {
            result += escape_byte(byte);
        } else {
            result += byte;
        }
    }
    return result;
}

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char byte : text) {
        if (byte == '"' || byte == '\\') {
            result += '\\';
        }
        result += byte;
    }
    return escape_controls(result + '"');
}

bool needs_quotes(std::string_view text) {
    return text.empty() || std::any_of(text.begin(), text.end(), [](char byte) {
               return byte == ' ' || byte == '"' || byte == '=' || byte == '\\' || is_control(byte);
           });
}

struct TextValue {
    std::string operator()(const std::string& text) const {
        const auto safe = redact(text);
        return needs_quotes(safe) ? in_quotes(safe) : safe;
    }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(auto number) const { return fmt::format("{}", number); }
};

std::string text_body(const Record& record) {
    std::string line = fmt::format("{} {}", to_string(record.level), escape_controls(redact(record.message)));
    for (const auto& field : record.fields) {
        line += fmt::format(" {}={}", field.key, std::visit(TextValue{}, field.value));
    }
    return line;
}

struct JsonValue {
    nlohmann::ordered_json operator()(const std::string& text) const { return redact(text); }
    nlohmann::ordered_json operator()(auto value) const { return value; }
};

std::string json_line(const Record& record) {
    nlohmann::ordered_json object{
        {"ts", rfc3339(record.time)}, {"level", to_string(record.level)}, {"message", redact(record.message)}};
    for (const auto& field : record.fields) {
        const bool taken = object.contains(field.key);
        object[taken ? field.key + "_" : field.key] = std::visit(JsonValue{}, field.value);
    }
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// syslog's numbers, as sd-daemon(3) wants them.
int priority(Level level) {
    switch (level) {
        case Level::error:
            return 3;
        case Level::warning:
            return 4;
        case Level::info:
            return 6;
        case Level::debug:
            return 7;
    }
    return 6;
}

}  // namespace

std::string render(const Record& record, LogFormat format) {
    switch (format) {
        case LogFormat::json:
            return json_line(record);
        case LogFormat::journal:
            return fmt::format("<{}>{}", priority(record.level), text_body(record));
        case LogFormat::text:
            break;
    }
    return time_of_day(record.time) + " " + text_body(record);
}

}  // namespace freshet::observe
