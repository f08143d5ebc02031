// The sample firm of config/sample: its database on the private cluster, and the configuration that goes with it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/demo/private_cluster.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::demo {

namespace asio = boost::asio;

// One report of the sample, as the demo itself checks and measures it.
struct SampleView {
    std::string name;              // in schema public
    std::string query;             // its defining SELECT
    std::string retention_column;  // empty: everything is kept
};

// What the shipped configuration must say differently here. `text` is config/sample/freshet.json.
std::string derive_configuration(std::string_view text, const std::string& conninfo, const std::string& listen);

// The views of the shipped configuration, in the order of their names. Throws std::logic_error if one has no query
// file among the embedded texts.
std::vector<SampleView> sample_views(std::string_view text);

// Writes freshet.json and the files with the views' queries into `directory`. Returns the path of freshet.json.
std::filesystem::path write_configuration(const std::filesystem::path& directory, const std::string& conninfo,
                                          const std::string& listen);

// A TCP port on the loopback interface that nobody uses now. Throws core::Error.
std::uint16_t free_loopback_port();

// Names of the database and of the roles in it; none of them is a superuser.
inline constexpr const char* sample_database = "demo";
inline constexpr const char* owner_role = "freshet";
inline constexpr const char* office_role = "office";

// A session in which the sample's tables are in search_path, as its readers see them.
pg::ConnectOptions session_options(const PrivateCluster& cluster, const std::string& role, const std::string& purpose);

// Creates the roles, the database and the tables, and fills them. Takes some seconds at scale 1.
asio::awaitable<void> create_sample(asio::any_io_executor executor, const PrivateCluster* cluster, double scale);

}  // namespace freshet::demo
