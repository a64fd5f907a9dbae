#include "bench/load/measurement.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

// One of each figure for every repetition.
using History = std::vector<Samples>;

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::optional<double> MedianOf(const History& history, const std::string& name,
                               std::optional<double> Sample::*field) {
  std::vector<double> values;
  for (const Samples& samples : history) {
    const std::optional<double>& value = samples.at(name).*field;
    if (value.has_value()) values.push_back(*value);
  }
  return Median(std::move(values));
}

absl::Status RunOnce(const Measurement& measurement, Samples* samples) {
  CREDITREG_ASSIGN_OR_RETURN(const Samples found, measurement.run());
  for (const FigureSpec& spec : measurement.figures) {
    const auto it = found.find(spec.name);
    if (it == found.end()) {
      return absl::InternalError(
          absl::StrCat("figure ", spec.name, ": not measured"));
    }
    std::fprintf(stderr, "bench:   %-24s %14.1f %s\n", spec.name.c_str(),
                 it->second.value, spec.unit.c_str());
    (*samples)[spec.name] = it->second;
  }
  return absl::OkStatus();
}

absl::StatusOr<Figure> Summarise(const std::string& bench,
                                 const FigureSpec& spec,
                                 const History& history) {
  Figure figure;
  figure.bench = bench;
  figure.figure = spec.name;
  figure.unit = spec.unit;
  figure.peer = spec.peer;
  figure.note = spec.note;
  std::vector<double> values;
  std::vector<double> ratios;
  for (const Samples& samples : history) {
    const Sample& sample = samples.at(spec.name);
    values.push_back(sample.value);
    figure.n += sample.n;
    if (spec.peer.empty()) continue;
    const auto peer = samples.find(spec.peer);
    if (peer == samples.end()) {
      return absl::InternalError(
          absl::StrCat("figure ", spec.name, ": its peer is not measured"));
    }
    ratios.push_back(sample.value / peer->second.value);
  }
  const std::string& detail = history.back().at(spec.name).detail;
  if (!detail.empty()) absl::StrAppend(&figure.note, "; ", detail);
  figure.value = Median(std::move(values)).value_or(0);
  figure.ratio = Median(std::move(ratios));
  figure.p50_us = MedianOf(history, spec.name, &Sample::p50_us);
  figure.p99_us = MedianOf(history, spec.name, &Sample::p99_us);
  return figure;
}

}  // namespace

Sample SampleOf(double value, std::int64_t n, std::string detail) {
  Sample sample;
  sample.value = value;
  sample.n = n;
  sample.detail = std::move(detail);
  return sample;
}

absl::StatusOr<std::vector<Figure>> Measure(
    const std::string& bench, const std::vector<Measurement>& measurements,
    int repetitions) {
  History history(static_cast<std::size_t>(repetitions));
  for (int i = 0; i < repetitions; ++i) {
    std::fprintf(stderr, "bench: %s: repetition %d of %d\n", bench.c_str(),
                 i + 1, repetitions);
    for (const Measurement& measurement : measurements) {
      CREDITREG_RETURN_IF_ERROR(
          RunOnce(measurement, &history[static_cast<std::size_t>(i)]));
    }
  }
  std::vector<Figure> figures;
  for (const Measurement& measurement : measurements) {
    for (const FigureSpec& spec : measurement.figures) {
      CREDITREG_ASSIGN_OR_RETURN(Figure figure,
                                 Summarise(bench, spec, history));
      figures.push_back(std::move(figure));
    }
  }
  return figures;
}

}  // namespace creditreg::bench
