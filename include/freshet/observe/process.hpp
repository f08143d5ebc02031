// What the kernel knows about this process, for the process_* metrics: prometheus-cpp has no collector of its own.
#pragma once

#include <filesystem>
#include <optional>

namespace freshet::observe {

struct ProcessSample {
    double cpu_seconds = 0;
    double resident_bytes = 0;
    double virtual_bytes = 0;
    double open_fds = 0;
    double max_fds = 0;
    double start_time_seconds = 0;  // since 1970
};

// Reads `<proc>/self` and `<proc>/stat`. Empty where there is no such file system.
std::optional<ProcessSample> read_process(const std::filesystem::path& proc = "/proc");

}  // namespace freshet::observe
