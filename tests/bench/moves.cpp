#include "moves.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>

#include "support/eventually.hpp"

namespace freshet::bench {

namespace {

constexpr const char* instruments = R"(
    CREATE SCHEMA bench;
    CREATE UNLOGGED TABLE bench.move (view_id integer, generation bigint, snapshot pg_snapshot, xid xid8);
    CREATE FUNCTION bench.note_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO bench.move VALUES (NEW.view_id, NEW.generation, NEW.snapshot, pg_current_xact_id());
            RETURN NULL;
        END $$;
    CREATE TRIGGER note_move AFTER UPDATE OF snapshot ON freshet.position
        FOR EACH ROW EXECUTE FUNCTION bench.note_move();
)";

struct Move {
    std::uint64_t xmin = 0;
    std::uint64_t xmax = 0;
    std::vector<std::uint64_t> open;
    double committed = 0;

    bool shows(std::uint64_t xid) const {
        return xid < xmin || (xid < xmax && std::find(open.begin(), open.end(), xid) == open.end());
    }
};

// "xmin:xmax:open,open"
Move parsed(const std::string& snapshot, double committed) {
    const auto first = snapshot.find(':');
    const auto second = snapshot.find(':', first + 1);
    Move move{std::stoull(snapshot), std::stoull(snapshot.substr(first + 1)), {}, committed};
    for (auto at = second + 1; at < snapshot.size(); at = snapshot.find(',', at) + 1) {
        move.open.push_back(std::stoull(snapshot.substr(at)));
        if (snapshot.find(',', at) == std::string::npos) break;
    }
    return move;
}

using MovesOfView = std::vector<Move>;

std::map<std::string, MovesOfView> read_moves(testing::Client& client) {
    std::map<std::string, MovesOfView> moves;
    for (const auto& row :
         client.query("SELECT view_id, snapshot, extract(epoch FROM pg_xact_commit_timestamp(xid::xid))::float8 "
                      "FROM bench.move ORDER BY view_id, generation")) {
        moves[*row[0]].push_back(parsed(*row[1], std::stod(*row[2])));
    }
    return moves;
}

// What a position shows it goes on showing.
double first_shown(const MovesOfView& moves, std::uint64_t xid) {
    const auto first =
        std::partition_point(moves.begin(), moves.end(), [&](const Move& move) { return !move.shows(xid); });
    if (first == moves.end()) throw std::runtime_error("a transaction is not visible in a view");
    return first->committed;
}

}  // namespace

Moves::Moves(testing::Client& client) : client_(client) {
    client.exec(instruments);
}

double Moves::until_visible(const std::string& xid) {
    const bool visible = testing::eventually(
        [&] {
            return client_.scalar("SELECT bool_and(pg_visible_in_snapshot($1::xid8, snapshot)) FROM freshet.position",
                                  {xid}) == "t";
        },
        std::chrono::minutes(10));
    if (!visible) throw std::runtime_error("folding a change took longer than ten minutes");
    return until_visible(std::vector<std::string>{xid}).front();
}

std::vector<double> Moves::until_visible(const std::vector<std::string>& xids) {
    std::string list = "{";
    for (const auto& xid : xids) list += (list.size() > 1 ? "," : "") + xid;
    const auto moves = read_moves(client_);
    if (moves.empty()) throw std::runtime_error("no view has moved");
    std::vector<double> seconds;
    for (const auto& row : client_.query("SELECT x, extract(epoch FROM pg_xact_commit_timestamp(x::xid8::xid))::float8 "
                                         "FROM unnest($1::text[]) AS x",
                                         {list + "}"})) {
        double last = 0;
        for (const auto& [view, of_view] : moves) last = std::max(last, first_shown(of_view, std::stoull(*row[0])));
        seconds.push_back(last - std::stod(*row[1]));
    }
    return seconds;
}

}  // namespace freshet::bench
