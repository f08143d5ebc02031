// Tables of time entries that are alike but for what happens when somebody writes to them. Not thread-safe.
#pragma once

#include <string>

#include "support/client.hpp"

namespace freshet::bench {

inline constexpr const char* captured_table =
    "public.projects_time_entries";                                        // freshet's triggers, once it is installed
inline constexpr const char* plain_table = "plain.projects_time_entries";  // nothing
inline constexpr const char* notifying_table = "notifying.projects_time_entries";  // a trigger that calls pg_notify
// A trigger that keeps sums and counts of the three reports in the writer's transaction, by upserts of what a statement
// changed. It keeps no distinct counts, which would cost it more.
inline constexpr const char* summing_table = "summing.projects_time_entries";

// Copies the firm's entries into the other three, with the same indexes and foreign keys. Before freshet is installed.
void create_tables_alike(testing::Client& client);

}  // namespace freshet::bench
