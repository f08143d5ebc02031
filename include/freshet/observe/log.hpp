// The structured log: a message and fields, one line a record, on standard error.
//
// Built once in the composition root and passed by reference. Thread-safe. Not for answers to a command's user: those
// go to standard output.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spdlog {
class logger;
}

namespace freshet::observe {

enum class Level { debug, info, warning, error };

// journal is text without the time, with the priority prefix `<N>` that systemd reads.
enum class LogFormat { text, json, journal };

// Durations become seconds.
struct Field {
    using Value = std::variant<std::string, std::int64_t, std::uint64_t, double, bool>;

    Field(std::string_view name, std::string text) : key(name), value(std::move(text)) {}
    Field(std::string_view name, std::string_view text) : key(name), value(std::string(text)) {}
    Field(std::string_view name, const char* text) : key(name), value(std::string(text)) {}
    Field(std::string_view name, double number) : key(name), value(number) {}
    Field(std::string_view name, std::same_as<bool> auto flag) : key(name), value(flag) {}
    Field(std::string_view name, std::signed_integral auto number) : key(name), value(std::int64_t{number}) {}
    template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>) Field(std::string_view name, T number) : key(name), value(std::uint64_t{number}) {}
    Field(std::string_view name, std::chrono::duration<double> time) : key(name), value(time.count()) {}

    std::string key;
    Value value;
};

struct Record {
    std::chrono::system_clock::time_point time;
    Level level = Level::info;
    std::string_view message;
    std::vector<Field> fields;
};

// One line, without its end. Control characters are escaped, passwords of conninfo-like values redacted.
std::string render(const Record& record, LogFormat format);

// "debug", "info", "warning", "error", as in the configuration; core::Error for anything else.
Level parse_level(std::string_view name);
std::string_view to_string(Level level);

// "text", "json" or "auto": text if standard error is a terminal or the journal, else json. core::Error for anything
// else. Text for the journal gets its prefix.
LogFormat choose_format(std::string_view name);

class Logger {
  public:
    using Now = std::function<std::chrono::system_clock::time_point()>;

    // Writes to standard error.
    Logger(LogFormat format, Level level);
    // Writes to `out`, which must outlive the logger, with the time that `now` tells.
    Logger(LogFormat format, Level level, std::ostream& out, Now now);
    ~Logger();
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    void debug(std::string_view message, std::initializer_list<Field> fields = {});
    void info(std::string_view message, std::initializer_list<Field> fields = {});
    void warning(std::string_view message, std::initializer_list<Field> fields = {});
    void error(std::string_view message, std::initializer_list<Field> fields = {});
    void write(Level level, std::string_view message, std::vector<Field> fields);

    bool enabled(Level level) const;
    void set_level(Level level);

  private:
    LogFormat format_;
    Now now_;
    std::unique_ptr<spdlog::logger> sink_;
};

}  // namespace freshet::observe
