// Text as a terminal shows it: how wide it is, where it may be cut, and what
// of it must not reach a terminal.
//
// Width is counted in terminal columns: 2 for East Asian wide and full-width
// characters, 0 for combining marks, 1 for all others ("ambiguous" ones such
// as “ and ① too, as terminals draw them by default).
//
// Thread safety: free functions without state.

#ifndef CREDITREG_CLIENT_CLI_DISPLAY_TEXT_H_
#define CREDITREG_CLIENT_CLI_DISPLAY_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace creditreg::cli {

// Valid UTF-8 that only shows: line breaks and tabs become one space, every
// other control or format character (escape sequences, direction marks,
// zero-width characters) its code point in visible form, "\x1b" or "\u202e",
// and bytes that are not UTF-8 U+FFFD.
std::string Neutralise(absl::string_view text);

// Columns that `text`, neutralised before, takes.
int DisplayWidth(absl::string_view text);

// `text`, or its start and "…" within `width` columns (at least 1).
std::string CutToWidth(absl::string_view text, int width);

// The lines of `text` within `width` columns (at least 2). Breaks after a
// space where the line has one in its second half, else anywhere between
// characters. Never empty.
std::vector<std::string> WrapToWidth(absl::string_view text, int width);

// `text` with spaces after (or, `right`, before) it up to `width` columns.
enum class Align { kLeft, kRight };
std::string PadToWidth(absl::string_view text, int width, Align align);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_DISPLAY_TEXT_H_
