#include "freshet/settings/section.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "freshet/core/duration.hpp"

namespace freshet::settings {

namespace {

std::string joined(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
}

}  // namespace

void Report::add(core::Position at, std::string message, std::string hint) {
    faults.push_back({file, at.line, at.column, std::move(message), std::move(hint)});
}

Section::Section(const Node& root, const std::vector<Key>& table, Report& report)
    : object_(root.type == Node::Type::object ? &root : nullptr), table_(&table), report_(&report) {}

Section::Section(const Member* member, const Node* object, std::string pattern, std::string shown,
                 const Section& parent)
    : member_(member),
      object_(object),
      pattern_(std::move(pattern)),
      shown_(std::move(shown)),
      table_(parent.table_),
      report_(parent.report_) {}

Section Section::below(std::string_view name) const {
    const auto* node = value(name);
    const bool there = node != nullptr && node->type == Node::Type::object;
    return {there ? object_->find(name) : nullptr, there ? node : nullptr, joined(pattern_, name), joined(shown_, name),
            *this};
}

std::vector<Section> Section::entries() const {
    std::vector<Section> sections;
    if (object_ != nullptr) {
        for (const auto& entry : object_->members) {
            if (entry.value.type == Node::Type::object) {
                sections.push_back({&entry, &entry.value, joined(pattern_, "*"), joined(shown_, entry.key), *this});
            }
        }
    }
    return sections;
}

const Node* Section::value(std::string_view name) const {
    const auto* found = object_ == nullptr ? nullptr : object_->find(name);
    return found != nullptr && key(name).accepts(found->value.type) ? &found->value : nullptr;
}

void Section::read(std::string_view name, std::string& target) const {
    const auto* node = value(name);
    if (node == nullptr || node->type != Node::Type::text) {
        return;
    }
    const auto& choices = key(name).choices;
    if (node->text.find('\0') != std::string::npos) {
        fault(name, "contains a NUL character", "PostgreSQL cannot store it; remove it");
    } else if (!choices.empty() && std::find(choices.begin(), choices.end(), node->text) == choices.end()) {
        fault(name, "is \"" + node->text + "\"", "choose " + expected(key(name)));
    } else {
        target = node->text;
    }
}

void Section::read(std::string_view name, std::int64_t& target) const {
    const auto* node = value(name);
    if (node == nullptr) {
        return;
    }
    const auto& known = key(name);
    if (!in_range(known, node->integer)) {
        fault(name, "is " + std::to_string(node->integer),
              "choose from " + std::to_string(known.minimum) + " to " + std::to_string(known.maximum));
        return;
    }
    target = node->integer;
}

void Section::read(std::string_view name, std::chrono::milliseconds& target) const {
    const auto* node = value(name);
    if (node == nullptr) {
        return;
    }
    const auto& known = key(name);
    try {
        const auto duration = core::parse_duration(node->text);
        if (in_range(known, duration.count())) {
            target = duration;
            return;
        }
        fault(name, "is " + node->text,
              "choose from " + core::duration_literal(std::chrono::milliseconds(known.minimum)) + " to " +
                  core::duration_literal(std::chrono::milliseconds(known.maximum)));
    } catch (const std::invalid_argument& error) {
        fault(name, std::string("has a bad value: ") + error.what(), "write " + expected(known));
    }
}

void Section::fault(std::string_view name, const std::string& complaint, const std::string& hint) const {
    const auto* node = value(name);
    const auto at = node != nullptr ? node->at : member_ != nullptr ? member_->at : core::Position{};
    fault_at(at, name, complaint, hint);
}

void Section::fault_at(core::Position at, std::string_view name, const std::string& complaint,
                       const std::string& hint) const {
    report_->add(at, joined(shown_, name) + " " + complaint, hint);
}

void Section::fault_here(const std::string& complaint, const std::string& hint) const {
    report_->add(member_ != nullptr ? member_->at : core::Position{}, shown_ + " " + complaint, hint);
}

const Key& Section::key(std::string_view name) const {
    const auto* found = find_key(*table_, joined(pattern_, name));
    if (found == nullptr) {
        throw std::logic_error("no configuration key " + joined(pattern_, name));
    }
    return *found;
}

}  // namespace freshet::settings
