#include "freshet/cli/select_views.hpp"

#include <algorithm>
#include <stdexcept>

#include "freshet/catalog/chain.hpp"
#include "freshet/core/nearest.hpp"

namespace freshet::cli {

namespace {

constexpr const char* default_schema = "public";

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

sql::QualifiedName parse_name(const std::string& name) {
    try {
        return sql::parse_qualified_name(name, default_schema);
    } catch (const std::invalid_argument& refusal) {
        throw core::Error("\"" + name + "\" is not the name of a view: " + refusal.what(),
                          "write name or schema.name, in double quotes where SQL wants them");
    }
}

bool is_building(const catalog::StoredView& view) {
    return view.state == catalog::ViewState::building;
}

// The generations readers see: one of each name. Oldest first.
std::vector<catalog::StoredView> published(std::vector<catalog::StoredView> stored) {
    std::erase_if(stored, is_building);
    std::sort(stored.begin(), stored.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    return stored;
}

core::Error not_published(const std::string& name, const sql::QualifiedName& wanted,
                          const std::vector<catalog::StoredView>& stored,
                          const std::vector<catalog::StoredView>& views) {
    const auto is_wanted = [&](const catalog::StoredView& view) { return view.name == wanted; };
    if (std::any_of(stored.begin(), stored.end(), is_wanted)) {
        return core::Error("view " + name + " is not built yet",
                           "run freshetd install, which goes on where it stopped");
    }
    std::vector<std::string> known;
    for (const auto& view : views) known.push_back(view.display_name());
    return unknown_view(name, known);
}

}  // namespace

core::Error unknown_view(const std::string& name, const std::vector<std::string>& known) {
    const std::string message = "there is no view " + name;
    if (known.empty()) return core::Error(message, "no view is installed; run freshetd install");
    const auto best = core::nearest(name, known);
    return core::Error(message, (best ? "did you mean " + *best + "? " : "") + "installed are " + joined(known));
}

std::vector<catalog::StoredView> select_views(const std::vector<catalog::StoredView>& stored,
                                              const std::vector<std::string>& names) {
    const auto views = published(stored);
    if (names.empty()) return views;
    std::vector<catalog::StoredView> chosen;
    for (const auto& name : names) {
        const auto wanted = parse_name(name);
        const auto is_wanted = [&](const catalog::StoredView& view) { return view.name == wanted; };
        const auto found = std::find_if(views.begin(), views.end(), is_wanted);
        if (found == views.end()) throw not_published(name, wanted, stored, views);
        if (std::none_of(chosen.begin(), chosen.end(), is_wanted)) chosen.push_back(*found);
    }
    return chosen;
}

void require_tenant_key(const std::vector<catalog::StoredView>& views) {
    std::vector<std::string> without;
    for (const auto& view : views) {
        if (!view.program.has_tenant()) without.push_back(view.display_name());
    }
    if (without.empty()) return;
    throw core::Error(joined(without) + (without.size() == 1 ? " has" : " have") + " no tenant column",
                      "set \"tenant\" in the configuration and install again, or name only views that have one");
}

std::string shown_name(const std::string& name) {
    return catalog::display_name(parse_name(name));
}

const settings::ViewSettings* find_settings(const settings::Settings& settings, const sql::QualifiedName& name) {
    for (const auto& view : settings.views) {
        if (parse_name(view.name) == name) return &view;
    }
    return nullptr;
}

std::optional<std::string> retention_of(const settings::Settings& settings, const sql::QualifiedName& name) {
    const auto* view = find_settings(settings, name);
    return view != nullptr && view->retention ? std::optional(view->retention->keep) : std::nullopt;
}

std::vector<refresh::ChainMember> chain_with(const std::vector<catalog::StoredView>& stored,
                                             const catalog::StoredView& view, refresh::Request request,
                                             const settings::Settings& settings) {
    return refresh::chain_members(catalog::chain_of(stored, view.id), view.id, std::move(request),
                                  [&](const sql::QualifiedName& name) { return retention_of(settings, name); });
}

}  // namespace freshet::cli
