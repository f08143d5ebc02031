#include "freshet/cli/exit_code.hpp"

#include <nlohmann/json.hpp>

#include "freshet/async/cancelled.hpp"
#include "freshet/cli/format.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/pg/error.hpp"

namespace freshet::cli {

namespace {

// Classes of SQLSTATE that speak of names, rights and definitions: somebody must correct something.
bool is_definition(const std::string& sqlstate) {
    return sqlstate.starts_with("42") || sqlstate.starts_with("3F") || sqlstate.starts_with("0A");
}

ExitCode code_of(const pg::Error& error) {
    if (error.connection_lost()) return ExitCode::unreachable;
    // Without a SQLSTATE and without a loss the client refused: a malformed conninfo.
    const bool refused_by_client = error.sqlstate().empty() && !error.timed_out();
    return refused_by_client || is_definition(error.sqlstate()) ? ExitCode::usage : ExitCode::failed;
}

std::string summary(const std::vector<core::Fault>& faults) {
    return "the configuration has " + counted(static_cast<std::int64_t>(faults.size()), "fault", "faults");
}

Failure mistake_of_ours(const std::string& what) {
    return {ExitCode::failed, "internal error: " + what, "this is a bug in freshet; please report it", {}};
}

}  // namespace

Failure describe(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Interrupted& stop) {
        return {ExitCode::interrupted, stop.what(), "", {}};
    } catch (const core::Faults& faults) {
        return {ExitCode::usage, summary(faults.faults()), "", faults.faults()};
    } catch (const pg::Error& failure) {
        return {code_of(failure), failure.what(), failure.hint(), {}};
    } catch (const RefreshError& failure) {
        return {ExitCode::failed, failure.what(), failure.hint(), {}};
    } catch (const core::Error& failure) {
        return {ExitCode::usage, failure.what(), failure.hint(), {}};
    } catch (const std::logic_error& mistake) {
        return mistake_of_ours(mistake.what());
    } catch (const std::exception& failure) {
        return {ExitCode::failed, failure.what(), "", {}};
    }
}

std::string failure_text(const Failure& failure) {
    if (failure.faults.empty()) {
        return "freshetd: " + failure.message + "\n" + (failure.hint.empty() ? "" : "hint: " + failure.hint + "\n");
    }
    std::string text;
    for (const auto& fault : failure.faults) text += fault.text() + "\n";
    return text;
}

std::string failure_json(const Failure& failure) {
    const nlohmann::ordered_json error = {{"message", failure.message},
                                          {"hint", failure.hint.empty() ? Json() : Json(failure.hint)},
                                          {"exit_code", static_cast<int>(failure.code)}};
    return json_text({{"error", error}, {"faults", faults_json(failure.faults)}});
}

}  // namespace freshet::cli
