#include "qualified.hpp"

#include "freshet/query/qualify.hpp"

namespace freshet::capture {

namespace {

// Types with a schema are not PostgreSQL's own: what casts and compares them may be anybody's function.
bool qualify_type(query::ColumnFact& column) {
    constexpr std::string_view null = "NULL::";
    const auto cast = query::qualify(std::string(null) + column.log_type);
    if (cast) {
        column.log_type = cast->substr(null.size());
    }
    return cast.has_value();
}

bool qualify_predicate(std::string& predicate) {
    const auto text = query::qualify(predicate);
    predicate = text.value_or(predicate);
    return text.has_value();
}

}  // namespace

SourceCapture with_qualified_names(const SourceCapture& capture) {
    auto result = capture;
    result.qualified = !capture.checks_updates();
    for (auto& column : result.columns) {
        result.qualified = result.qualified && qualify_type(column);
    }
    for (auto& column : result.pairing) {
        result.qualified = result.qualified && qualify_type(column);
    }
    for (auto& alternative : result.alternatives) {
        result.qualified = result.qualified && qualify_predicate(alternative);
    }
    for (auto& event : result.events) {
        result.qualified = result.qualified && qualify_predicate(event.predicate);
    }
    return result.qualified ? result : capture;
}

}  // namespace freshet::capture
