// freshet::pg against a real server: results, errors, deadlines, transactions, notifications, lost connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <sstream>

#include "freshet/async/sleep.hpp"
#include "freshet/async/task_group.hpp"
#include "freshet/pg/advisory_lock.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/pg/link.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/eventually.hpp"
#include "support/run.hpp"
#include "support/tcp_gate.hpp"

namespace freshet::pg {
namespace {

using asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Runs what is in the context until `condition` holds.
void work(asio::io_context& context, const std::function<bool()>& condition) {
    EXPECT_TRUE(testing::eventually([&] {
        context.restart();
        context.run_for(milliseconds(5));
        return condition();
    }));
}

struct PgConnection : ::testing::Test {
    using Session = std::unique_ptr<Connection>;

    ConnectOptions options(std::string conninfo) {
        ConnectOptions result;
        result.conninfo = std::move(conninfo);
        result.application_name = "freshetd/test";
        return result;
    }
    Session open(std::string conninfo) {
        return testing::run(context, [&] { return Connection::open(context.get_executor(), options(conninfo)); });
    }
    Session open() { return open(database.conninfo()); }

    template <typename Body>
    auto run(Body&& body) {
        return testing::run(context, std::forward<Body>(body));
    }
    // The error that `body` must end with.
    template <typename Body>
    Error failure(Body&& body) {
        try {
            testing::run(context, std::forward<Body>(body));
        } catch (const Error& error) {
            return error;
        }
        ADD_FAILURE() << "no pg::Error";
        return Error({});
    }
    std::string state_of(int backend) {
        const testing::Rows rows =
            witness.query("SELECT state FROM pg_stat_activity WHERE pid = $1", {std::to_string(backend)});
        return rows.empty() ? "gone" : rows[0][0].value_or("");
    }
    bool becomes(int backend, const std::string& state) {
        return testing::eventually([&] { return state_of(backend) == state; });
    }

