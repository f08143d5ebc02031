#include "shrink.hpp"

#include <algorithm>

namespace freshet::breaking {

namespace {

class Shrinker {
  public:
    Shrinker(Case failing, const StillFails& still_fails, int budget)
        : best_(std::move(failing)), still_fails_(still_fails), budget_(budget) {}

    Case run();

  private:
    bool attempt(Case smaller);
    // Removes from the list that `list` finds in a case, in ever smaller chunks. Whether anything went.
    template <typename List>
    bool thin_out(const List& list, std::size_t keep = 0);
    bool views();
    bool steps();
    bool clauses();
    bool above(std::size_t view);
    bool level(std::size_t view, std::size_t level);
    bool rows();
    bool tables();
    bool columns();

    Case best_;
    const StillFails& still_fails_;
    int budget_;
};

// Whether what cannot be left out of the views that are left still makes sense.
bool level_stands(const Case& one, const Level& level) {
    const auto stands = [&](const Piece& piece) { return one.makes_sense(piece); };
    const auto arm_stands = [&](const Arm& arm) {
        return arm.gone || (stands(arm.from) && std::all_of(arm.slots.begin(), arm.slots.end(), stands) &&
                            std::none_of(arm.tables.begin(), arm.tables.end(),
                                         [&](std::size_t table) { return one.tables[table].gone; }));
    };
    return std::all_of(level.arms.begin(), level.arms.end(), arm_stands) &&
           std::all_of(level.keys.begin(), level.keys.end(), [&](const Output& key) { return stands(key.piece); });
}

bool views_stand(const Case& one) {
    return std::all_of(one.views.begin(), one.views.end(), [&](const View& view) {
        const auto below = views_below(view);
        const bool stands =
            std::none_of(below.begin(), below.end(), [&](std::size_t i) { return one.views[i].gone; }) &&
            (!view.by_key || one.makes_sense(view.by_key->rest));
        return view.gone || (stands && std::all_of(view.levels.begin(), view.levels.end(),
                                                   [&](const Level& level) { return level_stands(one, level); }));
    });
}

bool Shrinker::attempt(Case smaller) {
    if (budget_ <= 0 || !views_stand(smaller)) {
        return false;
    }
    --budget_;
    if (!still_fails_(smaller)) {
        return false;
    }
    best_ = std::move(smaller);
    return true;
}

template <typename List>
bool Shrinker::thin_out(const List& list, std::size_t keep) {
    bool thinner = false;
    for (auto chunk = std::max<std::size_t>(list(best_).size() / 2, 1); chunk > 0; chunk /= 2) {
        for (std::size_t end = list(best_).size(); end > 0;) {
            const auto begin = end > chunk ? end - chunk : 0;
            auto smaller = best_;
            auto& items = list(smaller);
            if (items.size() - (end - begin) < keep) {
                break;
            }
            items.erase(items.begin() + static_cast<std::ptrdiff_t>(begin),
                        items.begin() + static_cast<std::ptrdiff_t>(end));
            thinner = attempt(std::move(smaller)) || thinner;
            end = begin;
        }
    }
    return thinner;
}

bool Shrinker::views() {
    bool fewer = false;
    for (std::size_t i = 0; i < best_.views.size(); ++i) {
        if (!best_.views[i].gone) {
            auto smaller = best_;
            smaller.views[i].gone = true;
            fewer = attempt(std::move(smaller)) || fewer;
        }
    }
    return fewer;
}

bool Shrinker::steps() {
    bool fewer = thin_out([](Case & one) -> auto& { return one.steps; });
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
        fewer = thin_out([i](Case & one) -> auto& { return one.steps[i].meanwhile; }) || fewer;
    }
    return fewer;
}

bool Shrinker::above(std::size_t view) {
    bool fewer = thin_out([view](Case & one) -> auto& { return one.views[view].windows; });
    fewer = thin_out([view](Case & one) -> auto& { return one.views[view].filters; }) || fewer;
    const auto change = [&](bool possible, const std::function<void(View&)>& made_smaller) {
        auto smaller = best_;
        made_smaller(smaller.views[view]);
        fewer = (possible && attempt(std::move(smaller))) || fewer;
    };
    change(best_.views[view].limit > 0, [](View& one) { one.limit = 0; });
    change(best_.views[view].stored, [](View& one) { one.stored = false; });
    change(best_.views[view].above != Above::nothing, [](View& one) {
        one.above = Above::nothing;
        one.stored = false;
        one.filters.clear();
        one.levels.resize(1);
    });
    change(best_.views[view].levels.size() > 1, [](View& one) {
        one.above = Above::nothing;
        one.filters.clear();
        one.levels.erase(one.levels.begin());
    });
    return fewer;
}

bool Shrinker::level(std::size_t view, std::size_t level) {
    const auto of = [&](Case & one) -> auto& {
        return one.views[view].levels[level];
    };
    bool fewer = thin_out(
        [&](Case & one) -> auto& { return of(one).aggregates; }, of(best_).distinct ? 0 : 1);
    fewer = thin_out(
                [&](Case & one) -> auto& { return of(one).keys; }, 1) ||
            fewer;
    fewer = thin_out([&](Case & one) -> auto& { return of(one).having; }) || fewer;
    for (std::size_t arm = 0; arm < of(best_).arms.size(); ++arm) {
        fewer = thin_out([&](Case & one) -> auto& { return of(one).arms[arm].conditions; }) || fewer;
        auto smaller = best_;
        of(smaller).arms[arm].gone = true;
        fewer = (of(best_).arms.size() > 1 && !of(best_).arms[arm].gone && attempt(std::move(smaller))) || fewer;
    }
    return fewer;
}

bool Shrinker::clauses() {
    bool fewer = false;
    for (std::size_t i = 0; i < best_.views.size(); ++i) {
        if (!best_.views[i].gone) {
            fewer = above(i) || fewer;
            for (std::size_t j = 0; j < best_.views[i].levels.size(); ++j) {
                fewer = level(i, j) || fewer;
            }
        }
    }
    return fewer;
}

bool Shrinker::rows() {
    bool fewer = false;
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
        fewer = thin_out(
                    [i](Case & one) -> auto& { return one.steps[i].write.rows; }, 1) ||
                fewer;
        fewer = thin_out([i](Case & one) -> auto& { return one.steps[i].write.assignments; }) || fewer;
    }
    return fewer;
}

