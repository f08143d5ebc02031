// What a backlog will cost, and what to do with it. A refresh asks when it knows how large its batch is; who answers is
// not its business. Pure values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace freshet::refresh {

struct Weighed {
    double fold_seconds = 0;       // predicted, of folding the batch
    double reconcile_seconds = 0;  // predicted, of recomputing the view
    std::int64_t source_rows = 0;  // that a recomputation reads, as estimated
    bool recompute = false;        // the cheaper of the two, in the judgement of whoever was asked
    std::string why;               // one sentence without a full stop
};

// For a batch of that many changes.
using Weigh = std::function<Weighed(std::int64_t changes)>;

}  // namespace freshet::refresh
