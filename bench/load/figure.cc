#include "bench/load/figure.h"

#include <cmath>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"

namespace creditreg::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kHeader[] = "bench\tfigure\tlimit\tvalue\treason";

// Four significant digits: more would pretend.
Json Rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return Json(value);
  const double scale =
      std::pow(10.0, 3 - std::floor(std::log10(std::fabs(value))));
  return Json(std::round(value * scale) / scale);
}

Json OrNull(const std::optional<double>& value) {
  return value.has_value() ? Rounded(*value) : Json(nullptr);
}

absl::StatusOr<Limit> ParseLimit(absl::string_view line) {
  const std::vector<std::string> cells = absl::StrSplit(line, '\t');
  Limit limit;
  if (cells.size() != 5 || cells[4].empty()) {
    return absl::InvalidArgumentError("want 5 cells, the last a reason");
  }
  limit.bench = cells[0];
  limit.figure = cells[1];
  limit.is_floor = cells[2] == "floor";
  if (!limit.is_floor && cells[2] != "ceiling") {
    return absl::InvalidArgumentError("limit: want floor or ceiling");
  }
  if (!absl::SimpleAtod(cells[3], &limit.value) ||
      !std::isfinite(limit.value)) {
    return absl::InvalidArgumentError("value: want a number");
  }
  return limit;
}

bool Contains(const std::vector<Limit>& limits, const Limit& wanted) {
  for (const Limit& limit : limits) {
    if (limit.bench == wanted.bench && limit.figure == wanted.figure &&
        limit.is_floor == wanted.is_floor) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string ToJsonLine(const Figure& figure) {
  Json json;
  json["bench"] = figure.bench;
  json["figure"] = figure.figure;
  json["value"] = Rounded(figure.value);
  json["unit"] = figure.unit;
  json["peer"] = figure.peer.empty() ? Json(nullptr) : Json(figure.peer);
  json["ratio"] = OrNull(figure.ratio);
  json["floor"] = OrNull(figure.floor);
  json["ceiling"] = OrNull(figure.ceiling);
  json["ok"] = figure.ok;
  json["p50_us"] = OrNull(figure.p50_us);
  json["p99_us"] = OrNull(figure.p99_us);
  json["n"] = figure.n;
  json["note"] = figure.note.empty() ? Json(nullptr) : Json(figure.note);
  return json.dump();
}

absl::StatusOr<std::vector<Limit>> ParseLimits(absl::string_view text) {
  std::vector<Limit> limits;
  std::size_t number = 0;
  bool has_header = false;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (!has_header) {
      has_header = true;
      if (line == kHeader) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("limits: line ", number, ": not the header"));
    }
    absl::StatusOr<Limit> limit = ParseLimit(line);
    if (!limit.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "limits: line ", number, ": ", limit.status().message()));
    }
    if (Contains(limits, *limit)) {
      return absl::InvalidArgumentError(
          absl::StrCat("limits: line ", number, ": is there twice"));
    }
    limits.push_back(*limit);
  }
  return limits;
}

void Judge(const std::vector<Limit>& limits, Figure* figure) {
  const double judged = figure->ratio.value_or(figure->value);
  for (const Limit& limit : limits) {
    if (limit.bench != figure->bench || limit.figure != figure->figure) {
      continue;
    }
    if (limit.is_floor) {
      figure->floor = limit.value;
      if (!(judged >= limit.value)) figure->ok = false;
    } else {
      figure->ceiling = limit.value;
      if (!(judged <= limit.value)) figure->ok = false;
    }
  }
}

}  // namespace creditreg::bench
