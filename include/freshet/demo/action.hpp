// What the office does, and how often. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace freshet::demo {

enum class Ending {
    commit,
    roll_back,  // someone changed their mind
    linger,     // someone went for a coffee with the transaction open: it commits after many that began later
};

struct Action {
    std::string_view name;       // for machines
    std::string_view label;      // for people, in the plural
    std::string_view statement;  // below triggers/queries/demo; its only parameter is a seed
    unsigned weight;             // of a thousand
    Ending ending = Ending::commit;
};

inline constexpr unsigned total_weight = 1000;
inline constexpr std::size_t action_count = 17;

std::span<const Action, action_count> actions();

// The index of the action that belongs to `draw`, which is below total_weight.
std::size_t choose_action(unsigned draw);

struct Tally {
    std::uint64_t transactions = 0;  // committed, and for Ending::roll_back those rolled back on purpose
    std::uint64_t rows = 0;

    bool operator==(const Tally&) const = default;
};

// What the office has done so far.
struct Ledger {
    std::array<Tally, action_count> by_action;
    std::uint64_t retried = 0;  // lost against another transaction; the writer went on to something else

    // Of the committed transactions.
    Tally total() const;
    // What was added since `earlier`.
    Ledger since(const Ledger& earlier) const;
};

}  // namespace freshet::demo
