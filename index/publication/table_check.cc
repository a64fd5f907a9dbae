#include "index/publication/table_check.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "index/base/civil_day.h"

namespace creditreg {

void Mistakes::Add(absl::string_view field, absl::string_view problem) {
  lines_.push_back(absl::StrCat(field, ": ", problem));
}

absl::Status Mistakes::ToStatus() const {
  if (lines_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(lines_, "\n"));
}

void TakeId(const std::string& field, const std::string& id, Ids& ids,
            Mistakes& mistakes) {
  if (id.empty()) {
    mistakes.Add(field + ".id", "empty, want one");
  } else if (!ids.insert(id).second) {
    mistakes.Add(field + ".id",
                 absl::StrCat("got \"", id, "\" twice, want one of each"));
  }
}

DayRange RangeOf(const std::string& field, const std::string& from,
                 const std::string& to, Mistakes& mistakes) {
  DayRange range;
  const auto read = [&](absl::string_view side, const std::string& text,
                        CivilDay if_empty) {
    if (text.empty()) return if_empty;
    const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(text);
    if (day.ok()) return *day;
    mistakes.Add(absl::StrCat(field, side),
                 absl::StrCat("got \"", text, "\", want YYYY-MM-DD"));
    return if_empty;
  };
  range.first = read("_from", from, CivilDay::Unknown());
  range.last = read("_to", to, CivilDay::OpenEnded());
  if (range.last < range.first) {
    mistakes.Add(absl::StrCat(field, "_to"), "before its _from");
  }
  return range;
}

void CheckNumber(const std::string& field, int value, int least, int most,
                 Mistakes& mistakes) {
  if (value < least || value > most) {
    mistakes.Add(field,
                 absl::StrCat("got ", value, ", want ", least, " to ", most));
  }
}

}  // namespace creditreg
