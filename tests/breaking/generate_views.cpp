// Views inside the incremental class, as far as it reaches.
#include <algorithm>

#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

Output key_expression(Random& random, const Visible& one) {
    const auto& x = one.piece;
    switch (one.type->family) {
        case Family::integer:
            return {combine(x.text + " % 3", {&x}), "", Family::opaque};
        case Family::decimal:
            return {combine(x.text + "::text", {&x}), "", Family::text};
        case Family::folded_text:
            return {combine("(" + x.text + " COLLATE \"C\")", {&x}), "", Family::text};
        case Family::text:
            return {combine(random.chance(50) ? "upper(" + x.text + ")" : "coalesce(" + x.text + ", 'none')", {&x}), "",
                    Family::text};
        case Family::date:
            return {combine("date_trunc('month', " + x.text + ")::date", {&x}), "", Family::date};
        case Family::moment:
            return {combine(x.text + "::date", {&x}), "", Family::date};
        default:
            return {combine("(" + x.text + " IS NULL)", {&x}), "", Family::truth};
    }
}

Output generate_key(Random& random, Flavour flavour, const Scope& scope) {
    const auto& one = scope[random.below(scope.size())];
    if (random.chance(flavour == Flavour::spellings ? 70 : 30)) {
        return key_expression(random, one);
    }
    return {one.piece, "", one.type->family, reads_as_it_is(*one.type) ? one.type : nullptr};
}

bool is_date(const Type& type) {
    return type.family == Family::date;
}

bool has_a_twin(const Level& level, const Output& output) {
    return std::any_of(level.keys.begin(), level.keys.end(),
                       [&](const Output& key) { return key.piece.text == output.piece.text; });
}

class ViewMaker {
  public:
    ViewMaker(Random& random, Flavour flavour, Case& one) : random_(random), flavour_(flavour), case_(one) {}

    View generate(std::size_t number) {
        view_.schema = random_.chance(15) ? "Übrige" : "public";
        view_.name = random_.chance(25) ? "Bericht " + std::to_string(number) : "v" + std::to_string(number);
        if (random_.chance(flavour_ == Flavour::by_key ? 80 : flavour_ == Flavour::everything ? 8 : 0)) {
            view_.by_key = generate_by_key(random_, case_);
        }
        if (view_.by_key) {
            return std::move(view_);
        }
        choose_above();
        add_level();
        if (view_.above == Above::join) {
            add_level();
        }
        if (!view_.keep.empty()) {
            return std::move(view_);
        }
        add_windows();
        add_filters();
        if (random_.chance(flavour_ == Flavour::above ? 30 : 8) && view_.above != Above::join) {
            view_.limit = random_.between(2, 4);
        }
        return std::move(view_);
    }

  private:
    void choose_above() {
        if (flavour_ == Flavour::retention || !random_.chance(flavour_ == Flavour::above ? 60 : 30)) {
            return;
        }
        const auto kind = random_.below(100);
        view_.above = kind < 40 ? Above::select : kind < 70 ? Above::groups : Above::join;
        view_.stored = view_.above != Above::join && random_.chance(40);
    }

    void add_level() {
        Level level;
        Scope scope;
        level.arms = generate_arms(random_, flavour_, case_, scope);
        const bool total = random_.chance(flavour_ == Flavour::totals ? 80 : 10) && flavour_ != Flavour::retention;
        if (view_.above == Above::join) {
            add_join_key(scope, total, level);
        } else if (!total) {
            add_keys(scope, level);
        }
        if (!level.keys.empty() && view_.keep.empty() && random_.chance(7)) {
            level.distinct = true;
        } else {
            add_aggregates(scope, level);
        }
        for (const auto& arm : level.arms) {
            view_.stored = view_.stored && arm.views.empty();  // they are created before any view of freshet's
        }
        view_.levels.push_back(std::move(level));
    }

    std::string key_name(const Level& level) const {
        return std::string(view_.levels.empty() ? "g" : "h") + std::to_string(level.keys.size());
    }

    void add_keys(const Scope& scope, Level& level) {
        if (random_.chance(flavour_ == Flavour::retention ? 100 : 40) && view_.above == Above::nothing) {
            add_retention(scope, level);
        }
        const auto keys = random_.between(1, 2);
        for (std::size_t i = 0; i < keys; ++i) {
            auto key = generate_key(random_, flavour_, scope);
            key.name = key_name(level);
            if (!has_a_twin(level, key)) {
                level.keys.push_back(std::move(key));
            }
        }
    }

    void add_retention(const Scope& scope, Level& level) {
        const auto dates = of_kind(scope, is_date);
        if (!dates.empty()) {
            level.keys.push_back({random_.pick(dates)->piece, "day", Family::date});
            view_.keep = "10 years";
        }
    }

