#include "proof_query.hpp"

#include "turn.hpp"

namespace freshet::refresh {

namespace {

compile::Comparison comparison_from(const std::string& name) {
    return name == "double" ? compile::Comparison::as_double
           : name == "real" ? compile::Comparison::as_real
                            : compile::Comparison::as_text;
}

}  // namespace

std::string definition_without_terminator(const catalog::StoredView& view) {
    auto end = view.definition.find_last_not_of(" \t\r\n;");
    return view.definition.substr(0, end == std::string::npos ? 0 : end + 1);
}

asio::awaitable<void> name_resolution_as_user(pg::Connection& connection, const catalog::StoredView& view) {
    const auto path = (view.name.schema == "public" ? "" : sql::quote(view.name.schema) + ", ") + std::string("public");
    co_await connection.query("SELECT set_config('search_path', $1, true)", pg::params(path));
}

asio::awaitable<std::map<std::string, compile::Comparison>> comparisons(pg::Connection& connection,
                                                                        sql::QualifiedName published) {
    const auto rows = co_await connection.query(query_text("comparisons"), pg::params(published.quoted()));
    std::map<std::string, compile::Comparison> result;
    for (int i = 0; i < rows.rows(); ++i) {
        result.emplace(rows.text(i, 0), comparison_from(rows.text(i, 1)));
    }
    co_return result;
}

}  // namespace freshet::refresh
