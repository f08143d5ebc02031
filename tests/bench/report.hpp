// What was measured: figures in sections, as a table for people and as JSON for machines.
//
// Every figure stands beside those of its competitors from the same run; a number alone says little about a machine.
// Not thread-safe.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "statistics.hpp"

namespace freshet::bench {

enum class Unit { seconds, commits_per_second, changes_per_second, bytes };

struct Figure {
    std::string who;  // "freshet", or the competitor
    Samples samples;
};

// The first figure is ours.
struct Comparison {
    std::string what;
    Unit unit = Unit::seconds;
    std::vector<Figure> figures;
};

struct Section {
    std::string title;
    std::vector<Comparison> comparisons;
};

class Report {
  public:
    // What is true of the whole run, e.g. the version of the server.
    void add_fact(std::string name, std::string value) { facts_.emplace_back(std::move(name), std::move(value)); }
    // Prints the section at once, so that a long run shows how far it is.
    void add(Section section);
    nlohmann::ordered_json json() const;

  private:
    std::vector<std::pair<std::string, std::string>> facts_;
    std::vector<Section> sections_;
};

}  // namespace freshet::bench
