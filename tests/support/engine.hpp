// The engine called from a test, without the daemon: install, fold, recompute, verify on a database of the test's own.
#pragma once

#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/install/install.hpp"
#include "freshet/refresh/chain.hpp"
#include "freshet/refresh/prove_beside.hpp"
#include "freshet/refresh/refresh.hpp"
#include "freshet/refresh/verify.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"

namespace freshet::testing {

class Engine {
  public:
    explicit Engine(const std::string& conninfo) : conninfo_(conninfo) {}

    settings::Settings settings;
    install::InstallOptions install_options;  // but for its plan

    // Adds a view to the settings; returns it for further settings.
    settings::ViewSettings& add_view(std::string name, std::string query);

    install::Plan plan(install::PlanOptions options = {});
    install::Plan install(install::PlanOptions options = {});
    refresh::Outcome refresh(const std::string& view, refresh::Request request = {});
    refresh::Proof verify(const std::string& view, refresh::VerifyRequest request = {});
    // With all views that are connected with it.
    refresh::ChainOutcome refresh_chain(const std::string& view, refresh::Request request = {});
    refresh::Proof verify_chain(const std::string& view, refresh::VerifyRequest request = {});
    refresh::Beside prove_beside(const std::string& view, refresh::VerifyRequest request = {});
    std::vector<std::string> uninstall(install::UninstallOptions options = {});
    std::vector<std::string> rehome();
    void mark_ready(const std::string& view);
    int record_failure(const std::string& view, refresh::Request request, const std::string& error);
    catalog::StoredView view(const std::string& name);

  private:
    std::vector<refresh::ChainMember> chain(const std::string& view, refresh::Request request);

    std::string conninfo_;
};

// A request to fold by the statements that are for thousands of changes, or, without `many`, as they come.
refresh::Request as_if_many(bool many);

// Rows by which a public relation and its defining query differ, both ways; empty if they are equal. Written by hand
// and run by a plain session: the oracle shares no code with the engine. `columns` names what to compare.
std::vector<std::string> differences(Client& client, const std::string& relation, const std::string& query,
                                     const std::string& columns = "*");

}  // namespace freshet::testing
