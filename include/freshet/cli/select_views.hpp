// Which installed views a command is about. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/refresh/chain.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::cli {

// The generation of each view that readers see, oldest first. `names` may be `name` or `schema.name`; empty means all.
// Throws core::Error for a name that is not known, with the nearest one, or that is still being built.
std::vector<catalog::StoredView> select_views(const std::vector<catalog::StoredView>& stored,
                                              const std::vector<std::string>& names);

// Throws core::Error if one of them cannot be scoped to a tenant.
void require_tenant_key(const std::vector<catalog::StoredView>& views);

// The name as freshet.status and the refresh log show it.
std::string shown_name(const std::string& name);

// The error for a view that is not among `known`.
core::Error unknown_view(const std::string& name, const std::vector<std::string>& known);

// The view's entry in the configuration; null if it is no longer there.
const settings::ViewSettings* find_settings(const settings::Settings& settings, const sql::QualifiedName& name);

// The view's retention as refresh::Request::keep wants it.
std::optional<std::string> retention_of(const settings::Settings& settings, const sql::QualifiedName& name);

// The views that are refreshed when `view` is, in dependency order: `view` as `request` says, those that it reads or is
// read by, through however many others, for what is pending.
std::vector<refresh::ChainMember> chain_with(const std::vector<catalog::StoredView>& stored,
                                             const catalog::StoredView& view, refresh::Request request,
                                             const settings::Settings& settings);

}  // namespace freshet::cli
