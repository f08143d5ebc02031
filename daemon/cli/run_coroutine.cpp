#include "freshet/cli/run_coroutine.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <utility>

#include "freshet/async/offload.hpp"

namespace freshet::cli {

namespace {

// An abandoned session asks the server, on the offload thread, to cancel its statement. Calls there run one after
// another, so when this one returns that one was made.
void let_cancel_requests_go_out(asio::io_context& context) {
    context.restart();
    asio::co_spawn(context, async::offload_of(context.get_executor()).run([] {}), asio::detached);
    context.run();
}

}  // namespace

ExitCode run_coroutine(asio::awaitable<ExitCode> work) {
    asio::io_context context;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    asio::cancellation_signal stop;
    bool interrupted = false;
    std::exception_ptr error;
    ExitCode code = ExitCode::done;

    signals.async_wait([&](const boost::system::error_code& cancelled, int) {
        if (cancelled) return;
        interrupted = true;
        signals.clear();  // the next one has its default effect
        stop.emit(asio::cancellation_type::terminal);
    });
    asio::co_spawn(context, std::move(work),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, ExitCode result) {
                       error = std::move(thrown);
                       code = result;
                       signals.cancel();
                   }));
    context.run();
    if (interrupted) let_cancel_requests_go_out(context);
    // Being cancelled shows up as whatever the interrupted operation throws.
    if (interrupted && error) throw Interrupted();
    if (error) std::rethrow_exception(error);
    return code;
}

}  // namespace freshet::cli
