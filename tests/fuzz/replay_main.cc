// The short form of a fuzz target, a test like any other: calls
// LLVMFuzzerTestOneInput() with every file of the seed corpus, every fourth of
// its prefixes, and mutations of the files that follow from a seed alone.
//
// Usage: NAME_fuzz PATH ...    a folder is a corpus; a file is run once, as it
// is
//
// CREDITREG_SEED=<number> makes other mutations (default 1: new inputs are for
// `./x fuzz` to find, a test says the same every day), CREDITREG_FUZZ_RUNS=<n>
// more or fewer of them. An input that stops the process is written to
// <binary>.failed in the working directory, and its name printed.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/check.h"
#include "index/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

// Targets that know their format have one; the mutations are then half its own.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(
    std::uint8_t* data, std::size_t size, std::size_t max_size,
    unsigned int seed);

namespace creditreg {
namespace {

// A few seconds for the slowest target.
constexpr std::uint64_t kDefaultRuns = 4000;
// What `./x fuzz` gives libFuzzer as -max_len.
constexpr std::size_t kMaxInputBytes = 8192;

// What the process is at; read by the signal handler.
const std::string* current_input = nullptr;
std::string failed_path;

// Async-signal-safe: only writes what is there already.
void KeepInput(int signal) {
  const int file =
      open(failed_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (file >= 0 && current_input != nullptr) {
    const ssize_t written =
        write(file, current_input->data(), current_input->size());
    (void)written;
    close(file);
    constexpr char kText[] = "fuzz: the input is in ";
    (void)!write(STDERR_FILENO, kText, sizeof kText - 1);
    (void)!write(STDERR_FILENO, failed_path.data(), failed_path.size());
    (void)!write(STDERR_FILENO, "\n", 1);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void Run(const std::string& input) {
  current_input = &input;
  // A copy of the exact size, so that ASan sees a read past its end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  current_input = nullptr;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  CREDITREG_CHECK(file.good(), "an input file can be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::uint64_t NumberFromEnvironment(const char* name, std::uint64_t other) {
  const char* const given = std::getenv(name);
  std::uint64_t value = 0;
  return given != nullptr && absl::SimpleAtoi(given, &value) ? value : other;
}

// Changes inputs a little, as fuzzers do.
class Mutator {
 public:
  Mutator(const std::vector<std::string>& seeds, std::uint64_t seed)
      : seeds_(seeds), random_(seed) {}

  std::string Next() {
    std::string input = AnySeed();
    if (&LLVMFuzzerCustomMutator != nullptr && Below(2) == 0) {
      return Custom(std::move(input));
    }
    ChangeBytes(input);
    return input;
  }

  // The one that a target's own mutator calls back.
  static Mutator* active;

  // A few changes anywhere.
  void ChangeBytes(std::string& input) {
    for (std::uint64_t changes = 1 + Below(6); changes > 0; --changes) {
      Change(input);
    }
    if (input.size() > kMaxInputBytes) input.resize(kMaxInputBytes);
  }

 private:
  std::string Custom(std::string input) {
    const std::size_t size = input.size();
    input.resize(kMaxInputBytes);
    active = this;
    input.resize(LLVMFuzzerCustomMutator(
        reinterpret_cast<std::uint8_t*>(input.data()),
        std::min(size, kMaxInputBytes), kMaxInputBytes,
        static_cast<unsigned int>(Below(std::size_t{1} << 32))));
    return input;
  }

  // [0, bound); `bound` is not 0.
  std::size_t Below(std::size_t bound) {
    std::uint64_t value = 0;
    random_.Fill(reinterpret_cast<char*>(&value), sizeof value);
    return static_cast<std::size_t>(value % bound);
  }

  const std::string& AnySeed() { return seeds_[Below(seeds_.size())]; }

  // A part of `text` of at most 64 bytes.
  std::string PartOf(const std::string& text) {
    if (text.empty()) return "";
    return text.substr(Below(text.size()), 1 + Below(64));
  }

  char InterestingByte() {
    constexpr char kBytes[] = {'\0', '\x01', '\x7F', '\x80', '\xFF', '"', ',',
                               '\n', '\r',   ' ',    '0',    '9',    'X', '-'};
    return Below(3) == 0 ? static_cast<char>(Below(256))
                         : kBytes[Below(sizeof kBytes)];
  }

  void Change(std::string& input) {
    const std::size_t at = input.empty() ? 0 : Below(input.size());
    switch (input.empty() ? 0 : Below(7)) {
      case 0:
        input.insert(at, 1, InterestingByte());
        return;
      case 1:
        input[at] = InterestingByte();
        return;
      case 2:
        input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
        return;
      case 3:
        input.erase(at, 1 + Below(16));
        return;
      case 4:
        input.insert(at, PartOf(input));
        return;
      case 5:
        input.insert(at, PartOf(AnySeed()));
        return;
      default:
        input.resize(at);
        input.append(PartOf(AnySeed()));
        return;
    }
  }

  const std::vector<std::string>& seeds_;
  SeededRandom random_;
};

Mutator* Mutator::active = nullptr;

std::vector<std::string> ReadCorpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  // The file system's order is nobody's.
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  seeds.reserve(paths.size());
  for (const auto& path : paths) seeds.push_back(ReadFile(path));
  return seeds;
}

void ReplayCorpus(const std::filesystem::path& folder) {
  const std::vector<std::string> seeds = ReadCorpus(folder);
  CREDITREG_CHECK(!seeds.empty(), "a corpus has files");
  const std::uint64_t seed = NumberFromEnvironment("CREDITREG_SEED", 1);
  const std::uint64_t runs =
      NumberFromEnvironment("CREDITREG_FUZZ_RUNS", kDefaultRuns);
  std::printf("seed: CREDITREG_SEED=%llu\n",
              static_cast<unsigned long long>(seed));
  std::uint64_t prefixes = 0;
  for (const std::string& input : seeds) {
    Run(input);
    // Long files would take most of the time for nothing new.
    const std::size_t step = std::max<std::size_t>(4, input.size() / 64);
    for (std::size_t size = 0; size < input.size(); size += step, ++prefixes) {
      Run(input.substr(0, size));
    }
  }
  Mutator mutator(seeds, seed);
  for (std::uint64_t i = 0; i < runs; ++i) Run(mutator.Next());
  std::printf("replayed %zu files, %llu prefixes, %llu mutations\n",
              seeds.size(), static_cast<unsigned long long>(prefixes),
              static_cast<unsigned long long>(runs));
}

}  // namespace

// What libFuzzer calls by this name.
std::size_t ChangeBytes(std::uint8_t* data, std::size_t size,
                        std::size_t max_size) {
  std::string input(reinterpret_cast<const char*>(data), size);
  Mutator::active->ChangeBytes(input);
  const std::size_t changed = std::min(input.size(), max_size);
  std::copy_n(input.begin(), changed, data);
  return changed;
}

}  // namespace creditreg

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                        std::size_t max_size) {
  return creditreg::ChangeBytes(data, size, max_size);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER_OR_FILE ...\n", argv[0]);
    return 2;
  }
  creditreg::failed_path = absl::StrCat(
      std::filesystem::path(argv[0]).filename().string(), ".failed");
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    // A sanitizer's own handler says more.
    const auto before = std::signal(signal, &creditreg::KeepInput);
    if (before != SIG_DFL) std::signal(signal, before);
  }
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (std::filesystem::is_directory(path)) {
      creditreg::ReplayCorpus(path);
    } else {
      creditreg::Run(creditreg::ReadFile(path));
    }
  }
  return 0;
}
