// docs/sql-support.md says what becomes of each of its examples; here a server is asked. FRESHET_REGENERATE=1 writes
// the answers into the document: read the difference before you commit it.
#include <gtest/gtest.h>

#include "freshet/catalog/resolve.hpp"
#include "freshet/compile/treatment.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/engine.hpp"
#include "support/golden_case.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

const std::filesystem::path document = std::filesystem::path(FRESHET_SOURCE_DIR) / "docs/sql-support.md";

// Tables of the kinds that the golden queries have none of.
constexpr const char* kinds_of_tables = R"(
    CREATE TABLE measured (day date NOT NULL, kind text, amount numeric) PARTITION BY RANGE (day);
    CREATE TABLE measured_2026 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY, kind text);
    CREATE TABLE animal (id int PRIMARY KEY, kind text);
    CREATE TABLE dog () INHERITS (animal);
)";

// What the document should say below an example, and for the overview.
struct Answer {
    std::string text;
    std::set<std::string> treatments;
};

std::string padded(std::string word) {
    word.resize(std::max<std::size_t>(word.size(), 11), ' ');
    return word;
}

Answer accepted(const compile::Program& program) {
    Answer answer;
    for (const auto& one : compile::explain(program)) {
        const std::string treatment(compile::name_of(one.treatment));
        answer.text += padded(treatment) + "  " + one.clause + ": " + one.how + "\n";
        answer.treatments.insert(treatment);
    }
    return answer;
}

Answer refused(const core::Faults& faults) {
    Answer answer{"", {"refused"}};
    for (const auto& fault : faults.faults()) {
        const auto place =
            fault.line > 0 ? std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " : std::string();
        answer.text += padded("refused") + "  " + place + fault.message + "\n";
        if (!fault.hint.empty()) answer.text += padded("hint") + "  " + fault.hint + "\n";
    }
    return answer;
}

compile::Program compiled(const catalog::Resolved& resolved) {
    compile::CompileOptions options;
    int next = 1;
    for (const auto& [table, columns] : resolved.facts.tables) options.source_ids[table] = next++;
    return compile::compile(resolved.form, resolved.types, options);
}

class Server {
  public:
    Server() {
        Client client(database_.conninfo());
        client.exec(read_whole(golden_folder() / "schema.sql"));
        client.exec(kinds_of_tables);
    }

    // Above the query may stand views of freshet that it reads: "-- view NAME: SELECT ...", one a line.
    Answer ask(const std::string& query) {
        try {
            return query.starts_with(view_below) ? accepted(planned(query)) : accepted(compiled(resolve(query)));
        } catch (const core::Faults& faults) {
            return refused(faults);
        }
    }

  private:
    static constexpr std::string_view view_below = "-- view ";

    compile::Program planned(const std::string& query) {
        Engine engine(database_.conninfo());
        auto rest = query;
        while (rest.starts_with(view_below)) {
            const auto colon = rest.find(": ");
            const auto end = rest.find('\n');
            engine.add_view(rest.substr(view_below.size(), colon - view_below.size()),
                            rest.substr(colon + 2, end - colon - 2));
            rest.erase(0, end + 1);
        }
        engine.add_view("example", rest);
        return engine.plan().views.back().program;
    }

    catalog::Resolved resolve(const std::string& query) {
        return run([&]() -> boost::asio::awaitable<catalog::Resolved> {
            pg::ConnectOptions options;
            options.conninfo = database_.conninfo();
            auto executor = co_await boost::asio::this_coro::executor;
            auto connection = co_await pg::Connection::open(executor, options);
            catalog::QueryText text{query, "query.sql", "public", "UTC"};
            co_return co_await catalog::resolve(*connection, text);
        });
    }

    Database database_;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// The anchor that a heading gets.
std::string anchor(const std::string& heading) {
    std::string text;
    for (const char c : heading) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '_' || byte >= 0x80) text += static_cast<char>(std::tolower(byte));
        if (c == ' ' || c == '-') text += '-';
    }
    return text;
}

std::string overview_row(const std::string& heading, const std::set<std::string>& treatments) {
    std::string list;
    for (const auto& treatment : treatments) list += (list.empty() ? "" : ", ") + treatment;
    return "| [" + heading + "](#" + anchor(heading) + ") | " + list + " |\n";
}

// The document with every answer and the overview as they should be.
class Writer {
  public:
    explicit Writer(Server& server) : server_(server) {}

    std::string write(const std::string& text) {
        const auto lines = lines_of(text);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i] == overview_begin) {
                i = skip_to(lines, i, overview_end);
                written_ += std::string(overview_begin) + "\n" + overview_end + "\n";
                continue;
            }
            written_ += lines[i] + "\n";
            if (lines[i].starts_with("### ")) heading_ = lines[i].substr(4);
            if (lines[i] == "```sql") i = answer(lines, i + 1);
        }
        const auto at = written_.find(overview_end);
        return written_.insert(at, "\n| construct | treatment of its clauses |\n|---|---|\n" + overview_ + "\n");
    }

    int examples() const { return examples_; }

  private:
    static constexpr const char* overview_begin = "<!-- overview: begin -->";
    static constexpr const char* overview_end = "<!-- overview: end -->";

    static std::size_t skip_to(const std::vector<std::string>& lines, std::size_t i, const std::string& end) {
        while (i < lines.size() && lines[i] != end) ++i;
        return i;
    }

    // From the first line of the example; returns the last line of it, or of the answer that stands there.
    std::size_t answer(const std::vector<std::string>& lines, std::size_t i) {
        std::string query;
        for (; lines.at(i) != "```"; ++i) query += lines[i] + "\n";
        const auto answer = server_.ask(query);
        written_ += query + "```\n\n```text\n" + answer.text + "```\n";
        overview_ += overview_row(heading_, answer.treatments);
        ++examples_;
        const bool answered = i + 2 < lines.size() && lines[i + 2] == "```text";
        return answered ? skip_to(lines, i + 2, "```") : i;
    }

    Server& server_;
    std::string written_;
    std::string heading_;
    std::string overview_;
    int examples_ = 0;
};

TEST(SqlSupport, TheDocumentSaysWhatTheServerSays) {
    Server server;
    Writer writer(server);
    const auto written = writer.write(read_whole(document));
    EXPECT_GE(writer.examples(), 40);
    if (regenerate()) write_whole(document, written);
    EXPECT_EQ(written, read_whole(document));
}

}  // namespace
}  // namespace freshet::testing
