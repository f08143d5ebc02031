#include "freshet/settings/structure.hpp"

#include <algorithm>

#include "freshet/core/nearest.hpp"

namespace freshet::settings {

namespace {

std::string below(const std::string& section, std::string_view name) {
    return section.empty() ? std::string(name) : section + "." + std::string(name);
}

class Checker {
  public:
    Checker(const std::vector<Key>& table, const std::string& file) : table_(table), file_(file) {}

    // `section` is the path in the table, `shown` the one in the file, `at` the key that opened the object.
    void check_object(const Node& object, const std::string& section, const std::string& shown, core::Position at) {
        report_repeated(object, shown);
        for (const auto& member : object.members) {
            if (const auto* key = known_key(section, member.key)) {
                check_value(member, *key, below(shown, member.key));
            } else {
                report_unknown(member, section, shown);
            }
        }
        for (const auto* key : keys_below(table_, section)) {
            if (key->presence == Presence::required && object.find(key->name()) == nullptr) {
                report(at, shown + " has no \"" + std::string(key->name()) + "\"", key->meaning);
            }
        }
    }

    std::vector<core::Fault> take() { return std::move(faults_); }

  private:
    // By name and not by path: a key "daemon.workers" at the top level is unknown.
    const Key* known_key(const std::string& section, std::string_view name) const {
        const auto known = keys_below(table_, section);
        const auto found =
            std::find_if(known.begin(), known.end(), [name](const Key* key) { return key->name() == name; });
        return found == known.end() ? nullptr : *found;
    }

    void check_value(const Member& member, const Key& key, const std::string& shown) {
        const auto& value = member.value;
        if (!key.accepts(value.type)) {
            report(value.at, shown + " must be " + expected(key) + ", not " + std::string(described(value.type)),
                   key.meaning);
        } else if (key.kind == Kind::names) {
            check_texts(value.items, shown, key.meaning);
        } else if (key.kind == Kind::texts) {
            check_named_texts(value, shown, key.meaning);
        } else if (key.kind == Kind::map) {
            check_map(value, key.path + ".*", shown);
        } else if (value.type == Node::Type::object) {
            check_object(value, key.path, shown, member.at);
        } else if (key.kind == Kind::columns) {
            check_columns(value, shown, key.meaning);
        } else if (key.presence == Presence::required && value.text.empty()) {
            report(value.at, shown + " is empty", key.meaning);
        }
    }

    void check_map(const Node& map, const std::string& section, const std::string& shown) {
        report_repeated(map, shown);
        const auto& key = *find_key(table_, section);
        for (const auto& member : map.members) {
            if (member.key.empty()) {
                report(member.at, "empty name in " + shown, "give it a name");
            }
            check_value(member, key, below(shown, member.key));
        }
    }

    void check_columns(const Node& lists, const std::string& shown, const std::string& meaning) {
        for (const auto& list : lists.items) {
            if (list.type != Node::Type::array || list.items.empty()) {
                report(list.at, "each of " + shown + " must be a list of columns", meaning);
            }
            for (const auto& item : list.items) {
                if (item.type != Node::Type::text) {
                    report(item.at,
                           "a column in " + shown + " must be a text, not " + std::string(described(item.type)),
                           meaning);
                }
            }
        }
    }

    void check_texts(const std::vector<Node>& items, const std::string& shown, const std::string& meaning) {
        for (const auto& item : items) {
            if (item.type != Node::Type::text || item.text.empty()) {
                report(item.at, "each of " + shown + " must be a text that is not empty", meaning);
            }
        }
    }

    void check_named_texts(const Node& object, const std::string& shown, const std::string& meaning) {
        report_repeated(object, shown);
        for (const auto& member : object.members) {
            if (member.value.type != Node::Type::text || member.value.text.empty()) {
                report(member.value.at, below(shown, member.key) + " must be a text that is not empty", meaning);
            }
        }
    }

    void report_repeated(const Node& object, const std::string& shown) {
        for (const auto& member : object.members) {
            const auto* first = object.find(member.key);
            if (first != &member) {
                report(member.at, below(shown, member.key) + " is given twice",
                       "the first one is on line " + std::to_string(first->at.line) + "; remove one of them");
            }
        }
    }

    void report_unknown(const Member& member, const std::string& section, const std::string& shown) {
        std::vector<std::string> names;
        std::string list;
        for (const auto* key : keys_below(table_, section)) {
            names.emplace_back(key->name());
            list += (list.empty() ? "" : ", ") + names.back();
        }
        const auto meant = core::nearest(member.key, names);
        report(member.at, "unknown key \"" + member.key + "\"" + (shown.empty() ? "" : " in " + shown),
               meant ? "did you mean \"" + *meant + "\"?" : "known keys here: " + list);
    }

    void report(core::Position at, const std::string& message, const std::string& hint) {
        faults_.push_back({file_, at.line, at.column, message, hint});
    }

    const std::vector<Key>& table_;
    const std::string& file_;
    std::vector<core::Fault> faults_;
};

}  // namespace

std::vector<core::Fault> check_structure(const Node& root, const std::vector<Key>& table, const std::string& file) {
    if (root.type != Node::Type::object) {
        return {{file, root.at.line, root.at.column,
                 "the configuration must be an object, not " + std::string(described(root.type)), "start with {"}};
    }
    Checker checker(table, file);
    checker.check_object(root, "", "", root.at);
    return checker.take();
}

}  // namespace freshet::settings
