// How far a long call is: on a terminal one line that is rewritten, elsewhere a
// line now and then.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_CLIENT_CLI_PROGRESS_H_
#define CREDITREG_CLIENT_CLI_PROGRESS_H_

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/time/time.h"
#include "client/cli/texts.h"
#include "index/base/clock.h"

namespace creditreg::cli {

struct ProgressFigures {
  // For example "导入".
  std::string label;
  // Rows stored or checked so far, and of them those of an earlier run.
  std::int64_t rows = 0;
  std::int64_t rows_before = 0;
  // Share of the work that is done, by bytes; `bytes_total` 0: not known.
  std::int64_t bytes_done = 0;
  std::int64_t bytes_total = 0;
  // Of this run.
  absl::Duration elapsed;
  std::int64_t bytes_before = 0;
};

// One line of at most `width` columns: label, bar, percent, rows, rate, time
// left. Parts that are not known are left out.
std::string ProgressLine(Lang lang, const ProgressFigures& figures, int width);

class Progress {
 public:
  enum class Style { kNone, kTerminal, kLines };

  // `out` and `clock` are borrowed. `width`: of the terminal.
  Progress(std::FILE* out, Style style, Lang lang, int width, Clock* clock);
  // Clears a terminal's line.
  ~Progress();

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows the figures (`elapsed` and what was done before are filled in), but
  // at most ten times a second on a terminal and every five seconds elsewhere.
  void Update(ProgressFigures figures);

  // Makes room for another line on the terminal.
  void Clear();

 private:
  std::FILE* const out_;
  const Style style_;
  const Lang lang_;
  const int width_;
  Clock* const clock_;
  bool begun_ = false;
  bool line_shown_ = false;
  absl::Time started_;
  absl::Time last_shown_;
  std::int64_t bytes_before_ = 0;
};

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_PROGRESS_H_
