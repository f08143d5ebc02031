// Plays a case: several sessions and the engine, driven in turns by one thread, so that a case always goes the same
// way.
//
// Each time the engine has moved a view (or found nothing to do), what the view reads is compared with its query as the
// engine's own snapshot sees it: the snapshot is exported from the engine's transaction as soon as that has one, while
// writers are open, and before those that a step names go on writing behind the engine's back.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "case.hpp"
#include "coverage.hpp"
#include "hand.hpp"
#include "place.hpp"
#include "wire.hpp"
#include "witness.hpp"

namespace freshet::breaking {

struct Failure {
    enum class Kind {
        differs,  // the view is not its query
        refused,  // a view that should be inside the class was refused
        stuck,    // the engine failed though the query can be evaluated
        lies,     // the view reads although its query fails
        hurt,     // a writer's statement failed because of us
    };
    Kind kind = Kind::differs;
    std::string what;
    std::vector<std::string> differences;
};
std::string name_of(Failure::Kind kind);

// How much of it was real.
struct Tally {
    long statements = 0;
    long failed_statements = 0;
    long refreshes = 0;
    long folds = 0;
    long comparisons = 0;
    long unevaluable = 0;  // comparisons where both the query and the view failed, as they should
    long groups = 0;       // rows compared
};

using Rewrite = std::function<std::string(const std::string&)>;

class Player {
  public:
    // `rewrite` may change what the engine sends; empty for the engine as it is.
    explicit Player(Place& place, Rewrite rewrite = {});

    std::optional<Failure> play(const Case& one);
    // What was done in the last play, as an SQL script with the engine's part as comments.
    const std::string& script() const { return script_; }
    // How many steps that took.
    std::size_t played() const { return played_; }
    // Of all plays.
    const Tally& tally() const { return tally_; }
    const Coverage& coverage() const { return coverage_; }

  private:
    void end_sessions();
    void step(const Step& step);
    void write(const Step& step);
    void control(const Step& step);
    void say(int session, const std::string& sql);
    void note(const std::string& line);
    void run_statement(int session, const std::string& sql, const std::string& copied);
    void upkeep();
    void install(const std::vector<int>& variants);
    std::vector<int> buildable(std::vector<int> variants) const;
    settings::Settings settings_for(const std::vector<int>& variants);
    bool is_installed(std::size_t view) const;
    std::vector<std::size_t> chain_of(std::size_t view) const;
    bool reads(std::size_t upper, std::size_t lower) const;
    // Of the view and its chain. False if a lock stood in the way, or the query could not be evaluated.
    bool refresh(std::size_t view, refresh::Work work, const std::vector<Step>& meanwhile);
    std::vector<Refreshed> refreshed(std::size_t view, const refresh::Request& request);
    bool repair();
    bool judge(const std::vector<Refreshed>& views);
    bool excused(std::size_t view, const std::exception_ptr& error);
    void compare(std::size_t view, const refresh::Outcome& outcome);
    void quiet();
    void prove(std::size_t view);
    // The case's view of that quoted name.
    std::size_t number_of(const std::string& name) const;
    void fail(Failure::Kind kind, std::string what, std::vector<std::string> differences = {});
    void engine_sends(pg_conn* session, const std::string& sql);
    std::string name_of_view(std::size_t view) const { return case_->views[view].quoted(); }

    Place& place_;
    Rewrite rewrite_;
    WireListener listener_;
    Hand hand_;
    Witness witness_;

    const Case* case_ = nullptr;
    std::vector<testing::Client> sessions_;
    std::vector<bool> open_;
    bool schema_stands_ = false;  // once something was installed
    std::vector<int> variants_;   // as installed
    std::optional<Failure> failure_;
    std::size_t played_ = 0;
    std::string script_;
    std::string indent_;
    Tally tally_;
    Coverage coverage_;

    // Of the refresh under way.
    struct Watch {
        std::vector<std::size_t> views;  // its chain
        bool begun = false;              // the engine's transaction
        bool seen = false;               // its snapshot
        std::map<std::size_t, Reading> expected;
        std::vector<Step> meanwhile;
    };
    std::optional<Watch> watch_;
};

}  // namespace freshet::breaking
