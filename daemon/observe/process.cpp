#include "freshet/observe/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace freshet::observe {

namespace {

std::string read_text(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

// The fields of /proc/self/stat from the third on, so that field N of proc(5) is at N - 3. The second is the program's
// name in parentheses and may itself hold spaces and parentheses.
std::vector<double> stat_fields(const std::string& text) {
    std::vector<double> fields;
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        return fields;
    }
    std::istringstream in(text.substr(name_end + 1));
    std::string state;
    in >> state;
    fields.push_back(0);
    for (double value = 0; in >> value;) {
        fields.push_back(value);
    }
    return fields;
}

double boot_time(const std::string& text) {
    const auto line = text.find("btime ");
    return line == std::string::npos ? 0 : std::strtod(text.c_str() + line + 6, nullptr);
}

double count_entries(const std::filesystem::path& directory) {
    std::error_code ignored;
    const std::filesystem::directory_iterator entries(directory, ignored);
    return static_cast<double>(std::distance(begin(entries), end(entries)));
}

double max_fds() {
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

std::optional<ProcessSample> read_process(const std::filesystem::path& proc) {
    constexpr std::size_t user_time = 14 - 3, system_time = 15 - 3, start_time = 22 - 3, virtual_size = 23 - 3,
                          resident_pages = 24 - 3;
    const auto fields = stat_fields(read_text(proc / "self" / "stat"));
    if (fields.size() <= resident_pages) {
        return std::nullopt;
    }
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    ProcessSample sample;
    sample.cpu_seconds = (fields[user_time] + fields[system_time]) / ticks;
    sample.virtual_bytes = fields[virtual_size];
    sample.resident_bytes = fields[resident_pages] * static_cast<double>(sysconf(_SC_PAGESIZE));
    sample.open_fds = count_entries(proc / "self" / "fd");
    sample.max_fds = max_fds();
    sample.start_time_seconds = boot_time(read_text(proc / "stat")) + fields[start_time] / ticks;
    return sample;
}

}  // namespace freshet::observe