    testing::Database database;
    testing::Client witness{database.conninfo()};
    asio::io_context context;
};

TEST_F(PgConnection, GivesParametersNullsAndArraysBothWays) {
    const Session session = open();
    const Result result = run([&]() -> awaitable<Result> {
        Params params;
        params.emplace_back("x'y");
        params.emplace_back(std::nullopt);
        params.emplace_back(array_text({"a", "b \"c\"", ""}));
        co_return co_await session->query("SELECT $1::text AS a, $2::int AS b, $3::text[] AS c, 7, true, 1.5",
                                          std::move(params));
    });
    EXPECT_EQ(result.text(0, 0), "x'y");
    EXPECT_EQ(result.get(0, 1), std::nullopt);
    EXPECT_THAT(result.strings(0, 2), ElementsAre("a", "b \"c\"", ""));
    EXPECT_EQ(result.integer(0, 3), 7);
    EXPECT_TRUE(result.boolean(0, 4));
    EXPECT_DOUBLE_EQ(result.number(0, 5), 1.5);
    EXPECT_EQ(result.column_index("c"), 2);
    EXPECT_EQ(result.command(), "SELECT 1");
}

TEST_F(PgConnection, PinsItsSettings) {
    witness.exec("ALTER DATABASE " + database.name() + " SET search_path = public; ALTER DATABASE " + database.name() +
                 " SET DateStyle = 'SQL, DMY'");
    const Session session = open();
    const auto shown = [&](std::string name) {
        return run([&] { return session->query("SELECT current_setting($1)", {name}); }).text(0, 0);
    };
    EXPECT_EQ(shown("search_path"), "pg_catalog");
    EXPECT_EQ(shown("DateStyle"), "ISO, MDY");
    EXPECT_EQ(shown("TimeZone"), "UTC");
    EXPECT_EQ(shown("application_name"), "freshetd/test");
    EXPECT_GE(session->server_version(), 150000);
    EXPECT_EQ(state_of(session->backend_pid()), "idle");
}

TEST_F(PgConnection, ScriptRunsSeveralStatementsAndReturnsTheLast) {
    const Session session = open();
    const Result result = run([&] {
        return session->script(
            "CREATE TABLE public.t (n int); INSERT INTO public.t VALUES (1), (2); "
            "DELETE FROM public.t WHERE n = 1");
    });
    EXPECT_EQ(result.affected(), 1);
    EXPECT_EQ(witness.scalar("SELECT count(*) FROM t"), "1");
}

TEST_F(PgConnection, AnErrorCarriesWhatTheServerSaid) {
    const Session session = open();
    const Error error = failure([&] { return session->query("SELECT * FROM public.nope"); });
    EXPECT_EQ(error.sqlstate(), "42P01");
    EXPECT_STREQ(error.what(), "relation \"public.nope\" does not exist (SQLSTATE 42P01)");
    EXPECT_EQ(error.fields().position, 15);
    EXPECT_EQ(error.fields().statement, "SELECT * FROM public.nope");
    EXPECT_FALSE(error.retryable());
    EXPECT_TRUE(session->alive());
    EXPECT_EQ(run([&] { return session->query("SELECT 1"); }).integer(0, 0), 1);
}

TEST_F(PgConnection, NoticesAreNobodysBusiness) {
    const Session session = open();
    run([&] { return session->script("DO $$ BEGIN RAISE WARNING 'psst'; END $$"); });
    EXPECT_TRUE(session->alive());
}

TEST_F(PgConnection, AResultLargerThanTheSocketBufferArrives) {
    const Session session = open();
    const Result result =
        run([&] { return session->query("SELECT repeat('x', 1000) FROM generate_series(1, 20000)"); });
    EXPECT_EQ(result.rows(), 20000);
}

TEST_F(PgConnection, AParameterLargerThanTheSocketBufferIsSent) {
    const Session session = open();
    const std::string large(20'000'000, 'x');
    EXPECT_EQ(run([&] { return session->query("SELECT length($1::text)", {large}); }).integer(0, 0), 20'000'000);
}

TEST_F(PgConnection, ASecondStatementAtTheSameTimeIsAMistake) {
    const Session session = open();
    async::TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    const auto first = [&]() -> awaitable<void> { co_await session->query("SELECT pg_sleep(0.2)"); };
    group.spawn(first(), "first");
    EXPECT_THROW(run([&] { return session->query("SELECT 1"); }), std::logic_error);
    run([&] { return group.join(); });
    EXPECT_TRUE(session->alive());
}

TEST_F(PgConnection, ADeadlineCancelsOnTheServerAndKeepsTheSession) {
    const Session session = open();
    const auto begin = std::chrono::steady_clock::now();
    const Error error = failure([&] { return session->query("SELECT pg_sleep(600)", {}, milliseconds(100)); });
    EXPECT_TRUE(error.timed_out());
    EXPECT_FALSE(error.connection_lost());
    EXPECT_THAT(error.what(), StartsWith("the statement did not end within 100 ms and was cancelled"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(30));
    EXPECT_EQ(state_of(session->backend_pid()), "idle");
    EXPECT_EQ(run([&] { return session->query("SELECT 1"); }).integer(0, 0), 1);
}

TEST_F(PgConnection, ADeadlineOnAStalledNetworkClosesTheSession) {
    testing::TcpGate gate(testing::shared_cluster().socket());
    const Session session = open(gate.conninfo(database.name()));
    gate.stall();
    const Error error = failure([&] { return session->query("SELECT 1", {}, milliseconds(100)); });
    EXPECT_TRUE(error.timed_out());
    EXPECT_TRUE(error.connection_lost());
    EXPECT_FALSE(session->alive());
    gate.resume();
}

TEST_F(PgConnection, ConnectingThroughAStalledNetworkTimesOut) {
    testing::TcpGate gate(testing::shared_cluster().socket());
    gate.stall();
    ConnectOptions slow = options(gate.conninfo(database.name()));
    slow.connect_timeout = milliseconds(100);
    const Error error = failure([&]() -> awaitable<void> { co_await Connection::open(context.get_executor(), slow); });
    EXPECT_TRUE(error.timed_out());
    EXPECT_TRUE(error.connection_lost());
    EXPECT_STREQ(error.what(), "cannot connect to PostgreSQL: no answer within 100 ms");
}

TEST_F(PgConnection, FailedConnectsSayWhy) {
    const auto connect = [&](std::string conninfo) {
        return failure(
            [&]() -> awaitable<void> { co_await Connection::open(context.get_executor(), options(conninfo)); });
    };
    const Error absent = connect(testing::shared_cluster().conninfo("nope"));
    EXPECT_EQ(absent.sqlstate(), "3D000");
    EXPECT_THAT(absent.what(), HasSubstr("database \"nope\" does not exist"));
    EXPECT_THAT(absent.hint(), HasSubstr("create the database"));
    EXPECT_THAT(connect("host=/nonexistent").what(), HasSubstr("No such file or directory"));
    EXPECT_FALSE(connect("nonsense").retryable());
}

TEST_F(PgConnection, CancelFromAnotherCoroutineEndsTheStatement) {
    const Session session = open();
    async::TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    bool delivered = false;
    const auto canceller = [&]() -> awaitable<void> {
        while (state_of(session->backend_pid()) != "active") co_await async::sleep_for(milliseconds(5));
        delivered = co_await session->cancel();
    };
    group.spawn(canceller(), "canceller");
    const Error error = failure([&] { return session->query("SELECT pg_sleep(600)"); });
    EXPECT_EQ(error.sqlstate(), "57014");
    EXPECT_FALSE(error.timed_out());
    run([&] { return group.join(); });
    EXPECT_TRUE(delivered);
    EXPECT_TRUE(session->alive());
}

TEST_F(PgConnection, ACancelledCoroutineLeavesNothingRunningOnTheServer) {
    const Session session = open();
    const int backend = session->backend_pid();
    async::TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    const auto sleeper = [&]() -> awaitable<void> { co_await session->query("SELECT pg_sleep(600)"); };
    group.spawn(sleeper(), "sleeper");
    work(context, [&] { return state_of(backend) == "active"; });
    group.cancel_all();
    run([&] { return group.join(); });
    EXPECT_FALSE(session->alive());
    EXPECT_TRUE(becomes(backend, "gone"));
}

TEST_F(PgConnection, PreparedStatementsAreKeptByTheirText) {
    const Session session = open();
    const auto prepared_now = [&] {
        return run([&] { return session->query("SELECT count(*) FROM pg_prepared_statements"); }).integer(0, 0);
    };
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(run([&] { return session->prepared("SELECT $1::int + 1", {std::to_string(i)}); }).integer(0, 0),
                  i + 1);
    }
    EXPECT_EQ(prepared_now(), 1);
    for (int i = 0; i < 300; ++i) run([&] { return session->prepared("SELECT " + std::to_string(i)); });
    EXPECT_EQ(prepared_now(), 256);
    EXPECT_EQ(run([&] { return session->prepared("SELECT $1::int + 1", {"41"}); }).integer(0, 0), 42);
}

TEST_F(PgConnection, APreparedStatementWhoseTableChangedIsPreparedAnew) {
    witness.exec("CREATE TABLE t (a int)");
    const Session session = open();
    run([&] { return session->prepared("SELECT * FROM public.t"); });
    witness.exec("ALTER TABLE t ADD b int");
    EXPECT_EQ(failure([&] { return session->prepared("SELECT * FROM public.t"); }).sqlstate(), "0A000");
    EXPECT_EQ(run([&] { return session->prepared("SELECT * FROM public.t"); }).columns(), 2);
}

TEST_F(PgConnection, AStatementThatCannotBePreparedIsNotKept) {
    const Session session = open();
    EXPECT_EQ(failure([&] { return session->prepared("SELECT * FROM public.t"); }).sqlstate(), "42P01");
    witness.exec("CREATE TABLE t (a int)");
    EXPECT_EQ(run([&] { return session->prepared("SELECT * FROM public.t"); }).rows(), 0);
}

// With its terminating zero, or BEGIN ISOLATION LEVEL READ COMMITTED would be taken for it.
const std::string commit_message("COMMIT\0", 7);

struct PgTransaction : PgConnection {
    void SetUp() override { witness.exec("CREATE TABLE t (n int PRIMARY KEY)"); }

