#include "client/cli/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace creditreg::cli {
namespace {

constexpr absl::string_view kGap = "  ";
constexpr int kGapWidth = 2;
// Narrower columns tell nothing.
constexpr int kLeastWidth = 4;
constexpr int kIndentWidth = 2;

std::string Line(std::string text) {
  text.resize(text.find_last_not_of(' ') + 1);
  text.push_back('\n');
  return text;
}

std::string JoinCells(const std::vector<Column>& columns,
                      const std::vector<int>& widths, const Cells& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) absl::StrAppend(&line, kGap);
    absl::StrAppend(&line, PadToWidth(CutToWidth(cells[i], widths[i]),
                                      widths[i], columns[i].align));
  }
  return Line(std::move(line));
}

int Sum(const std::vector<int>& widths, int cap) {
  int sum = kGapWidth * (static_cast<int>(widths.size()) - 1);
  for (const int width : widths) sum += std::min(width, cap);
  return sum;
}

// Narrows the widest to the largest common width at which all fit.
void Narrow(std::vector<int>& widths, int limit) {
  int cap = *std::max_element(widths.begin(), widths.end());
  while (cap > kLeastWidth && Sum(widths, cap) > limit) --cap;
  int spare = std::max(0, limit - Sum(widths, cap));
  for (int& width : widths) {
    if (width <= cap) continue;
    // What the common width leaves over goes to the first.
    const int extra = std::min(spare, 1);
    width = cap + extra;
    spare -= extra;
  }
}

Cells Neutralised(const Cells& cells) {
  Cells safe;
  safe.reserve(cells.size());
  for (const std::string& cell : cells) safe.push_back(Neutralise(cell));
  return safe;
}

Cells HeaderCells(const std::vector<Column>& columns) {
  Cells cells;
  cells.reserve(columns.size());
  for (const Column& column : columns) cells.push_back(column.header);
  return cells;
}

std::string Dashes(const std::vector<Column>& columns,
                   const std::vector<int>& widths) {
  Cells cells;
  cells.reserve(widths.size());
  for (const int width : widths) {
    cells.emplace_back(static_cast<std::size_t>(width), '-');
  }
  return JoinCells(columns, widths, cells);
}

}  // namespace

std::string RenderTable(const std::vector<Column>& columns,
                        const std::vector<Cells>& rows, int width) {
  std::vector<Cells> lines = {HeaderCells(columns)};
  for (const Cells& row : rows) lines.push_back(Neutralised(row));
  std::vector<int> widths(columns.size(), 1);
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  if (width != kUnlimitedWidth) Narrow(widths, width);
  std::string text = JoinCells(columns, widths, lines.front());
  absl::StrAppend(&text, Dashes(columns, widths));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    absl::StrAppend(&text, JoinCells(columns, widths, lines[i]));
  }
  return text;
}

RowTable::RowTable(std::vector<Column> columns, int width)
    : columns_(std::move(columns)), width_(width) {}

std::string RowTable::Header() const {
  std::vector<int> widths;
  Cells cells;
  for (const Column& column : columns_) {
    cells.push_back(column.header);
    widths.push_back(column.fixed_width > 0 ? column.fixed_width
                                            : DisplayWidth(column.header));
  }
  return absl::StrCat(JoinCells(columns_, widths, cells),
                      Dashes(columns_, widths));
}

std::string RowTable::Row(const Cells& cells) const {
  std::string line;
  int left = width_;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string cell = Neutralise(cells[i]);
    if (i > 0) absl::StrAppend(&line, kGap);
    const int fixed = columns_[i].fixed_width;
    if (width_ != kUnlimitedWidth) {
      cell = CutToWidth(cell, fixed > 0 ? fixed : std::max(left, kLeastWidth));
      left -= fixed + kGapWidth;
    }
    absl::StrAppend(&line, PadToWidth(cell, fixed, columns_[i].align));
  }
  return Line(std::move(line));
}

std::string RenderFields(const std::vector<Field>& fields, int width) {
  int label_width = 0;
  for (const Field& field : fields) {
    if (field.value.empty()) continue;
    label_width = std::max(
        label_width, field.indent * kIndentWidth + DisplayWidth(field.label));
  }
  const int value_column = label_width + kGapWidth;
  std::string text;
  for (const Field& field : fields) {
    const std::string label = absl::StrCat(
        std::string(static_cast<std::size_t>(field.indent * kIndentWidth), ' '),
        Neutralise(field.label));
    if (field.value.empty()) {
      absl::StrAppend(&text, Line(label));
      continue;
    }
    const std::string value = Neutralise(field.value);
    const int room = width == kUnlimitedWidth
                         ? std::max(DisplayWidth(value), 2)
                         : std::max(width - value_column, 2 * kLeastWidth);
    std::string lead = PadToWidth(label, value_column, Align::kLeft);
    for (const std::string& part : WrapToWidth(value, room)) {
      absl::StrAppend(&text, Line(absl::StrCat(lead, part)));
      lead = std::string(static_cast<std::size_t>(value_column), ' ');
    }
  }
  return text;
}

}  // namespace creditreg::cli
