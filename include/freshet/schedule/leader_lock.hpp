// The advisory lock of the daemon that leads a database: it looks at the log, arms the bell and trims.
#pragma once

#include <cstdint>

namespace freshet::schedule {

constexpr std::int64_t leader_lock = 0x667265736865744C;  // "freshetL" as a number

}  // namespace freshet::schedule