    std::string rows() { return witness.scalar("SELECT count(*) FROM t"); }
    awaitable<void> insert(Connection* session, int n) {
        Params params(1, std::to_string(n));  // no braces in a co_await: g++ 12 cannot compile them
        co_await session->query("INSERT INTO public.t VALUES ($1::int)", std::move(params));
    }
};

TEST_F(PgTransaction, CommitsAndRollsBack) {
    const Session session = open();
    run([&]() -> awaitable<void> {
        Transaction first = co_await Transaction::begin(*session, Isolation::repeatable_read);
        EXPECT_TRUE(session->in_transaction());
        const Result level = co_await session->query("SELECT current_setting('transaction_isolation')");
        EXPECT_EQ(level.text(0, 0), "repeatable read");
        co_await insert(session.get(), 1);
        co_await first.commit();
        Transaction second = co_await Transaction::begin(*session, Isolation::read_committed);
        co_await insert(session.get(), 2);
        co_await second.rollback();
    });
    EXPECT_FALSE(session->in_transaction());
    EXPECT_TRUE(session->alive());
    EXPECT_EQ(rows(), "1");
}

TEST_F(PgTransaction, LeftOpenItEndsTheSession) {
    const Session session = open();
    const int backend = session->backend_pid();
    run([&]() -> awaitable<void> {
        const Transaction transaction = co_await Transaction::begin(*session, Isolation::read_committed);
        co_await insert(session.get(), 1);
    });
    EXPECT_FALSE(session->alive());
    EXPECT_TRUE(becomes(backend, "gone"));
    EXPECT_EQ(rows(), "0");
    EXPECT_TRUE(failure([&] { return session->query("SELECT 1"); }).connection_lost());
}

TEST_F(PgTransaction, ACommitAnsweredWithRollbackIsAnError) {
    const Session session = open();
    const Error error = failure([&]() -> awaitable<void> {
        Transaction transaction = co_await Transaction::begin(*session, Isolation::read_committed);
        try {
            co_await session->query("SELECT 1 / 0");
        } catch (const Error&) {
        }
        co_await transaction.commit();
    });
    EXPECT_EQ(error.sqlstate(), "25P02");
    EXPECT_FALSE(error.in_doubt());
    EXPECT_TRUE(session->alive());
}

TEST_F(PgTransaction, AConstraintThatFailsAtCommitIsNoDoubt) {
    witness.exec("CREATE TABLE d (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    const Session session = open();
    const Error error = failure([&]() -> awaitable<void> {
        Transaction transaction = co_await Transaction::begin(*session, Isolation::read_committed);
        co_await session->query("INSERT INTO public.d VALUES (1), (1)");
        co_await transaction.commit();
    });
    EXPECT_EQ(error.sqlstate(), "23505");
    EXPECT_FALSE(error.in_doubt());
    EXPECT_FALSE(session->in_transaction());
}

TEST_F(PgTransaction, ASerializationFailureIsRetryable) {
    witness.exec("INSERT INTO t VALUES (1)");
    const Session session = open();
    const Error error = failure([&]() -> awaitable<void> {
        Transaction transaction = co_await Transaction::begin(*session, Isolation::repeatable_read);
        co_await session->query("SELECT FROM public.t");
        witness.exec("UPDATE t SET n = 2");
        co_await session->query("UPDATE public.t SET n = 3");
    });
    EXPECT_EQ(error.sqlstate(), "40001");
    EXPECT_TRUE(error.retryable());
    EXPECT_FALSE(error.connection_lost());
}

TEST_F(PgTransaction, InTransactionCommitsOrRollsBackAndRethrows) {
    const Session session = open();
    run([&]() -> awaitable<void> {
        co_await in_transaction(*session, Isolation::read_committed, [&] { return insert(session.get(), 1); });
    });
    EXPECT_THROW(run([&]() -> awaitable<void> {
                     co_await in_transaction(*session, Isolation::read_committed, [&]() -> awaitable<void> {
                         co_await insert(session.get(), 2);
                         throw std::out_of_range("ours");
                     });
                 }),
                 std::out_of_range);
    EXPECT_TRUE(session->alive());
    EXPECT_FALSE(session->in_transaction());
    EXPECT_EQ(rows(), "1");
}

TEST_F(PgTransaction, ACommitWhoseAnswerIsCutOffIsInDoubtAndDone) {
    testing::TcpGate gate(testing::shared_cluster().socket());
    const Session session = open(gate.conninfo(database.name()));
    gate.cut_when_client_sends(commit_message, testing::TcpGate::Trigger::delivered);
    const Error error = failure([&]() -> awaitable<void> {
        co_await in_transaction(*session, Isolation::read_committed, [&] { return insert(session.get(), 1); });
    });
    EXPECT_TRUE(error.in_doubt());
    EXPECT_FALSE(session->alive());
    EXPECT_TRUE(testing::eventually([&] { return rows() == "1"; }));
}

TEST_F(PgTransaction, ACommitThatNeverArrivedIsInDoubtAndUndone) {
    testing::TcpGate gate(testing::shared_cluster().socket());
    const Session session = open(gate.conninfo(database.name()));
    const int backend = session->backend_pid();
    gate.cut_when_client_sends(commit_message, testing::TcpGate::Trigger::swallowed);
    const Error error = failure([&]() -> awaitable<void> {
        co_await in_transaction(*session, Isolation::read_committed, [&] { return insert(session.get(), 1); });
    });
    EXPECT_TRUE(error.in_doubt());
    EXPECT_TRUE(becomes(backend, "gone"));
    EXPECT_EQ(rows(), "0");
}

TEST_F(PgTransaction, AStatementCutOffBeforeCommitIsNoDoubt) {
    testing::TcpGate gate(testing::shared_cluster().socket());
    const Session session = open(gate.conninfo(database.name()));
    gate.cut_when_client_sends("INSERT", testing::TcpGate::Trigger::delivered);
    const Error error = failure([&]() -> awaitable<void> {
        co_await in_transaction(*session, Isolation::read_committed, [&] { return insert(session.get(), 1); });
    });
    EXPECT_TRUE(error.connection_lost());
    EXPECT_FALSE(error.in_doubt());
    EXPECT_THAT(error.what(), StartsWith("lost the connection to PostgreSQL: "));
}

struct PgPipeline : PgTransaction {
    // One for each word. Not a list of words: GCC 12 refuses those inside a co_await expression.
    static std::vector<Statement> inserts(const std::string& words) {
        std::vector<Statement> statements;
        std::istringstream stream(words);
        for (std::string word; stream >> word;) {
            statements.push_back({"INSERT INTO public.t VALUES ($1::int) RETURNING n", params(word)});
        }
        return statements;
    }
};

TEST_F(PgPipeline, GivesTheResultsInOrder) {
    const Session session = open();
    const auto results = run([&] {
        auto statements = inserts("3 1");
        statements.push_back({"SELECT $1::text, count(*) FROM public.t", params("two")});
        statements.push_back({"UPDATE public.t SET n = 5 WHERE n = 3", {}});
        return session->pipeline(std::move(statements));
    });
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0].text(0, 0), "3");
    EXPECT_EQ(results[1].text(0, 0), "1");
    EXPECT_EQ(results[2].text(0, 0), "two");
    EXPECT_EQ(results[2].integer(0, 1), 2);
    EXPECT_EQ(results[3].affected(), 1);
    const auto alone = run([&] { return session->query("SELECT 7"); });
    EXPECT_EQ(alone.integer(0, 0), 7) << "the session is as it was before";
}

TEST_F(PgPipeline, PreparesEachStatementOnce) {
    const Session session = open();
    for (const auto* words : {"1 2", "3 4", "5 6"}) {
        run([&] { return session->pipeline(inserts(words)); });
    }
    run([&] { return session->prepared(inserts("7").front().sql, params("7")); });
    const auto prepared = run([&] { return session->query("SELECT count(*) FROM pg_prepared_statements"); });
    EXPECT_EQ(prepared.integer(0, 0), 1);
    EXPECT_EQ(rows(), "7");
}

TEST_F(PgPipeline, TheFirstFailureIsThrownAndNothingAfterItRuns) {
    const Session session = open();
    const Error error = failure([&] {
        auto statements = inserts("1 x 2");
        statements.push_back({"SELECT 4", {}});
        return session->pipeline(std::move(statements));
    });
    EXPECT_EQ(error.sqlstate(), "22P02");
    EXPECT_EQ(error.fields().index, 1U);
    EXPECT_THAT(error.fields().statement, StartsWith("INSERT"));
    EXPECT_EQ(rows(), "0") << "outside a transaction they are one";
    const auto again = run([&] { return session->pipeline(inserts("1")); });
    EXPECT_EQ(again.size(), 1U);
    const auto skipped = run([&] { return session->prepared("SELECT 4"); });
    EXPECT_EQ(skipped.integer(0, 0), 4) << "what was never prepared is not taken for prepared";
}

TEST_F(PgPipeline, ADeadlineCancelsItAndKeepsTheSession) {
    const Session session = open();
    const Error error = failure([&] {
        auto statements = inserts("1");
        statements.push_back({"SELECT pg_sleep(60)", {}});
        statements.push_back({"SELECT 1", {}});
        return session->pipeline(std::move(statements), milliseconds(200));
    });
    EXPECT_TRUE(error.timed_out());
    EXPECT_EQ(error.fields().index, 1U);
    EXPECT_TRUE(session->alive());
    EXPECT_EQ(rows(), "0");
    run([&] { return session->pipeline(inserts("1")); });
    EXPECT_EQ(rows(), "1");
}

TEST_F(PgPipeline, MoreThanTheSocketBufferGoesBothWays) {
    const Session session = open();
    const auto results = run([&] {
        std::vector<Statement> statements;
        for (int i = 0; i < 4; ++i) {
            statements.push_back({"SELECT $1::text || repeat('y', 3000000)", params(std::string(3'000'000, 'x'))});
        }
        return session->pipeline(std::move(statements));
    });
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[3].text(0, 0).size(), 6'000'000U);
}

