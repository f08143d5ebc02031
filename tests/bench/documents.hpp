// docs/performance.md from figures: the tables between its marks, and the plots beside it. The text around them is
// written by hand.
//
// A mark is a line "<!-- bench NAME -->"; what follows up to "<!-- end -->" is replaced. NAME is "targets", "counts",
// "facts" or a section.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace freshet::bench {

// `document` as a Report has it. Throws std::runtime_error for a mark without end, or one that nothing is known of.
void write_documents(const nlohmann::ordered_json& document, const std::filesystem::path& docs);

}  // namespace freshet::bench
