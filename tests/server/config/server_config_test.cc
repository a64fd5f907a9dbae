// What a command line and a flag file become, and how mistakes are told.

#include "server/config/server_config.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class ServerConfigTest : public ::testing::Test {
 protected:
  ServerConfigTest()
      : folder_(absl::StrCat(
            ::testing::TempDir(), "/config_", getpid(), "_",
            ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_ + "/conf");
  }
  ~ServerConfigTest() override { std::filesystem::remove_all(folder_); }

  // A command line that is right but for `more`.
  absl::StatusOr<ParsedCommandLine> Parse(std::vector<std::string> more) {
    std::vector<std::string> all = {
        "creditregd", "--data_dir=" + folder_ + "/data",
        "--key_dir=" + folder_ + "/keys", "--conf_dir=" + folder_ + "/conf"};
    all.insert(all.end(), more.begin(), more.end());
    return ParseServerConfig(all);
  }

  std::string WriteFile(const std::string& text) {
    const std::string path = folder_ + "/flags.conf";
    std::ofstream(path) << text;
    return path;
  }

  const std::string folder_;
};

TEST_F(ServerConfigTest, DefaultsAreValid) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ParsedCommandLine parsed, Parse({}));
  EXPECT_EQ(parsed.config.listen, "127.0.0.1:7420");
  EXPECT_EQ(parsed.config.max_message_bytes, 4 << 20);
  EXPECT_FALSE(parsed.config.verify);
  EXPECT_EQ(parsed.print_and_exit, "");
}

TEST_F(ServerConfigTest, TheMemoryBoundIsTheSumOfTheSettings) {
  ServerConfig config;
  // As docs/operations.md adds it up.
  EXPECT_EQ(
      MemoryBoundBytes(config),
      std::int64_t{512 + 256 + 512 + 512 + 288 + 32 + 4 * 64 + 192} << 20);
  config.page_cache_mb += 1;
  config.max_concurrent_imports += 1;
  EXPECT_EQ(MemoryBoundBytes(config) - MemoryBoundBytes(ServerConfig()),
            std::int64_t{65} << 20);
}

TEST_F(ServerConfigTest, ReadsFlagsAndSwitches) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ParsedCommandLine parsed,
      Parse({"--listen=0.0.0.0:0", "--plain_text_on_network", "--drain_seconds",
             "3", "--verify", "--verify_sealed=true", "--log_level=debug"}));
  EXPECT_EQ(parsed.config.listen, "0.0.0.0:0");
  EXPECT_EQ(parsed.config.drain_seconds, 3);
  EXPECT_TRUE(parsed.config.verify);
  EXPECT_TRUE(parsed.config.verify_sealed);
  EXPECT_EQ(parsed.config.log_level, "debug");
}

TEST_F(ServerConfigTest, TheAuditLogLiesBesideTheData) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(ParsedCommandLine parsed, Parse({}));
  EXPECT_EQ(parsed.config.audit_dir, folder_ + "/data.audit");
  CREDITREG_ASSERT_OK_AND_ASSIGN(parsed,
                                 Parse({"--data_dir=" + folder_ + "/data/"}));
  EXPECT_EQ(parsed.config.audit_dir, folder_ + "/data.audit");
}

TEST_F(ServerConfigTest, PlainTextStaysOnThisMachine) {
  for (const char* listen :
       {"127.0.0.1:0", "127.0.0.2:0", "localhost:0", "[::1]:0", "unix:/a/b"}) {
    EXPECT_TRUE(Parse({absl::StrCat("--listen=", listen)}).ok()) << listen;
  }
  EXPECT_TRUE(Parse({"--listen=0.0.0.0:1", "--tls_certificate=a.pem",
                     "--tls_key=a.key", "--tls_client_ca=ca.pem"})
                  .ok());
}

TEST_F(ServerConfigTest, ASwitchBeforeAnotherFlagIsTrue) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ParsedCommandLine parsed,
      Parse({"--check_config", "--drain_seconds=4"}));
  EXPECT_TRUE(parsed.config.check_config);
  EXPECT_EQ(parsed.config.drain_seconds, 4);
}

