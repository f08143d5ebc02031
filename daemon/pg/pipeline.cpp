// Several statements in one round trip: prepare what is new, send all, one sync, read the results in order. After the
// first failure the server skips everything up to the sync.
#include <stdexcept>
#include <utility>

#include "freshet/pg/connection_impl.hpp"

namespace freshet::pg {

asio::awaitable<std::vector<Result>> Connection::Impl::pipeline(std::vector<Statement> statements, Timeout timeout,
                                                                Ends ends) {
    if (statements.empty()) co_return std::vector<Result>{};
    const Turn turn(*this, statements.front().sql, timeout);
    exchange_->during_commit = ends == Ends::commit;
    if (PQenterPipelineMode(connection_.get()) != 1) throw std::logic_error("libpq refused the pipeline mode");
    Pipeline& pipeline = exchange_->pipeline.emplace();
    pipeline.statements = std::move(statements);
    pipeline.results.resize(pipeline.statements.size());
    send(pipeline);
    require_sent(PQpipelineSync(connection_.get()));
    const bool in_time = co_await drain(exchange_->deadline);
    if (!in_time) co_await stop();
    if (alive() && PQexitPipelineMode(connection_.get()) != 1) throw std::logic_error("a pipeline left with results");
    std::vector<Result> results = std::move(pipeline.results);
    if (exchange_->failure) {
        exchange_->statement = pipeline.statements.at(pipeline.failed).sql;
        exchange_->failure->index = pipeline.failed;
        forget_if_stale(exchange_->statement);
    }
    exchange_->pipeline.reset();
    outcome();
    while (statement_order_.size() > statements_kept) co_await drop_oldest_statement();
    co_return results;
}

// Each statement is prepared right before it runs: not earlier, since to prepare may take the transaction's snapshot.
void Connection::Impl::send(Pipeline& pipeline) {
    std::unordered_map<std::string, std::string> names;  // of those that are new
    for (std::size_t i = 0; i < pipeline.statements.size(); ++i) {
        const Statement& statement = pipeline.statements[i];
        if (exchange_->during_commit && i + 1 == pipeline.statements.size()) {  // COMMIT is not worth a name
            require_sent(PQsendQueryParams(connection_.get(), statement.sql.c_str(), 0, nullptr, nullptr, nullptr,
                                           nullptr, text_format));
            pipeline.steps.push_back({i, ""});
            continue;
        }
        const auto known = statements_.find(statement.sql);
        std::string name = known != statements_.end() ? known->second : names[statement.sql];
        if (name.empty()) {
            name = "freshet_" + std::to_string(++statements_made_);
            names[statement.sql] = name;
            require_sent(PQsendPrepare(connection_.get(), name.c_str(), statement.sql.c_str(), 0, nullptr));
            pipeline.steps.push_back({i, name});
        }
        send_prepared(name, statement.params);
        pipeline.steps.push_back({i, ""});
    }
}

// Reads what the steps give, up to the sync; goes on where it was if the deadline came in between.
asio::awaitable<bool> Connection::Impl::drain_pipeline(Deadline deadline) {
    Pipeline& pipeline = *exchange_->pipeline;
    while (alive() && !pipeline.synced) {
        const bool arrived = co_await next_result(deadline);
        if (!arrived) co_return false;
        Result result(PQgetResult(connection_.get()));
        if (result) {
            keep_step(pipeline, std::move(result));
        } else if (pipeline.next < pipeline.steps.size()) {
            ++pipeline.next;
        }
    }
    if (!alive()) note_loss();
    collect_notifications();
    co_return true;
}

void Connection::Impl::keep_step(Pipeline& pipeline, Result result) {
    const ExecStatusType status = PQresultStatus(result.handle());
    if (status == PGRES_PIPELINE_SYNC) {
        pipeline.synced = true;
        return;
    }
    if (status == PGRES_PIPELINE_ABORTED) return;
    const PipelineStep& step = pipeline.steps.at(std::min(pipeline.next, pipeline.steps.size() - 1));
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        if (!exchange_->failure) pipeline.failed = step.statement;
        keep(std::move(result));
    } else if (!step.prepares.empty()) {
        const std::string& sql = pipeline.statements[step.statement].sql;
        statements_.emplace(sql, step.prepares);
        statement_order_.push_back(sql);
    } else {
        pipeline.results[step.statement] = std::move(result);
    }
}

}  // namespace freshet::pg