TEST_F(PgPipeline, BeginsAndCommitsATransaction) {
    const Session session = open();
    run([&]() -> awaitable<void> {
        auto begun = co_await Transaction::begin_with(*session, Isolation::repeatable_read, inserts("1 2"));
        EXPECT_TRUE(session->in_transaction());
        EXPECT_EQ(begun.second.size(), 2U);
        EXPECT_EQ(begun.second[1].text(0, 0), "2");
        EXPECT_EQ(rows(), "0");
        co_await begun.first.commit_with(inserts("3"));
    });
    EXPECT_FALSE(session->in_transaction());
    EXPECT_EQ(rows(), "3");
}

TEST_F(PgPipeline, AFailureAtTheBeginningLeavesNoTransaction) {
    const Session session = open();
    const Error error = failure([&]() -> awaitable<void> {
        const auto begun = co_await Transaction::begin_with(*session, Isolation::repeatable_read, inserts("1 x"));
        static_cast<void>(begun);
    });
    EXPECT_EQ(error.fields().index, 1U) << "without counting the BEGIN";
    EXPECT_TRUE(session->alive());
    EXPECT_FALSE(session->in_transaction());
    EXPECT_EQ(rows(), "0");
}

TEST_F(PgPipeline, AFailureBeforeTheCommitLeavesTheTransactionToBeRolledBack) {
    const Session session = open();
    run([&]() -> awaitable<void> {
        auto begun = co_await Transaction::begin_with(*session, Isolation::repeatable_read, inserts("1"));
        bool failed = false;
        try {
            co_await begun.first.commit_with(inserts("2 x"));
        } catch (const Error& error) {
            EXPECT_EQ(error.fields().index, 1U);
            EXPECT_FALSE(error.in_doubt());
            failed = true;
        }
        EXPECT_TRUE(failed);
        EXPECT_TRUE(session->in_transaction());
        co_await begun.first.rollback();
    });
    EXPECT_TRUE(session->alive());
    EXPECT_EQ(rows(), "0");
}

