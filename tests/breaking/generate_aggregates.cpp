// What a grouped SELECT computes: aggregates that are folded, and those that are recomputed. Each has one answer,
// whatever the order of the rows.
#include <algorithm>

#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

bool is_ordered(const Type& type) {
    return has_order(type.family);
}
bool is_money_or_span(const Type& type) {
    return type.family == Family::money || type.family == Family::span;
}
}  // namespace

bool reads_as_it_is(const Type& type) {
    switch (type.family) {
        case Family::folded_text:
        case Family::list:
        case Family::real:
        case Family::span:
            return false;
        default:
            return type.name != "numeric";
    }
}

namespace {

const Type& type_named(const std::string& name) {
    return *std::find_if(types().begin(), types().end(), [&](const Type& one) { return one.name == name; });
}

bool is_real(const Type& type) {
    return type.family == Family::real;
}

bool is_plain_number(const Type& type) {
    return is_number(type) && reads_as_it_is(type);
}

class Aggregates {
  public:
    Aggregates(Random& random, const Scope& scope, Care care) : random_(random), scope_(scope), care_(care) {}

    Output any(Flavour flavour) {
        if (flavour == Flavour::recomputed && random_.chance(60)) {
            return recomputed();
        }
        if (flavour == Flavour::nulls && random_.chance(30) && !of_kind(scope_, is_number).empty()) {
            return over("avg(", is_number, ")", Family::integer);
        }
        if (flavour == Flavour::extremes && random_.chance(20) && !of_kind(scope_, is_plain_number).empty()) {
            return over("sum(DISTINCT ", is_plain_number, ")", Family::integer);
        }
        const auto kind = flavour == Flavour::extremes ? random_.between(58, 81) : random_.below(100);
        if (kind < 30 && !of_kind(scope_, is_number).empty()) {
            return number();
        }
        if (kind < 36) {
            return one_of({"count(*)", {}}, Family::integer, &type_named("bigint"));
        }
        if (kind < 42) {
            return over("count(", any_type, ")", Family::integer, &type_named("bigint"));
        }
        if (kind < 50) {
            return truth();
        }
        if (kind < 58 && !of_kind(scope_, is_money_or_span).empty()) {
            return money_or_span();
        }
        if (kind < 68) {
            return over("count(DISTINCT ", any_type, ")", Family::integer, &type_named("bigint"));
        }
        if (kind < 82 && !of_kind(scope_, is_ordered).empty()) {
            return extreme();
        }
        return recomputed();
    }

  private:
    // `call`, with a FILTER now and then. `type` is that of the result, where a view above may compute with it.
    Output one_of(const Piece& call, Family family, const Type* type = nullptr) {
        if (!random_.chance(25)) {
            return {call, "", family, type};
        }
        const auto when = condition(random_, scope_);
        return {combine(call.text + " FILTER (WHERE " + when.text + ")", {&call, &when}), "", family, type};
    }

    Output over(const std::string& before, bool (*wanted)(const Type&), const std::string& after, Family family,
                const Type* type = nullptr) {
        const auto all = of_kind(scope_, wanted);
        const auto& x = random_.pick(all)->piece;
        return one_of(combine(before + x.text + after, {&x}), family, type);
    }

    static const Type& type_of_sum(const Type& summand) {
        return type_named(summand.name == "integer" || summand.name == "smallint" ? "bigint" : "numeric");
    }

    // What fails for some values, or the same without.
    std::string risky(const std::string& fails, const std::string& safe) const {
        return care_ == Care::may_fail ? fails : safe;
    }

    Output number() {
        const auto numbers = of_kind(scope_, is_number);
        const auto& one = *random_.pick(numbers);
        const auto& x = one.piece;
        const auto& y = random_.pick(numbers)->piece;
        switch (random_.below(13)) {
            case 0:
                return one_of(combine("sum(" + x.text + risky(" * 2)", "::numeric * 2)"), {&x}), Family::integer);
            case 1:
                return one_of(combine("avg(" + x.text + ")", {&x}), Family::integer);
            case 2:
                return one_of(combine("sum(" + x.text + "::numeric - " + y.text + ")", {&x, &y}), Family::integer);
            case 3: {
                const auto when = condition(random_, scope_);
                return {combine("sum(CASE WHEN " + when.text + " THEN " + x.text + " ELSE 0 END)", {&x, &when}), "",
                        Family::integer};
            }
            case 4:
                return {combine("coalesce(sum(" + x.text + "), 0) * 0.2 + count(*)", {&x}), "", Family::integer};
            case 5:
                return {combine(random_.chance(10) ? "sum(1.0 / " + risky(x.text, "nullif(" + x.text + ", 0)") + ")"
                                                   : "sum(" + x.text + ") / nullif(count(*), 0)",
                                {&x}),
                        "", Family::integer};
            case 6:
                // Which of 1.5 and 1.50 is summed is open.
                return one_of(combine("sum(DISTINCT " + x.text + ")", {&x}),
                              reads_as_it_is(*one.type) ? Family::integer : Family::decimal);
            case 7:
                return reads_as_it_is(*one.type)
                           ? one_of(combine("avg(DISTINCT " + x.text + ")", {&x}), Family::integer)
                           : one_of(combine("avg(" + x.text + ")", {&x}), Family::integer);
            case 8:
            case 9:
                return one_of(of_some_scales(x, y), Family::integer);
            default:
                return one_of(combine("sum(" + x.text + ")", {&x}), Family::integer, &type_of_sum(*one.type));
        }
    }

