// libpq's objects in unique_ptr with named deleters. Private to pg.
#pragma once

#include <libpq-fe.h>

#include <memory>

namespace freshet::pg {

struct FinishConnection {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct FreeCancel {
    void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};
struct FreeMemory {
    void operator()(void* memory) const noexcept { PQfreemem(memory); }
};
struct FreeConninfo {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;
using CancelHandle = std::unique_ptr<PGcancel, FreeCancel>;
using NotifyHandle = std::unique_ptr<PGnotify, FreeMemory>;
using ConninfoHandle = std::unique_ptr<PQconninfoOption, FreeConninfo>;

}  // namespace freshet::pg