TEST_F(PgPipeline, ACommitWhoseAnswerIsCutOffIsInDoubtAndDone) {
    testing::TcpGate gate(testing::shared_cluster().socket());
    const Session session = open(gate.conninfo(database.name()));
    gate.cut_when_client_sends("COMMIT", testing::TcpGate::Trigger::delivered);
    const Error error = failure([&]() -> awaitable<void> {
        auto begun = co_await Transaction::begin_with(*session, Isolation::repeatable_read, inserts("1"));
        co_await begun.first.commit_with(inserts("2"));
    });
    EXPECT_TRUE(error.in_doubt());
    EXPECT_FALSE(session->alive());
    EXPECT_TRUE(testing::eventually([&] { return rows() == "2"; }));
}

struct PgCopy : PgTransaction {
    // COPY into t of the given chunks.
    std::int64_t copy(Connection& session, std::vector<std::string> chunks) {
        std::size_t next = 0;
        return run([&] {
            return session.copy_in(
                "COPY public.t FROM STDIN",
                [&](std::string& chunk) {
                    if (next == chunks.size()) return false;
                    chunk = chunks[next++];
                    return true;
                },
                seconds(60));
        });
    }
};

TEST_F(PgCopy, LoadsChunksThatNeedNotEndWithARow) {
    const Session session = open();
    EXPECT_EQ(copy(*session, {"1\n2", "\n3\n"}), 3);
    EXPECT_EQ(copy(*session, {}), 0);
    EXPECT_EQ(rows(), "3");
}

