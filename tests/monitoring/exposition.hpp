// Text of a scrape, and the reference that describes it, as names of metrics and of their labels.
#pragma once

#include <map>
#include <set>
#include <string>

namespace freshet::testing {

using LabelNames = std::set<std::string>;

// Of each metric that has a series the labels of its series; those of a histogram count as one, without "le".
std::map<std::string, std::set<LabelNames>> labels_scraped(const std::string& scrape);
// Of each metric in the table of docs/metrics.md its labels.
std::map<std::string, LabelNames> labels_documented(const std::string& reference);

}  // namespace freshet::testing
