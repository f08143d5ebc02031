#include "freshet/settings/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "freshet/settings/load.hpp"

namespace freshet::settings {
namespace {

using ::testing::HasSubstr;

void expect_generated(const char* name, const std::string& wanted) {
    const auto file = std::filesystem::path(FRESHET_SOURCE_DIR) / name;
    if (std::getenv("FRESHET_REGENERATE") != nullptr) {
        std::ofstream(file, std::ios::binary) << wanted;
    }
    EXPECT_EQ(read_file(file), wanted) << name << " differs from daemon/settings/keys.cpp\n"
                                       << "hint: run this test again with FRESHET_REGENERATE=1 and commit the file";
}

TEST(Reference, TheDocumentationIsThatOfTheTable) {
    expect_generated("docs/configuration.md", reference_markdown());
}

TEST(Reference, TheSchemaIsThatOfTheTable) {
    expect_generated("config/freshet.schema.json", json_schema());
}

TEST(Reference, SaysTypeDefaultAndMeaning) {
    const auto text = reference_markdown();
    EXPECT_THAT(text, HasSubstr("## `views.<name>.retention`"));
    EXPECT_THAT(text, HasSubstr("| `debounce` | duration, 0s to 24h | `200ms` | A refresh starts when"));
    EXPECT_THAT(text, HasSubstr("| `keep` | text | *required* | "));
}

TEST(Reference, ASchemaRefusesUnknownKeysAndAsksForRequiredOnes) {
    const auto text = json_schema();
    EXPECT_THAT(text, HasSubstr("\"additionalProperties\": false"));
    EXPECT_THAT(text, HasSubstr("\"pattern\": \"^[0-9]+(ms|s|m|h)$\""));
    EXPECT_THAT(text, HasSubstr("\"required\": [\n"));
}

}  // namespace
}  // namespace freshet::settings
