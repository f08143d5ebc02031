#include "generate.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::breaking {

Flavour flavour_named(const std::string& name) {
    static const std::vector<std::string> names = {
        "everything", "joins",  "extremes",   "truncates", "retention",  "nulls",  "long_writers", "spellings", "trims",
        "above",      "totals", "recomputed", "lookups",   "partitions", "chains", "attached",     "by_key"};
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        throw std::invalid_argument("no such flavour: " + name + "; there are " + joined(names, ", "));
    }
    return static_cast<Flavour>(found - names.begin());
}

Case generate(std::uint64_t seed, Flavour flavour) {
    Random random(seed * 1000003 + static_cast<std::uint64_t>(flavour));
    Case one;
    one.tables = generate_tables(random, flavour);
    const auto views = random.between(flavour == Flavour::chains ? 2 : 1, flavour == Flavour::chains ? 4 : 3);
    for (std::size_t i = 0; i < views; ++i) {
        one.views.push_back(generate_view(random, flavour, one, i));
    }
    one.steps = generate_steps(random, flavour, one);
    static const std::vector<int> limits = {0, 1, 2, 3, 128};
    one.values_in_row = random.pick(limits);
    return one;
}

}  // namespace freshet::breaking
