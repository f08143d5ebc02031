// The configuration files that freshet ships, made fit for a test: shorter times, other ports, nothing else.
#pragma once

#include <string>
#include <vector>

namespace freshet::testing {

// A file of the repository.
std::string shipped(const std::string& path);
// Throws std::runtime_error if there is nothing to replace: the shipped file has changed under the test.
std::string replaced(const std::string& text, const std::string& from, const std::string& to);
// The same with an ECMAScript pattern; `to` may name groups as $1.
std::string rewritten(const std::string& text, const std::string& pattern, const std::string& to);
// Rules as fast as a test: groups are evaluated every second, and minutes of `for` become twice as many seconds, so
// that what waits longer than another still does.
std::string hurried_rules(const std::string& rules);
// Every metric of freshetd that the text names, in order, without the suffixes of a histogram.
std::vector<std::string> metrics_in(const std::string& text);

}  // namespace freshet::testing
