#include "freshet/settings/locate.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "freshet/core/error.hpp"

namespace freshet::settings {
namespace {

namespace fs = std::filesystem;

const fs::path present = fs::path(FRESHET_SOURCE_DIR) / "CMakeLists.txt";
const fs::path absent = "/nowhere/freshet.json";

std::string complaint(const std::optional<fs::path>& given, const std::vector<fs::path>& candidates) {
    try {
        find_config(given, candidates);
    } catch (const core::Faults& faults) {
        return faults.what();
    }
    return "";
}

TEST(FindConfig, TakesTheFirstThatExists) {
    EXPECT_EQ(find_config({}, {absent, present}), present);
    EXPECT_EQ(find_config({}, {present, absent}), present);
}

TEST(FindConfig, AGivenFileIsTheOnlyOneTried) {
    EXPECT_EQ(find_config(present, {absent}), present);
    EXPECT_EQ(complaint(absent, {present}),
              "no configuration file, tried /nowhere/freshet.json\nhint: check the path given with --config");
}

TEST(FindConfig, NamesEverythingItTried) {
    EXPECT_EQ(complaint({}, {absent, "/no.json"}),
              "no configuration file, tried /nowhere/freshet.json, /no.json\n"
              "hint: name one with --config, or write one of these files");
}

TEST(FindConfig, LooksInEtcFirst) {
    EXPECT_EQ(default_config_files(), (std::vector<fs::path>{"/etc/freshet/freshet.json", "freshet.json"}));
}

}  // namespace
}  // namespace freshet::settings