TEST_F(ServerConfigTest, TheCommandLineWinsOverTheFile) {
  const std::string path = WriteFile(
      "# a comment\n"
      "drain_seconds = 7\n"
      "block_cache_mb = 64\n"
      "listen = \"127.0.0.1:9\"\n");
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ParsedCommandLine parsed,
      Parse({"--flagfile=" + path, "--drain_seconds=8"}));
  EXPECT_EQ(parsed.config.drain_seconds, 8);
  EXPECT_EQ(parsed.config.block_cache_mb, 64);
  EXPECT_EQ(parsed.config.listen, "127.0.0.1:9");
}

TEST_F(ServerConfigTest, UnknownNamesAreRefused) {
  EXPECT_THAT(Parse({"--drain_second=7"}),
              StatusIs(kInvalid, HasSubstr("drain_second")));
  const std::string file = WriteFile("drain_second = 7\n");
  EXPECT_THAT(
      Parse({"--flagfile=" + file}),
      StatusIs(kInvalid, AllOf(HasSubstr(file), HasSubstr("drain_second"))));
  EXPECT_THAT(Parse({"surplus"}), StatusIs(kInvalid, HasSubstr("surplus")));
}

TEST_F(ServerConfigTest, AMissingFlagFileIsRefused) {
  EXPECT_THAT(Parse({"--flagfile=" + folder_ + "/none"}),
              StatusIs(kInvalid, HasSubstr("none")));
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string message;
};

