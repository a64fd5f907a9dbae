#include "client/cli/progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/substitute.h"
#include "client/cli/describe.h"
#include "client/cli/display_text.h"

namespace creditreg::cli {
namespace {

constexpr int kBarWidth = 20;
constexpr absl::Duration kTerminalPace = absl::Milliseconds(100);
constexpr absl::Duration kLinesPace = absl::Seconds(5);

std::string Bar(const ProgressFigures& figures) {
  const double share = std::clamp(static_cast<double>(figures.bytes_done) /
                                      static_cast<double>(figures.bytes_total),
                                  0.0, 1.0);
  const auto full = static_cast<std::size_t>(share * kBarWidth);
  return absl::StrFormat("[%s%s] %3d%%", std::string(full, '#'),
                         std::string(kBarWidth - full, '-'),
                         static_cast<int>(share * 100));
}

std::string ClockTime(absl::Duration duration) {
  const std::int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds >= 3600) {
    return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60,
                           seconds % 60);
  }
  return absl::StrFormat("%02d:%02d", seconds / 60, seconds % 60);
}

}  // namespace

std::string ProgressLine(Lang lang, const ProgressFigures& figures, int width) {
  std::string line = figures.label;
  if (figures.bytes_total > 0) absl::StrAppend(&line, " ", Bar(figures));
  const double seconds = absl::ToDoubleSeconds(figures.elapsed);
  const double rate = seconds > 0
                          ? static_cast<double>(std::max<std::int64_t>(
                                0, figures.rows - figures.rows_before)) /
                                seconds
                          : 0;
  absl::StrAppend(
      &line, "  ",
      absl::Substitute(texts::kRowsAndRate.In(lang), Grouped(figures.rows),
                       Grouped(static_cast<std::int64_t>(rate))));
  const std::int64_t done = figures.bytes_done - figures.bytes_before;
  if (figures.bytes_total > 0 && done > 0) {
    const double share_left =
        static_cast<double>(figures.bytes_total - figures.bytes_done) /
        static_cast<double>(done);
    absl::StrAppend(&line, "  ",
                    absl::Substitute(texts::kRemaining.In(lang),
                                     ClockTime(figures.elapsed * share_left)));
  }
  return CutToWidth(Neutralise(line), width);
}

Progress::Progress(std::FILE* out, Style style, Lang lang, int width,
                   Clock* clock)
    : out_(out), style_(style), lang_(lang), width_(width), clock_(clock) {}

Progress::~Progress() { Clear(); }

void Progress::Clear() {
  if (!line_shown_) return;
  std::fputs("\r\x1b[K", out_);
  std::fflush(out_);
  line_shown_ = false;
}

void Progress::Update(ProgressFigures figures) {
  if (style_ == Style::kNone) return;
  const absl::Time now = clock_->Now();
  if (!begun_) {
    begun_ = true;
    started_ = now;
    // A file that is over at once needs no line in a log.
    last_shown_ = style_ == Style::kLines ? now : absl::InfinitePast();
    bytes_before_ = figures.bytes_done;
  }
  const absl::Duration pace =
      style_ == Style::kTerminal ? kTerminalPace : kLinesPace;
  if (now - last_shown_ < pace) return;
  last_shown_ = now;
  figures.elapsed = now - started_;
  figures.bytes_before = bytes_before_;
  // The last column stays free: some terminals wrap when it is filled.
  const std::string line = ProgressLine(lang_, figures, width_ - 1);
  if (style_ == Style::kTerminal) {
    std::fprintf(out_, "\r%s\x1b[K", line.c_str());
    line_shown_ = true;
  } else {
    std::fprintf(out_, "%s\n", line.c_str());
  }
  std::fflush(out_);
}

}  // namespace creditreg::cli
