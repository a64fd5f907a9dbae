// creditreg_generate: writes a province-like data set. See README.md.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "CLI/CLI.hpp"
#include "bench/generator/generator.h"

int main(int argc, char** argv) {
  creditreg::generator::GeneratorOptions options;
  std::string out;
  double scale = 4;
  CLI::App app(
      "Writes a made-up province: enterprises, licences, penalties and "
      "complaints as CSV, and manifest.json. Same seed and size, same bytes.");
  app.add_option("--seed", options.seed, "Which of all data sets")
      ->capture_default_str();
  app.add_option("--enterprises", options.enterprises,
                 "Rows of enterprise.csv before the dirty ones")
      ->check(CLI::Range(100, 25000000))
      ->capture_default_str();
  app.add_option("--scale", scale, "Records per enterprise, roughly")
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  app.add_option("--codes", options.codes_directory,
                 "Directory of divisions.tsv and gd_streets.tsv")
      ->capture_default_str();
  app.add_option("--out", out, "Directory to write into; created if absent")
      ->required();
  CLI11_PARSE(app, argc, argv);

  // The only fraction there is; from here on everything is an integer.
  options.records_per_thousand =
      static_cast<std::uint32_t>(std::lround(scale * 1000));
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) {
    std::fprintf(stderr, "creditreg_generate: --out: %s\n",
                 error.message().c_str());
    return 1;
  }
  const absl::Status status = creditreg::generator::Generate(options, out);
  if (!status.ok()) {
    std::fprintf(stderr, "creditreg_generate: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
