// `./dev break`: tries to break exactness. Exit 0: nothing found; 1: a seed failed; 2: bad usage.
#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "freshet/core/duration.hpp"
#include "mutations.hpp"
#include "player.hpp"
#include "shrink.hpp"

namespace freshet::breaking {
namespace {

constexpr int shrink_budget = 600;

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t seeds = 0;  // 0: endless
    std::string duration;
    bool shrink = false;
    bool verbose = false;
    bool coverage = false;
    std::string mutation;
    std::string flavour = "everything";
};

class Breaker {
  public:
    explicit Breaker(const Options& options) : options_(options), player_(place_, rewrite()) {}

    int run() {
        const auto began = std::chrono::steady_clock::now();
        int failed = 0;
        std::uint64_t played = 0;
        const auto over = [&] {
            return (options_.seeds != 0 && played >= options_.seeds) ||
                   (!options_.duration.empty() &&
                    std::chrono::steady_clock::now() - began >= core::parse_duration(options_.duration));
        };
        for (auto seed = options_.seed; !over(); ++seed, ++played) {
            failed += seed_fails(seed) ? 1 : 0;
        }
        summarise(played, failed, std::chrono::steady_clock::now() - began);
        return failed == 0 && covered() ? 0 : 1;
    }

  private:
    const Mutation* mutation() const {
        for (const auto& one : mutations()) {
            if (one.name == options_.mutation) {
                return &one;
            }
        }
        return nullptr;
    }

    Rewrite rewrite() {
        const auto* planted = mutation();
        if (planted == nullptr) {
            return {};
        }
        return [this, planted](const std::string& sql) { return plant(*planted, sql, places_); };
    }

    bool seed_fails(std::uint64_t seed) {
        auto one = generate(seed, mutation() == nullptr ? flavour_named(options_.flavour) : mutation()->flavour);
        const auto failure = player_.play(one);
        if (options_.verbose) {
            std::cout << "seed " << seed << "\n" << player_.script();
        }
        if (!failure) {
            return false;
        }
        std::cout << "seed " << seed << ": " << name_of(failure->kind) << std::endl;
        one.steps.resize(player_.played());
        report(options_.shrink ? shrunk(std::move(one), failure->kind) : one);
        return true;
    }

    Case shrunk(Case one, Failure::Kind kind) {
        return shrink(
            std::move(one),
            [&](const Case& smaller) {
                try {
                    const auto failure = player_.play(smaller);
                    return failure && failure->kind == kind;
                } catch (const std::exception&) {
                    return false;
                }
            },
            shrink_budget);
    }

    void report(const Case& one) {
        const auto failure = player_.play(one);
        if (options_.shrink) {
            std::cout << player_.script();
        }
        if (failure) {
            std::cout << "-- " << failure->what << "\n";
            for (std::size_t i = 0; i < failure->differences.size() && i < 20; ++i) {
                std::cout << "--   " << failure->differences[i] << "\n";
            }
        }
        std::cout << std::flush;
    }

    void summarise(std::uint64_t played, int failed, std::chrono::steady_clock::duration took) const {
        const auto& tally = player_.tally();
        std::cout << played << " seeds in "
                  << core::human_duration(std::chrono::duration_cast<std::chrono::milliseconds>(took)) << ", " << failed
                  << " failed: " << tally.statements << " statements (" << tally.failed_statements << " failed), "
                  << tally.refreshes << " refreshes (" << tally.folds << " folds), " << tally.comparisons
                  << " comparisons of " << tally.groups << " groups, " << tally.unevaluable
                  << " where the query itself failed\n";
        if (mutation() != nullptr) {
            std::cout << "the fault was planted in " << places_ << " places\n";
        }
    }

    // Whether what was to be covered was.
    bool covered() const {
        if (!options_.coverage) {
            return true;
        }
        std::cout << "seeds that reach\n" << player_.coverage().text();
        for (const auto& name : player_.coverage().never_reached()) {
            std::cout << "never reached: " << name << "\n";
        }
        return player_.coverage().never_reached().empty();
    }

    Options options_;
    int places_ = 0;
    Place place_;
    Player player_;
};

int break_it(int argc, char** argv) {
    Options options;
    CLI::App app{"Tries to break the exactness of freshet's views with cases made from seeds", "./dev break"};
    app.add_option("--seed", options.seed, "the first seed");
    app.add_option("--seeds", options.seeds, "how many; without it and --for, endless");
    app.add_option("--for", options.duration, "stop after this time, such as 10m");
    app.add_flag("--shrink", options.shrink, "make each failing case small, and print it as an SQL script");
    app.add_flag("--verbose", options.verbose, "print what every seed does");
    app.add_flag("--coverage", options.coverage,
                 "print how many seeds reach each construct; fails if none reaches one");
    app.add_option("--mutation", options.mutation, "plant this fault of docs/testing.md into the engine");
    app.add_option("--flavour", options.flavour, "cases rich in one thing, such as chains or partitions");
    CLI11_PARSE(app, argc, argv);
    return Breaker(options).run();
}

}  // namespace
}  // namespace freshet::breaking

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(bugprone-unused-return-value)
    try {
        return freshet::breaking::break_it(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "freshet_break: " << error.what() << '\n';
        return 2;
    }
}
