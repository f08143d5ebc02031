#include "freshet/observe/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "freshet/core/error.hpp"

namespace freshet::observe {

namespace {

constexpr std::array<std::string_view, 4> level_names = {"debug", "info", "warning", "error"};

spdlog::level::level_enum spd_level(Level level) {
    constexpr std::array levels = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
    return levels.at(static_cast<std::size_t>(level));
}

// Only the bare line: records are rendered by us, because spdlog's patterns know no fields. The line ends with \n on
// every platform.
std::unique_ptr<spdlog::logger> make_sink(spdlog::sink_ptr sink, Level level) {
    auto logger = std::make_unique<spdlog::logger>("freshet", std::move(sink));
    logger->set_pattern("%v");
    logger->set_level(spd_level(level));
    logger->flush_on(spdlog::level::debug);
    return logger;
}

// systemd sets JOURNAL_STREAM to the device and inode of the stream it reads; a stream redirected since then differs.
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) {
        return false;
    }
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace

std::string_view to_string(Level level) {
    return level_names.at(static_cast<std::size_t>(level));
}

Level parse_level(std::string_view name) {
    for (std::size_t i = 0; i < level_names.size(); ++i) {
        if (level_names[i] == name) {
            return static_cast<Level>(i);
        }
    }
    throw core::Error("cannot set the log level to \"" + std::string(name) + "\"", "use debug, info, warning or error");
}

LogFormat choose_format(std::string_view name) {
    if (name == "json") {
        return LogFormat::json;
    }
    if (name != "text" && name != "auto") {
        throw core::Error("cannot set the log format to \"" + std::string(name) + "\"", "use auto, text or json");
    }
    if (stderr_is_journal()) {
        return LogFormat::journal;
    }
    return name == "text" || isatty(STDERR_FILENO) != 0 ? LogFormat::text : LogFormat::json;
}

Logger::Logger(LogFormat format, Level level)
    : format_(format),
      now_(std::chrono::system_clock::now),
      sink_(make_sink(std::make_shared<spdlog::sinks::stderr_sink_mt>(), level)) {}

Logger::Logger(LogFormat format, Level level, std::ostream& out, Now now)
    : format_(format),
      now_(std::move(now)),
      sink_(make_sink(std::make_shared<spdlog::sinks::ostream_sink_mt>(out), level)) {}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view message, std::vector<Field> fields) {
    if (enabled(level)) {
        sink_->log(spd_level(level),
                   spdlog::string_view_t(render({now_(), level, message, std::move(fields)}, format_)));
    }
}

void Logger::debug(std::string_view message, std::initializer_list<Field> fields) {
    write(Level::debug, message, fields);
}

void Logger::info(std::string_view message, std::initializer_list<Field> fields) {
    write(Level::info, message, fields);
}

void Logger::warning(std::string_view message, std::initializer_list<Field> fields) {
    write(Level::warning, message, fields);
}

void Logger::error(std::string_view message, std::initializer_list<Field> fields) {
    write(Level::error, message, fields);
}

bool Logger::enabled(Level level) const {
    return sink_->should_log(spd_level(level));
}

void Logger::set_level(Level level) {
    sink_->set_level(spd_level(level));
}

}  // namespace freshet::observe
