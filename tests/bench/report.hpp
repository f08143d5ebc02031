// What was measured: figures in sections, as a table for people and as JSON, from which the documents are written.
//
// Every figure stands beside those of its competitors from the same run; a number alone says little about a machine.
// Not thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "statistics.hpp"

namespace freshet::bench {

enum class Unit { seconds, per_second, bytes, buffers };

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

struct Curve {
    std::string name;
    std::vector<std::pair<double, double>> points;
};

enum class Scale { linear, logarithmic };

struct Chart {
    std::string name;  // of its file
    std::string title;
    std::string x_title;
    std::string y_title;
    std::string y_unit;  // as pictures/look.hpp: "s", "bytes", "short"
    Scale x = Scale::linear;
    Scale y = Scale::linear;
    std::vector<Curve> curves = {};
};

struct Section {
    std::string name;
    std::string title;
    std::vector<Comparison> comparisons = {};
    std::vector<std::pair<std::string, Samples>> reached = {};  // by the id of the target
    std::vector<Chart> charts = {};
    std::vector<std::string> notes = {};
};

class Report {
  public:
    // Goes on with what was measured before: each section that is added replaces that of the same name.
    void continue_with(nlohmann::ordered_json document) { document_ = std::move(document); }
    // What is true of each section that is added from now on, e.g. the version of the server.
    void add_fact(const std::string& name, const std::string& value) { facts_[name] = value; }
    // Prints the section at once, so that a long run shows how far it is.
    void add(const Section& section);
    // What is to be reached, as far as it was measured.
    void print_targets() const;
    const nlohmann::ordered_json& json() const noexcept { return document_; }

  private:
    nlohmann::ordered_json facts_;
    nlohmann::ordered_json document_;
};

// "31 ms", "1,234/s", "12.3 MB"; `unit` as in the JSON.
std::string display(double value, const std::string& unit);

}  // namespace freshet::bench