bool Shrinker::tables() {
    bool fewer = false;
    for (std::size_t i = 0; i < best_.tables.size(); ++i) {
        if (best_.tables[i].gone) {
            continue;
        }
        auto smaller = best_;
        smaller.tables[i].gone = true;
        fewer = attempt(smaller) || fewer;
        smaller = best_;
        smaller.tables[i].reference.reset();
        fewer = (best_.tables[i].reference && attempt(smaller)) || fewer;
    }
    return fewer;
}

bool Shrinker::columns() {
    bool fewer = false;
    for (std::size_t i = 0; i < best_.tables.size(); ++i) {
        for (std::size_t column = 0; column < best_.tables[i].columns.size() && !best_.tables[i].gone; ++column) {
            const auto& key = best_.tables[i].key;
            if (best_.tables[i].columns[column].gone || std::find(key.begin(), key.end(), column) != key.end()) {
                continue;
            }
            auto smaller = best_;
            smaller.tables[i].columns[column].gone = true;
            fewer = attempt(std::move(smaller)) || fewer;
        }
    }
    return fewer;
}

Case Shrinker::run() {
    bool smaller = true;
    while (smaller && budget_ > 0) {
        smaller = views();
        smaller = steps() || smaller;
        smaller = tables() || smaller;
        smaller = clauses() || smaller;
        smaller = rows() || smaller;
        smaller = columns() || smaller;
    }
    return best_;
}

}  // namespace

Case shrink(Case failing, const StillFails& still_fails, int budget) {
    return Shrinker(std::move(failing), still_fails, budget).run();
}

}  // namespace freshet::breaking
