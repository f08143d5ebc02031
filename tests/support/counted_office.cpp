#include "support/counted_office.hpp"

#include "support/engine.hpp"
#include "support/freshetd.hpp"
#include "support/office.hpp"
#include "support/run.hpp"

namespace freshet::testing {

namespace {

namespace asio = boost::asio;

// As the shipped configuration has it.
std::string retention_of(const std::string& report) {
    return report == CountedOffice::user_week ? "3 years" : "5 years";
}

}  // namespace

FoldingSession::FoldingSession(const std::string& conninfo) {
    connection_ = run(context_, [&]() -> asio::awaitable<std::unique_ptr<pg::Connection>> {
        pg::ConnectOptions options;
        options.conninfo = conninfo;
        options.application_name = "freshetd/test";
        auto executor = co_await asio::this_coro::executor;
        co_return co_await pg::Connection::open(executor, options);
    });
}

FoldingSession::~FoldingSession() = default;

refresh::Outcome FoldingSession::fold(const catalog::StoredView& view, const std::string& keep) {
    refresh::Request request;
    request.keep = keep;
    return run(context_, [&] { return refresh::refresh(*connection_, view, request); });
}

void FoldingSession::set(const std::string& statement) {
    run(context_, [&] { return connection_->script(statement); });
}

void FoldingSession::show_statistics() {
    run(context_, [&] { return connection_->query("SELECT pg_stat_force_next_flush()"); });
}

CountedOffice::CountedOffice(PrivateCluster& cluster, const std::filesystem::path& program, const std::string& scale)
    : database(cluster), client(database.conninfo()), gate(cluster.socket()), session_(gate.conninfo(database.name())) {
    client.exec("SET pg_stat_statements.track = 'none'; SET TimeZone = 'UTC'");
    create_office(client, scale);
    Freshetd(program, office_configuration(database.conninfo(), "")).must({"install"});
    Engine engine(database.conninfo());
    for (const auto& report : office_reports()) views_.emplace(report.name, engine.view(report.name));
    change_hours("id IN " + one_of_each_group(1));
    fold_all();
    // What is done once after tables were filled, such as hint bits, is no part of a fold. VACUUM leaves it undone for
    // rows whose commit is not on disk yet, as that of an apply may not be.
    client.exec("CHECKPOINT");
    client.exec("VACUUM");
}

void CountedOffice::change_hours(const std::string& condition) {
    client.exec("UPDATE projects_time_entries SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE " +
                condition);
}

std::string CountedOffice::one_of_each_group(int count) {
    return "(SELECT min(id) FROM projects_time_entries WHERE approved AND project_id <= 10 "
           "GROUP BY project_id, date_trunc('month', date) ORDER BY 1 DESC LIMIT " +
           std::to_string(count) + ")";
}

refresh::Outcome CountedOffice::fold(const std::string& report) {
    return session_.fold(views_.at(report), retention_of(report));
}

void CountedOffice::fold_all() {
    for (const auto& report : office_reports()) fold(report.name);
}

std::vector<std::string> CountedOffice::differences() {
    std::vector<std::string> all;
    for (const auto& report : office_reports()) {
        const auto some = office_differences(client, report);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

TableCounts CountedOffice::tables(const std::string& pattern) {
    session_.show_statistics();
    const auto row =
        client
            .query(
                "SELECT coalesce(sum(seq_tup_read), 0), coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) "
                "FROM pg_stat_user_tables WHERE schemaname || '.' || relname ~ $1",
                {pattern})
            .front();
    return {std::stol(*row[0]), std::stol(*row[1])};
}

std::string CountedOffice::kept_for(const std::string& report) const {
    return "^freshet\\.(state|values)_" + std::to_string(views_.at(report).id) + "_";
}

}  // namespace freshet::testing
