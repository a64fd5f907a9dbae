#include "index/store/master_keys.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/store/durable_files.h"

namespace creditreg {
namespace {

constexpr absl::string_view kReading = "read master key";
constexpr absl::string_view kMaking = "make master key";
constexpr std::size_t kKeyBytes = 32;
// More than a key and a line's end: what prints more is no key.
constexpr std::size_t kMostRead = 2 * kKeyBytes + 3;
// Of the command: it has no such version.
constexpr int kNoSuchVersion = 3;

absl::StatusOr<Key256> ParseKey(absl::string_view text, std::uint32_t version) {
  const absl::string_view digits = absl::StripAsciiWhitespace(text);
  if (digits.size() != 2 * kKeyBytes ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
    return absl::DataLossError(
        absl::StrCat(kReading, ": version ", version,
                     ": not a key, want 64 hexadecimal digits"));
  }
  std::string bytes = absl::HexStringToBytes(digits);
  const Wiper wipe(&bytes);
  Key256 key;
  std::memcpy(key.data(), bytes.data(), key.size());
  return key;
}

absl::Status NoSuchVersion(std::uint32_t version) {
  return absl::NotFoundError(
      absl::StrCat(kReading, ": there is no version ", version));
}

class Files final : public MasterKeySource {
 public:
  explicit Files(std::string directory) : directory_(std::move(directory)) {}

  absl::StatusOr<Key256> Get(std::uint32_t version) const override {
    absl::StatusOr<FileDescriptor> file =
        OpenFile(absl::StrCat(directory_, "/", Name(version)),
                 FileAccess::kRead, kReading);
    if (absl::IsNotFound(file.status())) return NoSuchVersion(version);
    CREDITREG_RETURN_IF_ERROR(file.status());
    CREDITREG_RETURN_IF_ERROR(CheckPrivate(*file, kReading));
    CREDITREG_ASSIGN_OR_RETURN(std::string text,
                               ReadAt(*file, 0, kMostRead, kReading));
    const Wiper wipe(&text);
    return ParseKey(text, version);
  }

  absl::Status Ensure(std::uint32_t version,
                      RandomSource* random) const override {
    const absl::StatusOr<Key256> there = Get(version);
    if (!absl::IsNotFound(there.status())) return there.status();
    std::string bytes(kKeyBytes, '\0');
    const Wiper wipe_bytes(&bytes);
    random->Fill(bytes.data(), bytes.size());
    std::string text = absl::StrCat(absl::BytesToHexString(bytes), "\n");
    const Wiper wipe_text(&text);
    return WriteNewFile(directory_, Name(version), text, kMaking);
  }

 private:
  static std::string Name(std::uint32_t version) {
    return absl::StrCat("master.", version);
  }

  const std::string directory_;
};

// A child process whose output is read.
class Child {
 public:
  static absl::StatusOr<Child> Start(std::vector<std::string> arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return Failed("no pipe", errno);
    FileDescriptor read_end(ends[0]);
    const FileDescriptor write_end(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    // A handler that ignores SIGPIPE, and blocked signals, would be inherited.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults;
    sigfillset(&defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int failed = posix_spawnp(&pid, argv[0], &actions, &attributes,
                                    argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) return Failed("could not be started", failed);
    return Child(pid, std::move(read_end));
  }

  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), output_(std::move(other.output_)) {}
  ~Child() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  // Until its end, or `limit` bytes.
  absl::StatusOr<std::string> Read(std::size_t limit, absl::Time deadline) {
    std::string text;
    // Pieces must not be left behind where the text grows.
    text.reserve(limit);
    while (text.size() < limit) {
      const std::int64_t left =
          absl::ToInt64Milliseconds(deadline - absl::Now());
      pollfd waiting = {output_.get(), POLLIN, 0};
      const int ready =
          poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (ready < 0 && errno == EINTR) continue;
      if (ready < 0) return Failed("its output could not be read", errno);
      if (ready == 0) return TooLate();
      char piece[kMostRead];
      const ssize_t n =
          read(output_.get(), piece, std::min(limit - text.size(), kMostRead));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Failed("its output could not be read", errno);
      if (n == 0) break;
      text.append(piece, static_cast<std::size_t>(n));
      Wipe(piece, sizeof(piece));
    }
    return text;
  }

  // Its exit code; nothing where a signal ended it.
  absl::StatusOr<std::optional<int>> Wait(absl::Time deadline) {
    int status = 0;
    // It has closed its output, so it ends within moments.
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (absl::Now() >= deadline) return TooLate();
      absl::SleepFor(absl::Milliseconds(1));
    }
    pid_ = 0;
    if (!WIFEXITED(status)) return std::optional<int>();
    return std::optional<int>(WEXITSTATUS(status));
  }

 private:
  Child(pid_t pid, FileDescriptor output)
      : pid_(pid), output_(std::move(output)) {}

  static absl::Status TooLate() {
    return absl::UnavailableError(
        absl::StrCat(kReading, ": the command gave no answer in time"));
  }
  static absl::Status Failed(absl::string_view what, int error) {
    return absl::UnavailableError(absl::StrCat(
        kReading, ": the command: ", what, " (errno ", error, ")"));
  }

  pid_t pid_;
  FileDescriptor output_;
};

class Command final : public MasterKeySource {
 public:
  Command(std::vector<std::string> command, absl::Duration timeout)
      : command_(std::move(command)), timeout_(timeout) {}

  absl::StatusOr<Key256> Get(std::uint32_t version) const override {
    std::vector<std::string> arguments = command_;
    arguments.push_back(absl::StrCat(version));
    const absl::Time deadline = absl::Now() + timeout_;
    CREDITREG_ASSIGN_OR_RETURN(Child child, Child::Start(std::move(arguments)));
    CREDITREG_ASSIGN_OR_RETURN(std::string text,
                               child.Read(kMostRead, deadline));
    const Wiper wipe(&text);
    // It would go on printing.
    if (text.size() == kMostRead) return ParseKey(text, version);
    CREDITREG_ASSIGN_OR_RETURN(const std::optional<int> code,
                               child.Wait(deadline));
    if (code == kNoSuchVersion) return NoSuchVersion(version);
    if (code != 0) {
      return absl::UnavailableError(absl::StrCat(
          kReading, ": the command ended with ",
          code.has_value() ? absl::StrCat(*code) : std::string("a signal")));
    }
    return ParseKey(text, version);
  }

  absl::Status Ensure(std::uint32_t version, RandomSource*) const override {
    return Get(version).status();
  }

 private:
  const std::vector<std::string> command_;
  const absl::Duration timeout_;
};

}  // namespace

std::unique_ptr<MasterKeySource> MasterKeyFiles(std::string directory) {
  return std::make_unique<Files>(std::move(directory));
}

std::unique_ptr<MasterKeySource> MasterKeyCommand(
    std::vector<std::string> command, absl::Duration timeout) {
  return std::make_unique<Command>(std::move(command), timeout);
}

std::vector<std::string> CommandWords(absl::string_view line) {
  return absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

}  // namespace creditreg