TEST_F(PgCopy, LoadsMoreThanTheSocketBuffer) {
    const Session session = open();
    std::vector<std::string> chunks(100);
    for (int n = 0; n < 1'000'000; ++n) chunks[static_cast<std::size_t>(n) / 10'000] += std::to_string(n) + "\n";
    EXPECT_EQ(copy(*session, chunks), 1'000'000);
}

TEST_F(PgCopy, ABadRowFailsItAndKeepsTheSession) {
    const Session session = open();
    try {
        copy(*session, {"1\n", "one\n", "2\n"});
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.sqlstate(), "22P02");
    }
    EXPECT_EQ(run([&] { return session->query("SELECT 1"); }).integer(0, 0), 1);
    EXPECT_EQ(rows(), "0");
}

TEST_F(PgCopy, AThrowingSourceUndoesItAndIsRethrown) {
    const Session session = open();
    const auto source = [](std::string&) -> bool { throw std::out_of_range("ours"); };
    EXPECT_THROW(run([&] { return session->copy_in("COPY public.t FROM STDIN", source, seconds(60)); }),
                 std::out_of_range);
    EXPECT_EQ(run([&] { return session->query("SELECT 1"); }).integer(0, 0), 1);
    EXPECT_EQ(rows(), "0");
}

TEST_F(PgCopy, AStatementThatIsNoCopyIsAMistake) {
    const Session session = open();
    const auto source = [](std::string&) { return false; };
    EXPECT_THROW(run([&] { return session->copy_in("SELECT 1", source, seconds(60)); }), std::logic_error);
    EXPECT_EQ(failure([&] { return session->copy_in("COPY public.x FROM STDIN", source, seconds(60)); }).sqlstate(),
              "42P01");
    EXPECT_TRUE(session->alive());
}

