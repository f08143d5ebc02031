#include "freshet/settings/view_reader.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "freshet/core/duration.hpp"
#include "freshet/settings/values.hpp"
#include "freshet/sql/identifier.hpp"

namespace freshet::settings {

namespace {

constexpr std::size_t longest_identifier = 63;

void check_name(const Section& section, const std::string& name) {
    try {
        const auto qualified = sql::parse_qualified_name(name, "public");
        if (qualified.schema == "freshet") {
            section.fault_here("is in freshet's own schema", "put the view into the schema of its readers");
        }
        if (qualified.name.size() > longest_identifier) {
            section.fault_here("has a name longer than 63 bytes", "PostgreSQL would cut it off; choose a shorter one");
        }
    } catch (const std::invalid_argument& error) {
        section.fault_here(std::string("is not the name of a view: ") + error.what(), "write name or schema.name");
    }
}

void read_strategy(const Section& section, ViewSettings& view) {
    std::string strategy = "auto";
    section.read("strategy", strategy);
    view.strategy = strategy == "delta"        ? StrategyChoice::delta
                    : strategy == "partial"    ? StrategyChoice::partial
                    : strategy == "concurrent" ? StrategyChoice::concurrent
                                               : StrategyChoice::automatic;
}

// Without the semicolon that people end a file with.
std::string trimmed(std::string query) {
    const auto last = query.find_last_not_of("; \t\r\n");
    query.resize(last == std::string::npos ? 0 : last + 1);
    return query;
}

void read_query_file(const Section& section, const std::string& name, const std::filesystem::path& directory,
                     const ReadFile& read, ViewSettings& view) {
    view.query_file = (directory / name).lexically_normal().string();
    try {
        view.query = trimmed(read(view.query_file));
    } catch (const core::Error& error) {
        section.fault("query", "cannot be read from " + view.query_file + ": " + error.what(),
                      "the path is relative to the configuration file");
        return;
    }
    if (view.query.empty() || view.query.find('\0') != std::string::npos) {
        section.fault("query", "names " + view.query_file + ", which is " + (view.query.empty() ? "empty" : "not text"),
                      "write the defining SELECT into it");
    }
}

void read_query(const Section& section, const std::filesystem::path& directory, const ReadFile& read,
                ViewSettings& view) {
    std::string name;
    std::string text;
    section.read("query", name);
    section.read("sql", text);
    if (section.value("query") != nullptr && section.value("sql") != nullptr) {
        section.fault("sql", "is given besides \"query\"", "keep one of the two");
    } else if (!name.empty()) {
        read_query_file(section, name, directory, read, view);
    } else if (!text.empty()) {
        view.query = trimmed(text);
    }
    for (const char* key : {"query", "sql"}) {
        if (const auto* node = section.value(key); node != nullptr && trimmed(node->text).empty()) {
            section.fault(key, "is empty", "give the defining SELECT, or leave the key out");
        }
    }
}

void read_times(const Section& section, ViewSettings& view) {
    section.read("debounce", view.debounce);
    section.read("max_delay", view.max_delay);
    section.read("staleness_slo", view.staleness_slo);
    section.read("verify", view.verify);
    if (view.max_delay < view.debounce) {
        section.fault(section.value("max_delay") != nullptr ? "max_delay" : "debounce",
                      "does not fit: max_delay is " + core::duration_literal(view.max_delay) + ", debounce is " +
                          core::duration_literal(view.debounce),
                      "a refresh waits for quiet as long as debounce, so max_delay cannot be shorter");
    }
}

void read_zone(const Section& section, std::string& zone) {
    const auto* node = section.value("timezone");
    if (node == nullptr || node->type != Node::Type::text) {
        return;
    }
    section.read("timezone", zone);
    if (!is_zone_name(node->text)) {
        section.fault("timezone", "is not a time zone name: \"" + node->text + "\"", "write for example Europe/Berlin");
    }
}

void read_retention(const Section& section, ViewSettings& view) {
    if (section.empty()) {
        return;
    }
    Retention retention;
    section.read("column", retention.column);
    section.read("keep", retention.keep);
    if (!retention.keep.empty() && !is_interval(retention.keep)) {
        section.fault("keep", "is not a positive interval: \"" + retention.keep + "\"",
                      "write for example \"3 years\", \"18 months\" or \"1 year 6 months\"");
    }
    view.retention = retention;
}

void read_reconcile(const Section& section, ViewSettings& view) {
    if (section.empty()) {
        return;
    }
    ReconcileSchedule schedule;
    section.read("at", schedule.at);
    if (!schedule.at.empty() && !is_time_of_day(schedule.at)) {
        section.fault("at", "is not a time of day: \"" + schedule.at + "\"", "write HH:MM, from 00:00 to 23:59");
    }
    const auto by_query = section.below("timezone");
    if (by_query.empty()) {
        schedule.timezone = view.timezone;
        read_zone(section, schedule.timezone);
    } else {
        by_query.read("query", schedule.timezone_query);
        if (view.tenant.empty()) {
            by_query.fault_here("asks for one zone per tenant, but the view has no tenant",
                                "set \"tenant\" to the key column that the query's first column is compared with");
        }
    }
    view.reconcile = schedule;
}

void read_indexes(const Section& section, ViewSettings& view) {
    const auto* lists = section.value("indexes");
    for (const auto& list : lists == nullptr ? std::vector<Node>{} : lists->items) {
        auto& index = view.indexes.emplace_back();
        for (const auto& item : list.items) {
            index.push_back(item.text);
            if (item.type == Node::Type::text && !is_index_column(item.text)) {
                section.fault_at(item.at, "indexes", "has a bad column: \"" + item.text + "\"",
                                 "write column [ASC|DESC] [NULLS FIRST|LAST], a name with other characters than "
                                 "letters, digits and _ in double quotes");
            }
        }
    }
}

void read_keys(const Section& section, ViewSettings& view) {
    const auto* list = section.value("keys");
    for (const auto& item : list == nullptr ? std::vector<Node>{} : list->items) {
        if (std::find(view.keys.begin(), view.keys.end(), item.text) != view.keys.end()) {
            section.fault_at(item.at, "keys", "names " + item.text + " twice", "remove one of them");
        }
        view.keys.push_back(item.text);
    }
}

void read_dirty_keys(const Section& section, ViewSettings& view) {
    const auto* object = section.value("dirty_keys");
    for (const auto& member : object == nullptr ? std::vector<Member>{} : object->members) {
        DirtyKeysSettings dirty{member.key, trimmed(member.value.text), member.value.text == "all", member.at.line,
                                member.at.column};
        sql::QualifiedName table;
        try {
            table = sql::parse_qualified_name(dirty.table, "public");
        } catch (const std::invalid_argument& error) {
            section.fault_at(member.at, "dirty_keys", std::string("has no table's name: ") + error.what(),
                             "write name or schema.name");
            continue;
        }
        for (const auto& other : view.dirty_keys) {
            if (sql::parse_qualified_name(other.table, "public") == table) {
                section.fault_at(member.at, "dirty_keys", "names " + table.display() + " twice",
                                 "join the two with UNION");
            }
        }
        view.dirty_keys.push_back(std::move(dirty));
    }
}

// Keys and dirty_keys come together, and say nothing to a strategy that does not ask.
void check_partial(const Section& section, const ViewSettings& view) {
    const bool partial = view.strategy == StrategyChoice::partial;
    const bool possible = partial || view.strategy == StrategyChoice::automatic;
    for (const char* key : {"keys", "dirty_keys"}) {
        const bool given = std::string_view(key) == "keys" ? !view.keys.empty() : !view.dirty_keys.empty();
        if (section.value(key) != nullptr && !possible) {
            section.fault(key, "has no effect with this strategy", "use strategy partial or auto, or remove it");
        } else if (partial && !given) {
            section.fault(key, "is missing: strategy partial needs it",
                          "name the key columns in \"keys\", and for each table in \"dirty_keys\" a SELECT of them over "
                          "changed");
        }
    }
    if (!partial && possible && view.keys.empty() != view.dirty_keys.empty()) {
        section.fault(view.keys.empty() ? "dirty_keys" : "keys", "is given alone",
                      "strategy partial needs both \"keys\" and \"dirty_keys\"");
    }
}

// An option that would do nothing is a misunderstanding better cleared up now.
void check_concurrent(const Section& section, const ViewSettings& view) {
    if (view.strategy != StrategyChoice::concurrent) {
        return;
    }
    if (section.value("retention") != nullptr) {
        section.fault("retention", "has no effect with strategy concurrent",
                      "filter in the query of the materialized view itself");
    }
    if (section.value("indexes") != nullptr) {
        section.fault("indexes", "has no effect with strategy concurrent", "create them on the materialized view");
    }
}

}  // namespace

ViewSettings read_view(const Section& section, const std::filesystem::path& directory, const ReadFile& read) {
    ViewSettings view;
    view.name = section.member()->key;
    view.line = section.member()->at.line;
    view.column = section.member()->at.column;
    check_name(section, view.name);
    read_strategy(section, view);
    read_query(section, directory, read, view);
    read_times(section, view);
    read_zone(section, view.timezone);
    section.read("tenant", view.tenant);
    read_retention(section.below("retention"), view);
    read_reconcile(section.below("reconcile"), view);
    read_indexes(section, view);
    read_keys(section, view);
    read_dirty_keys(section, view);
    check_concurrent(section, view);
    check_partial(section, view);
    return view;
}

}  // namespace freshet::settings
