#include "view_order.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "freshet/query/tree.hpp"

namespace freshet::install {

namespace {

sql::QualifiedName name_of(const settings::ViewSettings& view) {
    return sql::parse_qualified_name(view.name, "public");
}

class Lookup {
  public:
    explicit Lookup(const std::vector<settings::ViewSettings>& views) {
        for (std::size_t i = 0; i < views.size(); ++i) {
            by_name_.emplace(name_of(views[i]), i);
        }
    }

    std::optional<std::size_t> find(const sql::QualifiedName& name, const std::string& schema_of_reader) const {
        if (!name.schema.empty()) {
            return exactly(name);
        }
        const auto own = exactly({schema_of_reader, name.name});
        return own ? own : exactly({"public", name.name});
    }

  private:
    std::optional<std::size_t> exactly(const sql::QualifiedName& name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? std::nullopt : std::optional(found->second);
    }

    std::map<sql::QualifiedName, std::size_t> by_name_;
};

// Depth first: a view is done when all it reads is.
class Sorter {
  public:
    explicit Sorter(const std::vector<std::vector<NamedView>>& reads) : reads_(reads) {}

    ViewOrder run() {
        for (std::size_t view = 0; view < reads_.size(); ++view) {
            visit(view);
        }
        return std::move(result_);
    }

  private:
    void visit(std::size_t view) {
        const auto open = std::find(path_.begin(), path_.end(), view);
        if (open != path_.end()) {
            result_.cycles.emplace_back(open, path_.end());
            return;
        }
        if (!done_.insert(view).second) {
            return;
        }
        path_.push_back(view);
        for (const auto& read : reads_[view]) {
            visit(read.view);
        }
        path_.pop_back();
        result_.order.push_back(view);
    }

    const std::vector<std::vector<NamedView>>& reads_;
    std::vector<std::size_t> path_;
    std::set<std::size_t> done_;
    ViewOrder result_;
};

}  // namespace

std::vector<query::NamedRelation> relations_in(const std::string& query) {
    try {
        return query.empty() ? std::vector<query::NamedRelation>{} : query::named_relations(query);
    } catch (const query::SyntaxError&) {
        return {};
    }
}

std::vector<std::vector<NamedView>> views_named(const std::vector<settings::ViewSettings>& views) {
    const Lookup lookup(views);
    std::vector<std::vector<NamedView>> result(views.size());
    for (std::size_t i = 0; i < views.size(); ++i) {
        for (const auto& relation : relations_in(views[i].query)) {
            const auto found = lookup.find(relation.name, name_of(views[i]).schema);
            const auto known = [&](const NamedView& one) { return one.view == *found; };
            if (found && std::none_of(result[i].begin(), result[i].end(), known)) {
                result[i].push_back({*found, relation.offset, false});
            }
        }
    }
    return result;
}

ViewOrder order_of(const std::vector<std::vector<NamedView>>& reads) {
    return Sorter(reads).run();
}

core::Fault fault_at_name(const settings::Settings& settings, const settings::ViewSettings& view, std::size_t offset,
                          std::string message, std::string hint) {
    const bool in_file = !view.query_file.empty();
    const auto at = core::position_of(view.query, offset);
    return {in_file ? view.query_file : settings.file, in_file ? at.line : view.line, in_file ? at.column : view.column,
            std::move(message), std::move(hint)};
}

std::vector<core::Fault> cycle_faults(const settings::Settings& settings) {
    return cycle_faults(settings, views_named(settings.views));
}

std::vector<core::Fault> cycle_faults(const settings::Settings& settings,
                                      const std::vector<std::vector<NamedView>>& reads) {
    std::vector<core::Fault> faults;
    for (const auto& cycle : order_of(reads).cycles) {
        const auto& first = settings.views[cycle.front()];
        const auto next = cycle.size() > 1 ? cycle[1] : cycle.front();
        const auto& named = reads[cycle.front()];
        const auto at = std::find_if(named.begin(), named.end(), [&](const auto& one) { return one.view == next; });
        std::string path;
        for (const auto view : cycle) {
            path += settings.views[view].name + " reads ";
        }
        faults.push_back(fault_at_name(settings, first, at->offset,
                                       "view " + first.name + " reads itself: " + path + first.name,
                                       cycle.size() > 1 ? "let one of them read tables instead"
                                                        : "qualify the name if a table of another schema is meant"));
    }
    return faults;
}

}  // namespace freshet::install
