#include "bench.hpp"

#include <cstdio>

#include "firm.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::bench {

namespace {

// fsync on, and memory as a small server has it: the same for everyone who is measured. Commit timestamps say when a
// change became visible without anybody asking for it in a loop.
std::vector<std::string> server_settings() {
    return {"fsync=on",         "full_page_writes=on",        "shared_buffers=1GB",       "work_mem=64MB",
            "max_wal_size=4GB", "maintenance_work_mem=256MB", "checkpoint_timeout=30min", "track_commit_timestamp=on"};
}

}  // namespace

Bench::Bench(const Options& all) : options(all), cluster_(server_settings()) {
    report.add_fact("postgresql", administrator().scalar("SHOW server_version"));
}

testing::Client Bench::administrator() {
    return testing::Client(cluster_.conninfo("postgres"));
}

std::string Bench::firm(const std::string& name, long entries) {
    const auto original = "firm_" + std::to_string(entries);
    if (templates_.insert(entries).second) {
        say("generating " + std::to_string(entries) + " time entries");
        administrator().exec("CREATE DATABASE " + original + " TEMPLATE template0");
        testing::Client client(cluster_.conninfo(original));
        create_firm(client, entries);
    }
    drop(name);
    administrator().exec("CREATE DATABASE " + name + " TEMPLATE " + original + " STRATEGY file_copy");
    return cluster_.conninfo(name);
}

std::string Bench::sample_firm(const std::string& name, const std::string& scale) {
    drop(name);
    administrator().exec("CREATE DATABASE " + name + " TEMPLATE template0");
    testing::Client client(cluster_.conninfo(name));
    client.exec(std::string(sql::text("config/sample/schema.sql")));
    client.exec(std::string(sql::text("config/sample/generate.sql")));
    client.query("SELECT sample.generate($1::numeric)", {scale});
    client.exec("VACUUM ANALYZE");
    return cluster_.conninfo(name);
}

void Bench::drop(const std::string& name) {
    administrator().exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
}

void Bench::say(const std::string& what) const {
    std::fprintf(stderr, "[%4.0f s] %s\n", watch_.seconds(), what.c_str());
}

}  // namespace freshet::bench
