#include "freshet/demo/private_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "freshet/demo/postgres_programs.hpp"
#include "freshet/demo/temporary_directory.hpp"

namespace freshet::demo {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void make_program(const fs::path& file) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "#!/bin/sh\n";
}

struct PostgresProgramsTest : ::testing::Test {
    TemporaryDirectory directory{"freshet-test-"};
};

TEST_F(PostgresProgramsTest, TheFirstDirectoryWithAServerIsChosen) {
    const fs::path client = directory.path() / "client";
    const fs::path server = directory.path() / "server";
    make_program(client / "initdb");
    for (const char* name : {"initdb", "postgres"}) make_program(server / name);
    EXPECT_EQ(choose_programs({"", client, server}), server);
}

TEST_F(PostgresProgramsTest, WithoutAServerTheErrorSaysWhatToInstall) {
    try {
        choose_programs({directory.path()});
        FAIL() << "found programs in an empty directory";
    } catch (const ServerFailure& error) {
        EXPECT_STREQ(error.what(), "cannot start a private PostgreSQL: there is no initdb on this machine");
        EXPECT_THAT(error.hint(), HasSubstr("install the PostgreSQL server"));
    }
}

TEST_F(PostgresProgramsTest, VersionsAreComparedAsNumbersNewestFirst) {
    for (const char* version : {"9.6", "15", "16"}) fs::create_directories(directory.path() / version / "bin");
    EXPECT_THAT(versioned_directories(directory.path()),
                ElementsAre(directory.path() / "16/bin", directory.path() / "15/bin", directory.path() / "9.6/bin"));
    EXPECT_THAT(versioned_directories(directory.path() / "none"), ElementsAre());
}

TEST(SocketLength, TheKernelsLimitIsTheLimit) {
    const std::string socket_name = "/.s.PGSQL.5432";
    EXPECT_NO_THROW(check_socket_length(std::string(107 - socket_name.size(), 'd')));
    try {
        check_socket_length(std::string(108 - socket_name.size(), 'd'));
        FAIL() << "took a path of 108 bytes";
    } catch (const ServerFailure& error) {
        EXPECT_THAT(error.what(), HasSubstr("limited to 107 bytes"));
        EXPECT_THAT(error.hint(), HasSubstr("TMPDIR"));
    }
}

TEST(ConninfoValue, IsQuotedWhereItMustBe) {
    EXPECT_EQ(conninfo_value("/tmp/plain"), "/tmp/plain");
    EXPECT_EQ(conninfo_value("/tmp/two words"), "'/tmp/two words'");
    EXPECT_EQ(conninfo_value("it's"), "'it\\'s'");
    EXPECT_EQ(conninfo_value("back\\slash"), "'back\\\\slash'");
    EXPECT_EQ(conninfo_value(""), "''");
}

}  // namespace
}  // namespace freshet::demo
