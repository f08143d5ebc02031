// A PostgreSQL cluster of the test process's own: a temporary directory, a Unix socket, no TCP, no fsync.
//
// Needs no running server and no configuration; as root it becomes `postgres` (or `nobody`), because initdb refuses
// root. It ends with the test process, even if that is killed. FRESHET_KEEP=1 leaves the data directory behind and
// prints how to start it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/process.hpp"

namespace freshet::testing {

class PrivateCluster {
  public:
    // `settings` as "name=value", over those every cluster has. Started when this returns.
    explicit PrivateCluster(std::vector<std::string> settings = {});
    // From a base backup of `primary`: a standby that follows it, or as it is once start() is called, so that a test can
    // put a recovery.signal beside it.
    enum class Copy { standby, stopped };
    PrivateCluster(const PrivateCluster& primary, Copy copy, std::vector<std::string> settings = {});
    ~PrivateCluster();
    PrivateCluster(const PrivateCluster&) = delete;
    PrivateCluster& operator=(const PrivateCluster&) = delete;

    void start();
    void stop();     // fast: sessions are ended, transactions rolled back, everything written
    void restart();  // stop and start
    void crash();    // immediate: as if the power failed; the next start() recovers
    // SIGKILL to one backend: PostgreSQL then ends every session and recovers. Returns when it accepts sessions again.
    void kill_backend(pid_t pid);

    std::string conninfo(const std::string& database) const;
    std::filesystem::path socket_directory() const { return directory_.path(); }
    std::filesystem::path socket() const;  // of the server, for TcpGate
    std::filesystem::path data() const { return directory_.path() / "data"; }
    std::string log() const;               // of the server since it was last started
    // Where PostgreSQL's programs are.
    static std::filesystem::path bin_directory();

  private:
    void initialise();
    void copy_from(const PrivateCluster& primary, Copy copy);
    void wait_until_ready() const;
    ProcessOptions server_options() const;

    std::vector<std::string> settings_;
    std::string user_;  // to become, or empty
    TemporaryDirectory directory_;
    std::unique_ptr<Process> server_;
};

// The cluster that the tests of one process share: started on first use, stopped after the last test. Needs the main()
// of freshet_test_support_main.
PrivateCluster& shared_cluster();
void stop_shared_cluster();

// A fresh database for one test, dropped with it. FRESHET_KEEP=1 keeps it and prints its conninfo.
class Database {
  public:
    explicit Database(PrivateCluster& cluster = shared_cluster());
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::string& name() const noexcept { return name_; }
    std::string conninfo() const { return cluster_.conninfo(name_); }

  private:
    PrivateCluster& cluster_;
    std::string name_;
};

}  // namespace freshet::testing