TEST_F(PgCopy, ADeadlineOnALockCancelsIt) {
    const Session session = open();
    witness.exec("BEGIN; LOCK TABLE t");
    const auto source = [](std::string&) { return false; };
    const Error error =
        failure([&] { return session->copy_in("COPY public.t FROM STDIN", source, milliseconds(100)); });
    EXPECT_TRUE(error.timed_out());
    EXPECT_TRUE(session->alive());
    witness.exec("ROLLBACK");
}

TEST_F(PgConnection, ACopyByQueryIsAMistakeThatDoesNotHang) {
    const Session session = open();
    EXPECT_THROW(run([&] { return session->query("COPY (SELECT 1) TO STDOUT"); }), std::logic_error);
    EXPECT_FALSE(session->alive());
}

TEST_F(PgConnection, ANotificationWakesTheWaiter) {
    const Session session = open();
    run([&] { return session->query("LISTEN freshet"); });
    witness.exec("NOTIFY freshet, 'one'");
    EXPECT_TRUE(run([&] { return session->wait_notification(seconds(30)); }));
    const std::deque<Notification> received = session->take_notifications();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].channel, "freshet");
    EXPECT_EQ(received[0].payload, "one");
    EXPECT_EQ(received[0].backend_pid, witness.backend_pid());
    EXPECT_TRUE(session->take_notifications().empty());
    EXPECT_FALSE(run([&] { return session->wait_notification(milliseconds(10)); }));
}

TEST_F(PgConnection, ANotificationThatCameWithAResultIsKept) {
    const Session session = open();
    run([&] { return session->script("LISTEN freshet; NOTIFY freshet, 'self'"); });
    EXPECT_TRUE(run([&] { return session->wait_notification(milliseconds(0)); }));
    EXPECT_EQ(session->take_notifications().at(0).payload, "self");
}

TEST_F(PgConnection, CancellingAWaitForNotificationsKeepsTheSession) {
    const Session session = open();
    async::TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    const auto waiter = [&]() -> awaitable<void> { co_await session->wait_notification(seconds(3600)); };
    group.spawn(waiter(), "waiter");
    asio::post(context, [&] { group.cancel_all(); });
    run([&] { return group.join(); });
    EXPECT_EQ(run([&] { return session->query("SELECT 1"); }).integer(0, 0), 1);
}

TEST_F(PgConnection, ATerminatedBackendIsALostConnection) {
    const Session waiting = open();
    const Session idle = open();
    const Session busy = open();
    for (const Session* session : {&waiting, &idle}) {
        witness.exec("SELECT pg_terminate_backend(" + std::to_string((*session)->backend_pid()) + ")");
    }
    EXPECT_TRUE(failure([&] { return waiting->wait_notification(seconds(30)); }).connection_lost());
    EXPECT_TRUE(becomes(idle->backend_pid(), "gone"));
    EXPECT_TRUE(failure([&] { return idle->query("SELECT 1"); }).connection_lost());
    const Error error =
        failure([&] { return busy->query("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(9)"); });
    EXPECT_TRUE(error.connection_lost());
    EXPECT_EQ(error.sqlstate(), "57P01");
    EXPECT_FALSE(error.in_doubt());
    EXPECT_FALSE(busy->alive());
    EXPECT_FALSE(run([&] { return busy->cancel(); }));
}

