// Three tables of time entries alike but for their triggers: freshet's, none, and one that only calls pg_notify.
#pragma once

#include <string>

#include "support/client.hpp"

namespace freshet::bench {

inline constexpr const char* captured_table = "public.projects_time_entries";
inline constexpr const char* plain_table = "plain.projects_time_entries";
inline constexpr const char* notifying_table = "notifying.projects_time_entries";

// Copies the sample's entries into the other two, with the same indexes and foreign keys. The daemon must not be
// installed yet, or it would capture nothing of this anyway.
void create_twins(testing::Client& client);

}  // namespace freshet::bench
