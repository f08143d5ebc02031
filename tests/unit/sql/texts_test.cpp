#include "freshet/sql/texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace freshet::sql {
namespace {

namespace fs = std::filesystem;

const fs::path repository = FRESHET_SOURCE_DIR;

std::string content_of(const fs::path& file) {
    std::ostringstream content;
    content << std::ifstream(file, std::ios::binary).rdbuf();
    return content.str();
}

TEST(Texts, EveryFileBelowTriggersAndConfigIsEmbeddedByteForByte) {
    for (const char* directory : {"triggers", "config"}) {
        for (const auto& entry : fs::recursive_directory_iterator(repository / directory)) {
            const auto extension = entry.path().extension();
            if (extension == ".sql" || extension == ".json") {
                EXPECT_EQ(text(entry.path().lexically_relative(repository).string()), content_of(entry.path()));
            }
        }
    }
}

TEST(Texts, PathsAreSortedAndShareThePrefix) {
    const auto all = text_paths("");
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_THAT(all, ::testing::Not(::testing::Contains("")));
    EXPECT_THAT(text_paths("config/"), ::testing::Each(::testing::StartsWith("config/")));
}

TEST(Texts, AnUnknownPathIsOurMistake) {
    EXPECT_THROW(text("triggers/none.sql"), std::logic_error);
}

}  // namespace
}  // namespace freshet::sql