    // The groupings of a join are joined by columns of one type; where there is none, there are no keys.
    void add_join_key(const Scope& scope, bool total, Level& level) {
        if (total) {
            return;
        }
        std::vector<const Visible*> alike;
        for (const auto& one : scope) {
            if (join_type_ == nullptr || join_type_ == one.type) {
                alike.push_back(&one);
            }
        }
        if (alike.empty()) {
            return;
        }
        const auto& key = *random_.pick(alike);
        join_type_ = key.type;
        level.keys.push_back(
            {key.piece, key_name(level), key.type->family, reads_as_it_is(*key.type) ? key.type : nullptr});
        if (random_.chance(30)) {
            auto more = generate_key(random_, flavour_, scope);
            more.name = key_name(level);
            if (!has_a_twin(level, more)) {
                level.keys.push_back(std::move(more));
            }
        }
    }

    void add_aggregates(const Scope& scope, Level& level) {
        const bool having = random_.chance(flavour_ == Flavour::above ? 50 : 15);
        const auto care = having || view_.above != Above::nothing ? Care::never_fails : Care::may_fail;
        const bool first = view_.levels.empty();
        const std::string letter = level.keys.empty() ? (first ? "t" : "u") : first ? "m" : "p";
        const auto count = random_.between(1, 4);
        for (std::size_t i = 0; i < count; ++i) {
            level.aggregates.push_back(generate_aggregate(random_, flavour_, scope, care));
            const bool plain = level.keys.empty() || !first || !random_.chance(20);
            level.aggregates.back().name = (plain ? letter : "Summe ") + std::to_string(i);
        }
        if (having) {
            level.having.push_back(having_condition(scope, level));
        }
    }

    Piece having_condition(const Scope& scope, const Level& level) {
        const auto& one = random_.pick(level.aggregates);
        switch (random_.below(5)) {
            case 0:
                return {"count(*) > 1", {}};
            case 1:
                return {"count(*) <= 3", {}};
            case 2: {
                const auto when = condition(random_, scope);
                return combine("bool_or(" + when.text + ")", {&when});
            }
            case 3:
                if (!level.keys.empty()) {
                    const auto& key = random_.pick(level.keys).piece;
                    return combine(key.text + " IS NOT NULL OR count(*) > 2", {&key});
                }
                [[fallthrough]];
            default:
                return one.family == Family::integer ? combine("(" + one.piece.text + ") >= 1", {&one.piece})
                                                     : combine("(" + one.piece.text + ") IS NOT NULL", {&one.piece});
        }
    }

    void add_windows() {
        if ((view_.above != Above::nothing && view_.above != Above::select) ||
            !random_.chance(flavour_ == Flavour::above ? 50 : 30)) {
            return;
        }
        const auto count = random_.between(1, 3);
        for (std::size_t i = 0; i < count; ++i) {
            static const std::vector<Window::Kind> kinds = {Window::Kind::rank, Window::Kind::row_number,
                                                            Window::Kind::total, Window::Kind::running,
                                                            Window::Kind::before};
            view_.windows.push_back(
                {random_.pick(kinds), random_.chance(50), random_.below(4), "o" + std::to_string(i)});
        }
    }

    void add_filters() {
        if (view_.above != Above::nothing && random_.chance(40)) {
            view_.filters.push_back(random_.below(4));
        }
    }

    Random& random_;
    Flavour flavour_;
    Case& case_;
    View view_;
    const Type* join_type_ = nullptr;
};

}  // namespace

bool is_followed(const View& view) {
    return view.by_key || view.computed_anew ||
           (view.levels.size() == 1 && !view.levels.front().keys.empty() && view.windows.empty() && view.limit == 0 &&
            view.above != Above::groups);
}

// Not the last column: the view may be installed without it.
Scope columns_of_view(const View& view, const std::string& alias) {
    if (view.by_key || view.levels.size() != 1 || view.above == Above::groups) {
        return {};
    }
    auto outputs = view.levels.front().keys;
    const auto& aggregates = view.levels.front().aggregates;
    outputs.insert(outputs.end(), aggregates.begin(), aggregates.empty() ? aggregates.end() : aggregates.end() - 1);
    Scope scope;
    for (const auto& output : outputs) {
        if (output.type != nullptr) {
            scope.push_back({{alias + "." + quote(output.name), output.piece.reads}, output.type});
        }
    }
    return scope;
}

View generate_view(Random& random, Flavour flavour, Case& one, std::size_t number) {
    auto view = ViewMaker(random, flavour, one).generate(number);
    const auto below = views_below(view);
    view.computed_anew = !view.by_key && std::any_of(below.begin(), below.end(),
                                                     [&](std::size_t lower) { return !is_followed(one.views[lower]); });
    return view;
}

}  // namespace freshet::breaking
