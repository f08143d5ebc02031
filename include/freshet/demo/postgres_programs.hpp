// Where PostgreSQL's own programs are on this machine, and as whom to run them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace freshet::demo {

// The first directory that has both initdb and postgres. Throws ServerFailure if none has.
std::filesystem::path choose_programs(const std::vector<std::filesystem::path>& candidates);

// <base>/<version>/bin of each version in `base`, newest first: 15 is newer than 9.6, and 16 than 15.
std::vector<std::filesystem::path> versioned_directories(const std::filesystem::path& base);

// Looks where pg_config points to, in the places of the distributions, then in PATH.
std::filesystem::path find_postgres_programs();

// PostgreSQL refuses root: then "postgres" or else "nobody". Empty for everyone else.
std::string unprivileged_user();

}  // namespace freshet::demo
