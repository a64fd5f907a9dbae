// Tables and field lists for people. Cells may hold anything: they are
// neutralised here (display_text.h), so no caller can forget to.
//
// Thread safety: free functions and plain values.

#ifndef CREDITREG_CLIENT_CLI_TABLE_H_
#define CREDITREG_CLIENT_CLI_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cli/display_text.h"

namespace creditreg::cli {

// Width that limits nothing: output that goes to a file is not cut.
inline constexpr int kUnlimitedWidth = 0;

struct Column {
  std::string header;
  Align align = Align::kLeft;
  // Width in columns of a table written row by row; 0 in the last column,
  // which takes what is left.
  int fixed_width = 0;
};

using Cells = std::vector<std::string>;

// The whole table: header, a line of dashes, the rows. Columns are as wide as
// their widest cell. Where that is more than `width`, the widest are narrowed
// to one common width and longer cells cut with "…".
std::string RenderTable(const std::vector<Column>& columns,
                        const std::vector<Cells>& rows, int width);

// A table too long to be held: every column has its fixed width. A longer cell
// is cut where `width` is limited; unlimited it is whole and pushes the rest of
// its line to the right.
class RowTable {
 public:
  RowTable(std::vector<Column> columns, int width);

  // Header and dashes.
  std::string Header() const;
  std::string Row(const Cells& cells) const;

 private:
  const std::vector<Column> columns_;
  const int width_;
};

// A label and its value, or (value empty) a heading for what is indented below.
struct Field {
  int indent = 0;
  std::string label;
  std::string value;
};

// One line each, values in one column; longer values go on below, indented.
std::string RenderFields(const std::vector<Field>& fields, int width);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_TABLE_H_
