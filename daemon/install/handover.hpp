// Passes the name of a view or materialized view on to a successor, in one transaction: grants, comments, indexes,
// owner and the views on top stay. Statements from values; pure. Private to install/.
//
// The old relation is renamed out of the way, the new one takes the name, each plain view on top is replaced in place
// (so whatever hangs on that one never notices), each materialized view on top is made anew; then the old ones are
// dropped.
#pragma once

#include <string>
#include <vector>

#include "freshet/core/error.hpp"
#include "legacy.hpp"

namespace freshet::install {

// Takes the locks that the handover needs, before anything is read for it: views on top first, as their readers do, so
// that nobody waits in a circle.
std::vector<std::string> lock_statements(const Legacy& legacy);

// `create` makes the successor under the name.
enum class Becomes { view, materialized_view };
std::vector<std::string> handover(const Legacy& legacy, const std::vector<std::string>& create, Becomes becomes);

// A materialized view stored like another one.
enum class Data { present, absent };
std::string create_materialized(const sql::QualifiedName& name, const Relation& like, const std::string& definition,
                                Data data);

// An index of a materialized view, on `relation` under its own name.
std::vector<std::string> create_index(const Index& index, const sql::QualifiedName& relation);

// What cannot be kept: "the trigger x on view y".
std::vector<std::string> losses(const Legacy& legacy);

// Why the handover cannot be; empty if it can.
std::vector<core::Fault> obstacles(const Legacy& legacy);

}  // namespace freshet::install