TEST_F(PgConnection, AnAdvisoryLockIsHeldByOneSession) {
    const Session first = open();
    const Session second = open();
    EXPECT_TRUE(run([&] { return try_advisory_lock(*first, -7'000'000'000); }));
    EXPECT_FALSE(run([&] { return try_advisory_lock(*second, -7'000'000'000); }));
    EXPECT_TRUE(run([&] { return advisory_unlock(*first, -7'000'000'000); }));
    EXPECT_FALSE(run([&] { return advisory_unlock(*first, -7'000'000'000); }));
    EXPECT_TRUE(run([&] { return try_advisory_lock(*second, -7'000'000'000); }));
}

TEST_F(PgConnection, AContextDestroyedInTheMiddleOfAStatementFreesTheCoroutineAndItsSession) {
    asio::io_context doomed;
    async::TaskGroup group(doomed.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    int backend = 0;
    const auto sleeper = [&]() -> awaitable<void> {
        const Session session = co_await Connection::open(doomed.get_executor(), options(database.conninfo()));
        backend = session->backend_pid();
        co_await session->query("SELECT pg_sleep(600)");
    };
    group.spawn(sleeper(), "sleeper");
    work(doomed, [&] { return backend != 0 && state_of(backend) == "active"; });
    // The group goes first, then the context with the suspended coroutine in it. The sanitizers would object.
}

struct PgLink : ::testing::Test {
    PgLink() : link(context.get_executor(), options(), backoff(), [this](const LinkChange& c) { record(c); }) {}

    ConnectOptions options() const {
        ConnectOptions result;
        result.conninfo = cluster.conninfo("postgres");
        return result;
    }
    static core::Backoff backoff() {
        return core::Backoff({milliseconds(5), milliseconds(20)}, [] { return 0.9; });
    }
    void record(const LinkChange& change) {
        changes.push_back(change.state);
        if (change.error != nullptr) errors.emplace_back(change.error->what());
    }

    testing::PrivateCluster cluster;  // of its own: these tests stop it
    asio::io_context context;
    std::vector<LinkState> changes;
    std::vector<std::string> errors;
    Link link;
};

TEST_F(PgLink, ComesBackAfterARestart) {
    Connection* const first = testing::run(context, [&] { return link.get(); });
    EXPECT_EQ(testing::run(context, [&] { return link.get(); }), first) << "alive, so kept";
    EXPECT_THAT(changes, ElementsAre(LinkState::connecting, LinkState::connected));
    cluster.restart();
    const auto ask = [&]() -> awaitable<int> {
        Connection* const session = co_await link.get();
        const Result result = co_await session->query("SELECT 1");
        co_return static_cast<int>(result.integer(0, 0));
    };
    EXPECT_THROW(testing::run(context, ask), Error);
    EXPECT_EQ(link.current(), nullptr);
    EXPECT_EQ(testing::run(context, ask), 1);
    EXPECT_NE(link.current(), nullptr);
}

TEST_F(PgLink, WaitsForAServerThatIsDown) {
    cluster.crash();
    async::TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    const auto connect = [&]() -> awaitable<void> { co_await link.get(); };
    group.spawn(connect(), "connect");
    work(context, [&] { return errors.size() >= 3; });
    EXPECT_THAT(errors[0], StartsWith("cannot connect to PostgreSQL: "));
    EXPECT_EQ(changes[1], LinkState::waiting);
    cluster.start();
    testing::run(context, [&] { return group.join(); });
    EXPECT_NE(link.current(), nullptr);
    EXPECT_EQ(changes.back(), LinkState::connected);
}

TEST_F(PgLink, CanBeCancelledWhileTheServerIsDown) {
    cluster.stop();
    async::TaskGroup group(context.get_executor(), [](auto, auto) { ADD_FAILURE(); });
    const auto connect = [&]() -> awaitable<void> { co_await link.get(); };
    group.spawn(connect(), "connect");
    work(context, [&] { return !errors.empty(); });
    group.cancel_all();
    testing::run(context, [&] { return group.join(); });
    EXPECT_EQ(link.current(), nullptr);
}

TEST_F(PgLink, AKilledBackendTakesTheSessionWithIt) {
    const auto session_pid = [&]() -> awaitable<int> {
        Connection* const session = co_await link.get();
        co_return session->backend_pid();
    };
    const int backend = testing::run(context, session_pid);
    cluster.kill_backend(backend);
    const auto ask = [&]() -> awaitable<void> {
        Connection* const session = co_await link.get();
        co_await session->query("SELECT 1");
    };
    try {
        testing::run(context, ask);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_TRUE(error.connection_lost());
        EXPECT_TRUE(error.retryable());
    }
    testing::run(context, ask);
    EXPECT_NE(testing::run(context, session_pid), backend);
}

TEST(PgLinkAlone, AMalformedConninfoIsNotTriedAgain) {
    asio::io_context context;
    ConnectOptions options;
    options.conninfo = "nonsense";
    Link link(context.get_executor(), options, core::Backoff({}, [] { return 0.0; }), [](const LinkChange&) {});
    EXPECT_THROW(testing::run(context, [&] { return link.get(); }), Error);
}

}  // namespace
}  // namespace freshet::pg
