#include "source_faults.hpp"

namespace freshet::catalog {

namespace {

std::string in_view(const sql::QualifiedName& view, const std::string& reason) {
    return "in the view " + view.display() + ": " + reason;
}

// Where the user's own text has a fault of the server's rendering, whose offsets mean nothing to the user.
std::size_t written_at(const QueryText& text, const query::Inlined& inlined, const query::Rejection& rejection) {
    for (const auto& one : query::check_shape(text.sql).rejections) {
        if (one.reason == rejection.reason) {
            return one.offset;
        }
    }
    const auto relation = query::relation_at(inlined.sql, rejection.offset);
    return relation ? query::position_of_relation(text.sql, *relation) : std::string::npos;
}

}  // namespace

core::Fault SourcePlaces::fault_of(const sql::QualifiedName& relation, const std::string& reason,
                                   const std::string& hint) const {
    const auto named = read_.named_by_query(relation);
    return fault_at(text_, query::position_of_relation(text_.sql, named),
                    named == relation ? reason : in_view(named, reason), hint);
}

core::Fault SourcePlaces::fault_in(const sql::QualifiedName& view, const std::string& reason,
                                   const std::string& hint) const {
    return fault_at(text_, query::position_of_relation(text_.sql, read_.named_by_query(view)), in_view(view, reason),
                    hint);
}

std::vector<core::Fault> faults_of_sources(const QueryText& text, const RefusedSources& refused) {
    std::vector<core::Fault> faults;
    for (const auto& source : refused.sources) {
        faults.push_back(
            fault_at(text, query::position_of_relation(text.sql, source.named), source.reason, source.hint));
    }
    return faults;
}

std::vector<core::Fault> faults_of_inlined(const QueryText& text, const query::Inlined& inlined) {
    std::vector<core::Fault> faults;
    for (const auto& rejection : query::check_shape(inlined.sql).rejections) {
        const auto* view = inlined.view_at(rejection.offset);
        const auto offset =
            view == nullptr ? written_at(text, inlined, rejection) : query::position_of_relation(text.sql, *view);
        faults.push_back(fault_at(text, offset, view == nullptr ? rejection.reason : in_view(*view, rejection.reason),
                                  rejection.hint));
    }
    return faults;
}

core::Fault unreadable_definition(const QueryText& text, const query::SyntaxError& error) {
    return fault_at(text, std::string::npos, "the query with its views in place cannot be read: " + error.message,
                    error.hint.empty() ? "write the tables behind the views into the query" : error.hint);
}

}  // namespace freshet::catalog
