// The changes of one transaction that reports are to follow: of one kind or mixed, spread or on few groups. Entries are
// told apart by a running number, so that each call changes other ones.
#pragma once

#include <string>
#include <vector>

namespace freshet::bench {

struct ChangeKind {
    std::string name;
    // Statements; @ids is the list of the entries' ids for IN.
    std::vector<std::string> sql;
};

// Other hours, approvals, inserts, deletes; and last all of them mixed.
const std::vector<ChangeKind>& change_kinds();

class Changes {
  public:
    // Of a firm with so many entries.
    Changes(long entries, long rows) : entries_(entries), rows_(rows) {}

    // Statements that change `rows` entries spread over all projects, users and weeks.
    std::vector<std::string> spread(const ChangeKind& kind);
    // The same of entries of a firm's first `projects` projects in one month: that many groups by project and month. As
    // many of them as there are, over and over.
    std::vector<std::string> within(long projects) const;

  private:
    long entries_;
    long rows_;
    long offset_ = 0;
};

}  // namespace freshet::bench
