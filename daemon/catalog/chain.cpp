#include "freshet/catalog/chain.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace freshet::catalog {

std::optional<int> view_of_state(const sql::QualifiedName& table) {
    constexpr std::string_view prefix = "state_";
    if (table.schema != "freshet" || !table.name.starts_with(prefix)) {
        return std::nullopt;
    }
    int id = 0;
    const auto* end = table.name.data() + table.name.size();
    const auto [rest, error] = std::from_chars(table.name.data() + prefix.size(), end, id);
    const bool whole = rest == end || *rest == '_';  // the state of one of several levels
    return error == std::errc() && whole ? std::optional(id) : std::nullopt;
}

std::set<int> views_below(const StoredView& view) {
    std::set<int> below;
    for (const auto& source : view.sources) {
        if (const auto id = view_of_state(source.table); id && keeps_state(view.strategy)) {
            below.insert(*id);
        }
    }
    return below;
}

bool StoredView::reads_views() const {
    return !views_below(*this).empty();
}

std::vector<StoredView> chain_of(const std::vector<StoredView>& stored, int id) {
    std::set<int> members{id};
    std::size_t before = 0;
    while (members.size() != before) {
        before = members.size();
        for (const auto& view : stored) {
            auto linked = views_below(view);
            linked.insert(view.id);
            const bool touches =
                std::any_of(linked.begin(), linked.end(), [&](int one) { return members.contains(one); });
            if (touches && view.state != ViewState::building) {
                members.merge(linked);
            }
        }
    }
    std::vector<StoredView> chain;
    std::copy_if(stored.begin(), stored.end(), std::back_inserter(chain), [&](const StoredView& view) {
        return members.contains(view.id) && (view.state != ViewState::building || view.id == id);
    });
    // A view is compiled after what it reads, for its program names the state tables: it has the greater number.
    std::sort(chain.begin(), chain.end(), [](const auto& left, const auto& right) { return left.id < right.id; });
    return chain;
}

std::set<int> with_all_above(const std::vector<StoredView>& chain, std::set<int> below) {
    for (const auto& view : chain) {
        const auto reads = views_below(view);
        if (std::any_of(reads.begin(), reads.end(), [&](int id) { return below.contains(id); })) {
            below.insert(view.id);
        }
    }
    return below;
}

}  // namespace freshet::catalog
