// One object of the document together with what the table of keys says about it: reads values and collects faults.
//
// A value that is missing, or whose type check_structure has refused already, leaves its target as it was. Refers to
// the document, the table and the report, which must outlive it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/core/error.hpp"
#include "freshet/settings/document.hpp"
#include "freshet/settings/keys.hpp"

namespace freshet::settings {

struct Report {
    std::string file;
    std::vector<core::Fault> faults;

    void add(core::Position at, std::string message, std::string hint);
};

class Section {
  public:
    Section(const Node& root, const std::vector<Key>& table, Report& report);

    // The section below `name`; an empty one if it is not there.
    Section below(std::string_view name) const;
    // Every entry of a map, in file order.
    std::vector<Section> entries() const;

    const Member* member() const { return member_; }  // the key that opened the section; null for the root
    const std::string& shown() const { return shown_; }
    bool empty() const { return object_ == nullptr; }

    // The value if it is there and of an accepted type.
    const Node* value(std::string_view name) const;

    void read(std::string_view name, std::string& target) const;
    void read(std::string_view name, std::int64_t& target) const;
    void read(std::string_view name, std::chrono::milliseconds& target) const;

    // `<path> <complaint>` at the value, or at the section's own key if the value is not there.
    void fault(std::string_view name, const std::string& complaint, const std::string& hint) const;
    // The same, at a part of the value.
    void fault_at(core::Position at, std::string_view name, const std::string& complaint,
                  const std::string& hint) const;
    // `<path of the section> <complaint>` at the section's key.
    void fault_here(const std::string& complaint, const std::string& hint) const;

  private:
    Section(const Member* member, const Node* object, std::string pattern, std::string shown, const Section& parent);
    const Key& key(std::string_view name) const;
    bool in_range(const Key& key, std::int64_t value) const { return value >= key.minimum && value <= key.maximum; }

    const Member* member_ = nullptr;
    const Node* object_;
    std::string pattern_;
    std::string shown_;
    const std::vector<Key>* table_;
    Report* report_;
};

}  // namespace freshet::settings
