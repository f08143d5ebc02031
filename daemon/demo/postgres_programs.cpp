#include "freshet/demo/postgres_programs.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <system_error>

#include "freshet/demo/private_cluster.hpp"

namespace freshet::demo {

namespace fs = std::filesystem;

namespace {

struct ClosePipe {
    void operator()(std::FILE* pipe) const noexcept { ::pclose(pipe); }
};

fs::path ask_pg_config() {
    const std::unique_ptr<std::FILE, ClosePipe> pipe(::popen("pg_config --bindir 2>/dev/null", "re"));
    std::array<char, 4096> line{};
    if (!pipe || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) return {};
    std::string text = line.data();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::vector<fs::path> search_path() {
    const char* const variable = std::getenv("PATH");
    std::istringstream stream(variable == nullptr ? "" : variable);
    std::vector<fs::path> result;
    for (std::string entry; std::getline(stream, entry, ':');) result.emplace_back(entry);
    return result;
}

double version_of(const fs::path& directory) {
    return std::strtod(directory.filename().c_str(), nullptr);
}

}  // namespace

fs::path choose_programs(const std::vector<fs::path>& candidates) {
    std::error_code ignored;
    for (const fs::path& candidate : candidates) {
        if (!candidate.empty() && fs::exists(candidate / "initdb", ignored) &&
            fs::exists(candidate / "postgres", ignored)) {
            return candidate;
        }
    }
    throw ServerFailure("cannot start a private PostgreSQL: there is no initdb on this machine",
                        "install the PostgreSQL server, for example package postgresql-15, or put initdb into PATH");
}

std::vector<fs::path> versioned_directories(const fs::path& base) {
    std::vector<fs::path> versions;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(base, error)) versions.push_back(entry.path());
    std::ranges::sort(versions, std::ranges::greater{}, version_of);
    for (fs::path& version : versions) version /= "bin";
    return versions;
}

fs::path find_postgres_programs() {
    std::vector<fs::path> candidates{ask_pg_config()};
    std::ranges::copy(versioned_directories("/usr/lib/postgresql"), std::back_inserter(candidates));
    std::ranges::copy(search_path(), std::back_inserter(candidates));
    return choose_programs(candidates);
}

std::string unprivileged_user() {
    if (::geteuid() != 0) return {};
    for (const char* name : {"postgres", "nobody"}) {
        if (::getpwnam(name) != nullptr) return name;
    }
    throw ServerFailure("cannot start a private PostgreSQL: it refuses to run as root, and there is no user postgres",
                        "run the demo as another user");
}

}  // namespace freshet::demo
