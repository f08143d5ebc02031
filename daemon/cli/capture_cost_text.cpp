#include "freshet/cli/capture_cost_text.hpp"

#include <iomanip>
#include <sstream>

#include "freshet/cli/table.hpp"

namespace freshet::cli {

namespace {

std::string one_digit(double value) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << value;
    return text.str();
}

std::string cell(const install::OperationCost& cost) {
    return one_digit(cost.plain) + " -> " + one_digit(cost.captured) + " (" + one_digit(cost.ratio()) + "x)";
}

Json json_of(const install::OperationCost& cost) {
    return {{"plain", cost.plain}, {"captured", cost.captured}, {"ratio", cost.ratio()}};
}

}  // namespace

std::string capture_cost_text(const std::vector<install::CaptureCost>& costs, Colour colour) {
    Table table({{"microseconds per row"}, {"insert"}, {"update"}, {"delete"}, {"insert of one row"}});
    std::string unmeasured;
    for (const auto& cost : costs) {
        const auto name = cost.table.display();
        if (!cost.unmeasured.empty()) {
            unmeasured += "what capture of " + name + " costs was not measured: " + cost.unmeasured + "\n";
            continue;
        }
        table.add({name, cell(cost.insert), cost.update ? cell(*cost.update) : "-", cell(cost.remove),
                   cell(cost.single_insert)});
    }
    if (table.empty()) return unmeasured;
    return table.text(colour) + "without -> with capture, measured on temporary copies, which write no WAL\n" +
           unmeasured;
}

Json capture_cost_json(const std::vector<install::CaptureCost>& costs) {
    Json all = Json::array();
    for (const auto& cost : costs) {
        Json one = {{"table", cost.table.display()}, {"rows", cost.rows}};
        if (cost.unmeasured.empty()) {
            one["insert"] = json_of(cost.insert);
            one["update"] = cost.update ? json_of(*cost.update) : Json();
            one["delete"] = json_of(cost.remove);
            one["insert_of_one_row"] = json_of(cost.single_insert);
        } else {
            one["not_measured"] = cost.unmeasured;
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace freshet::cli
