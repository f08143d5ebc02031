#include "freshet/demo/action.hpp"

#include <stdexcept>

namespace freshet::demo {

namespace {

constexpr std::array<Action, action_count> office_actions{{
    {"record_time", "new entries", "record_time", 330},
    {"approve_time", "approvals", "approve_time", 150},
    {"withdraw_approval", "withdrawals", "withdraw_approval", 45},
    {"edit_hours", "edits", "edit_hours", 110},
    {"delete_time", "deletions", "delete_time", 30},
    {"write_invoice", "invoices", "write_invoice", 80},
    {"send_invoice", "sent", "send_invoice", 50},
    {"pay_invoice", "payments", "pay_invoice", 65},
    {"pay_invoice_partly", "part payments", "pay_invoice_partly", 30},
    {"void_invoice", "voids", "void_invoice", 20},
    {"submit_expense", "expenses", "submit_expense", 40},
    {"approve_expense", "expenses approved", "approve_expense", 25},
    {"reject_expense", "expenses rejected", "reject_expense", 8},
    {"rename_project", "renames", "rename_project", 5},
    {"import_month", "imports of 300", "import_month", 2},
    {"roll_back", "rolled back", "record_time", 6, Ending::roll_back},
    {"linger", "slow transactions", "record_time", 4, Ending::linger},
}};

constexpr unsigned sum_of_weights() {
    unsigned sum = 0;
    for (const Action& action : office_actions) sum += action.weight;
    return sum;
}
static_assert(sum_of_weights() == total_weight);

}  // namespace

std::span<const Action, action_count> actions() {
    return office_actions;
}

std::size_t choose_action(unsigned draw) {
    for (std::size_t index = 0; index < action_count; ++index) {
        if (draw < office_actions[index].weight) return index;
        draw -= office_actions[index].weight;
    }
    throw std::logic_error("a draw beyond the weights of all actions");
}

Tally Ledger::total() const {
    Tally sum;
    for (std::size_t index = 0; index < action_count; ++index) {
        if (office_actions[index].ending == Ending::roll_back) continue;
        sum.transactions += by_action[index].transactions;
        sum.rows += by_action[index].rows;
    }
    return sum;
}

Ledger Ledger::since(const Ledger& earlier) const {
    Ledger difference = *this;
    for (std::size_t index = 0; index < action_count; ++index) {
        difference.by_action[index].transactions -= earlier.by_action[index].transactions;
        difference.by_action[index].rows -= earlier.by_action[index].rows;
    }
    difference.retried -= earlier.retried;
    return difference;
}

}  // namespace freshet::demo
