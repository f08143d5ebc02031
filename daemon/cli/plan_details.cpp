#include "freshet/cli/plan_details.hpp"

#include "freshet/compile/treatment.hpp"

namespace freshet::cli {

namespace {

using compile::Treatment;

Style style_of(Treatment treatment) {
    switch (treatment) {
        case Treatment::incremental:
            return Style::good;
        case Treatment::recomputed:
            return Style::warning;
        case Treatment::on_read:
            return Style::faint;
    }
    return Style::plain;
}

std::string padded(Treatment treatment, Colour colour) {
    constexpr std::size_t widest = 11;
    const auto name = compile::name_of(treatment);
    return paint(name, style_of(treatment), colour) + std::string(widest - name.size(), ' ');
}

}  // namespace

bool is_explained(const install::ViewPlan& view, Explained which) {
    using install::Action;
    return view.action == Action::create || view.action == Action::rebuild ||
           (view.action == Action::keep && which == Explained::all);
}

std::string clauses_text(const install::ViewPlan& view, Colour colour) {
    std::string text;
    for (const auto& one : compile::explain(view.program)) {
        text += "  " + padded(one.treatment, colour) + "  " + one.clause + ": " + one.how + "\n";
    }
    return text;
}

Json clauses_json(const install::ViewPlan& view) {
    Json clauses = Json::array();
    for (const auto& one : compile::explain(view.program)) {
        clauses.push_back({{"clause", one.clause}, {"treatment", compile::name_of(one.treatment)}, {"how", one.how}});
    }
    return clauses;
}

}  // namespace freshet::cli