    // A sum or an average of what has one of two or more numbers of digits after the point, as the rows have it.
    Piece of_some_scales(const Piece& x, const Piece& y) {
        const auto when = condition(random_, scope_);
        const std::string function = random_.chance(70) ? "sum(" : "avg(";
        const auto numeric = x.text + "::numeric";
        switch (random_.below(7)) {
            case 0:
                return combine(function + "coalesce(" + numeric + ", 0))", {&x});
            case 1:
                return combine(function + "coalesce(" + numeric + ", 0) * 1.5)", {&x});
            case 2:
                return combine(function + "CASE WHEN " + when.text + " THEN " + numeric + " ELSE 0.250 END)",
                               {&x, &when});
            case 3:
                return combine(function + "CASE WHEN " + when.text + " THEN " + numeric + " ELSE " + y.text + " END)",
                               {&x, &y, &when});
            case 4:
                return combine(function + "greatest(" + numeric + ", " + y.text + "))", {&x, &y});
            case 5:
                return combine(function + "-abs(coalesce(nullif(" + numeric + ", 0), " + y.text + ", 1.0)))", {&x, &y});
            default:
                return combine(function + "CASE WHEN " + when.text + " THEN round(" + numeric + ", 1) ELSE trunc(" +
                                   numeric + ") END)",
                               {&x, &when});
        }
    }

    Output money_or_span() {
        const auto all = of_kind(scope_, is_money_or_span);
        const auto& one = *random_.pick(all);
        const bool span = one.type->family == Family::span;
        const std::string function = span && random_.chance(40) ? "avg(" : "sum(";
        return one_of(combine(function + one.piece.text + ")", {&one.piece}), Family::opaque);
    }

    Output truth() {
        const auto when = condition(random_, scope_);
        static const std::vector<std::string> functions = {"bool_and(", "bool_or(", "every("};
        return one_of(combine(random_.pick(functions) + when.text + ")", {&when}), Family::truth,
                      &type_of(Family::truth));
    }

    Output extreme() {
        const auto all = of_kind(scope_, is_ordered);
        const auto& x = *random_.pick(all);
        return one_of(combine((random_.chance(50) ? "min(" : "max(") + x.piece.text + ")", {&x.piece}), x.type->family,
                      reads_as_it_is(*x.type) ? x.type : nullptr);
    }

    Output recomputed() {
        if (!of_kind(scope_, is_real).empty() && random_.chance(40)) {
            return over(random_.chance(60) ? "sum(" : "avg(", is_real, "::double precision)", Family::inexact);
        }
        const auto all = of_kind(scope_, reads_as_it_is);
        if (all.empty() || (!of_kind(scope_, is_number).empty() && random_.chance(40))) {
            return recomputed_number();
        }
        const auto& one = *random_.pick(all);
        const auto& x = one.piece;
        const auto text = x.text + "::text";
        switch (random_.below(6)) {
            case 0:
                return one_of(combine("string_agg(" + text + ", ',' ORDER BY " + text + ")", {&x}), Family::text);
            case 1:
                return one_of(combine("array_agg(" + x.text + " ORDER BY " + x.text + " DESC)", {&x}), Family::opaque);
            case 2:
                return one_of(combine("array_agg(DISTINCT " + x.text + ")", {&x}), Family::opaque);
            case 3:
                return one_of(combine("jsonb_agg(" + text + " ORDER BY " + text + ")", {&x}), Family::opaque);
            case 4:
                return one_of(combine("percentile_disc(0.5) WITHIN GROUP (ORDER BY " + x.text + ")", {&x}),
                              one.type->family);
            default:
                return one_of(combine("mode() WITHIN GROUP (ORDER BY " + x.text + ")", {&x}), one.type->family);
        }
    }

    Output recomputed_number() {
        const auto numbers = of_kind(scope_, is_number);
        if (numbers.empty()) {
            return one_of({"string_agg('x', '')", {}}, Family::text);
        }
        const auto& x = random_.pick(numbers)->piece;
        switch (random_.below(4)) {
            case 0:
                return one_of(combine("stddev(" + x.text + "::numeric)", {&x}), Family::integer);
            case 1:
                return one_of(combine("var_pop(" + x.text + "::numeric)", {&x}), Family::integer);
            case 2:
                return one_of(combine("public.product(" + x.text + ")", {&x}), Family::integer);
            default:
                return one_of(
                    combine("percentile_cont(0.5) WITHIN GROUP (ORDER BY (" + x.text + " > 1)::integer)", {&x}),
                    Family::real);
        }
    }

    Random& random_;
    const Scope& scope_;
    Care care_;
};

}  // namespace

Output generate_aggregate(Random& random, Flavour flavour, const Scope& scope, Care care) {
    return Aggregates(random, scope, care).any(flavour);
}

}  // namespace freshet::breaking
