// Reads one entry of "views".
//
// Not the place for questions that span views, such as repeated names.
#pragma once

#include "freshet/settings/load.hpp"
#include "freshet/settings/section.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::settings {

// Adds faults to the section's report; the result is only good if there were none. Query files are read with `read`,
// their paths being relative to `directory`.
ViewSettings read_view(const Section& section, const std::filesystem::path& directory, const ReadFile& read);

}  // namespace freshet::settings
