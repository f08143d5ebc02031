#include "witness.hpp"

#include <algorithm>
#include <iterator>

namespace freshet::breaking {

namespace {

std::string images(const std::vector<std::string>& expressions, const std::string& relation) {
    std::string list;
    for (const auto& expression : expressions) {
        list += (list.empty() ? "" : ", ") + expression;
    }
    return "SELECT ROW(" + list + ")::text FROM " + relation + " AS q";
}

}  // namespace

Reading Witness::read(const std::string& sql) {
    Reading reading;
    try {
        for (const auto& row : client_.query(sql)) {
            reading.rows.push_back(row.front().value_or(""));
        }
    } catch (const testing::ClientError& error) {
        reading.error = error.what();
        reading.sqlstate = error.sqlstate();
    }
    std::sort(reading.rows.begin(), reading.rows.end());
    return reading;
}

std::map<std::size_t, Reading> Witness::queries_in(const std::string& snapshot, const Case& one,
                                                   const std::vector<std::size_t>& views,
                                                   const std::vector<int>& variants) {
    std::map<std::size_t, Reading> readings;
    for (const auto number : views) {
        const auto& view = one.views[number];
        const auto query = query_over_tables(one, view, variants).value();
        client_.exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT " + literal(snapshot));
        readings[number] = read(images(images_of(one, view, variants[number]), "(" + query + ")") +
                                (view.keep.empty() ? "" : " WHERE " + kept(view)));
        client_.exec("ROLLBACK");
    }
    return readings;
}

Reading Witness::published(const Case& one, const View& view, int variant) {
    return read(images(images_of(one, view, variant), view.quoted()));
}

std::vector<std::string> Witness::differences(const Case& one, const View& view, int variant) {
    if (!view.keep.empty()) {
        return {};
    }
    auto expected = "(" + query_of(one, view, variant).value() + ")";
    auto published = "(SELECT * FROM " + view.quoted() + ")";
    if (!is_exact(one, view, variant)) {
        const auto columns = images_of(one, view, variant);
        expected = "(" + images(columns, expected) + ")";
        published = "(" + images(columns, published) + ")";
    }
    const auto reading = read("SELECT 'missing ' || x::text FROM (" + expected + " EXCEPT ALL " + published +
                              ") AS x UNION ALL SELECT 'unexpected ' || x::text FROM (" + published + " EXCEPT ALL " +
                              expected + ") AS x");
    if (reading.failed() && !reading.cannot_be_evaluated() && !reading.had_to_wait()) {
        return {reading.error};
    }
    return reading.rows;
}

std::vector<std::string> differences(const Reading& expected, const Reading& published) {
    std::vector<std::string> missing;
    std::vector<std::string> unexpected;
    std::set_difference(expected.rows.begin(), expected.rows.end(), published.rows.begin(), published.rows.end(),
                        std::back_inserter(missing));
    std::set_difference(published.rows.begin(), published.rows.end(), expected.rows.begin(), expected.rows.end(),
                        std::back_inserter(unexpected));
    std::vector<std::string> all;
    for (const auto& row : missing) {
        all.push_back("missing    " + row);
    }
    for (const auto& row : unexpected) {
        all.push_back("unexpected " + row);
    }
    return all;
}

}  // namespace freshet::breaking