TEST_F(ServerConfigTest, EveryMistakeNamesItsFlagAndRule) {
  const std::vector<Mistake> mistakes = {
      {{"--data_dir="}, "--data_dir: empty, want a directory"},
      {{"--key_dir="}, "--key_dir: empty, want a directory"},
      {{"--key_dir=" + folder_ + "/data"},
       "--key_dir: inside data_dir, want a directory outside"},
      {{"--key_dir=" + folder_ + "/data/below/../keys"},
       "--key_dir: inside data_dir, want a directory outside"},
      {{"--master_key_dir=" + folder_ + "/data/masters"},
       "--master_key_dir: inside data_dir, want a directory outside"},
      {{"--master_key_dir=m", "--master_key_command=kms get"},
       "--master_key_command: with --master_key_dir, want one of them"},
      {{"--sealing=des"}, "--sealing: \"des\", want aes256gcm or sm4"},
      {{"--conf_dir=" + folder_ + "/none"},
       "--conf_dir: \"" + folder_ + "/none\", want a directory that exists"},
      {{"--listen=7420"},
       "--listen: \"7420\", want host:port with port 0 to 65535"},
      {{"--listen=:1"}, "--listen: \":1\", want host:port with port"},
      {{"--listen=host:65536"},
       "--listen: \"host:65536\", want host:port with port"},
      {{"--listen=unix:"}, "--listen: \"unix:\", want unix:path"},
      {{"--listen=0.0.0.0:7420"},
       "--listen: not on this machine alone, want --tls_certificate and "
       "--tls_key (or, in so many words, --plain_text_on_network)"},
      {{"--listen=registry.gd.gov.cn:7420"}, "--listen: not on this machine"},
      {{"--tls_certificate=a.pem"},
       "--tls_key: want it and --tls_certificate, or neither"},
      {{"--tls_key=a.key"}, "--tls_key: want it and --tls_certificate"},
      {{"--tls_client_ca=ca.pem"},
       "--tls_client_ca: without --tls_certificate, want both"},
      {{"--no_audit"}, "--no_audit: without --local_development_caller"},
      {{"--audit_keep_days=1000"},
       "--audit_keep_days: 1000, want a number from 1096 to 36525"},
      {{"--audit_dir=" + folder_ + "/data/audit"},
       "--audit_dir: inside data_dir, want a directory outside"},
      {{"--local_development_caller", "--tls_certificate=a", "--tls_key=b"},
       "--local_development_caller: with TLS or on the network"},
      {{"--local_development_caller", "--listen=0.0.0.0:1",
        "--plain_text_on_network"},
       "--local_development_caller: with TLS or on the network"},
      {{"--drain_seconds=-1"},
       "--drain_seconds: -1, want a number from 0 to 3600"},
      {{"--drain_seconds=soon"},
       "--drain_seconds: \"soon\", want a number from 0 to 3600"},
      {{"--block_cache_mb=1"},
       "--block_cache_mb: 1, want a number from 8 to 1048576"},
      {{"--max_message_bytes=1000"},
       "--max_message_bytes: 1000, want a number from 2097152 to 67108864"},
      {{"--max_queued_rows=10"}, "--max_queued_rows: 10, want a number from"},
      {{"--max_concurrent_calls=0"},
       "--max_concurrent_calls: 0, want a number from 1 to 100000"},
      {{"--max_streams_per_connection=0"},
       "--max_streams_per_connection: 0, want a number from 1 to 10000"},
      {{"--max_concurrent_imports=0"},
       "--max_concurrent_imports: 0, want a number from 1 to 64"},
      {{"--import_threads=65"},
       "--import_threads: 65, want a number from 1 to 64"},
      {{"--default_deadline_seconds=0"},
       "--default_deadline_seconds: 0, want a number from 1 to 3600"},
      {{"--max_deadline_seconds=86401"},
       "--max_deadline_seconds: 86401, want a number from 1 to 86400"},
      {{"--max_deadline_seconds=5"},
       "--max_deadline_seconds: 5, want at least default_deadline_seconds "
       "(60)"},
      {{"--log_level=loud"},
       "--log_level: \"loud\", want debug, info, warning or error"},
      {{"--log_calls_every=-1"}, "--log_calls_every: -1, want a number from 0"},
      {{"--verify=perhaps"}, "--verify: \"perhaps\", want true or false"},
      {{"--verify_sealed"}, "--verify_sealed: without --verify, want both"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_THAT(Parse(mistake.arguments),
                StatusIs(kInvalid, HasSubstr(mistake.message)));
  }
}

TEST_F(ServerConfigTest, AllMistakesAreToldTogether) {
  EXPECT_THAT(Parse({"--data_dir=", "--drain_seconds=-1", "--log_level=loud"}),
              StatusIs(kInvalid, AllOf(HasSubstr("--data_dir:"),
                                       HasSubstr("--drain_seconds:"),
                                       HasSubstr("--log_level:"))));
}

TEST_F(ServerConfigTest, ALinkDoesNotHideKeysInsideTheData) {
  std::filesystem::create_directories(folder_ + "/data/keys");
  std::filesystem::create_directory_symlink(folder_ + "/data/keys",
                                            folder_ + "/link");
  EXPECT_THAT(Parse({"--key_dir=" + folder_ + "/link"}),
              StatusIs(kInvalid, HasSubstr("--key_dir: inside data_dir")));
}

TEST_F(ServerConfigTest, WhatIsPrintedIsAFlagFileWithTheSameEffect) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ParsedCommandLine parsed,
      Parse({"--drain_seconds=9", "--log_level=error", "--verify"}));
  const std::string printed = PrintServerConfig(parsed.config);
  EXPECT_THAT(printed, HasSubstr("drain_seconds = 9\n"));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ParsedCommandLine again,
      ParseServerConfig({"creditregd", "--flagfile=" + WriteFile(printed)}));
  EXPECT_EQ(PrintServerConfig(again.config), printed);
}

TEST_F(ServerConfigTest, HelpTellsEveryFlag) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ParsedCommandLine parsed,
                                 ParseServerConfig({"creditregd", "--help"}));
  EXPECT_THAT(parsed.print_and_exit,
              AllOf(HasSubstr("--listen"), HasSubstr("--flagfile"),
                    HasSubstr("--max_concurrent_imports")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ParsedCommandLine version,
      ParseServerConfig({"creditregd", "--version"}));
  EXPECT_THAT(version.print_and_exit, HasSubstr("0.1.0"));
}

}  // namespace
}  // namespace creditreg
