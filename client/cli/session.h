// What every command works with: the client, the two outputs, the user's
// choices.
//
// Standard output holds the answer and nothing else; notes, progress and the
// one line of an error go to standard error.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_CLIENT_CLI_SESSION_H_
#define CREDITREG_CLIENT_CLI_SESSION_H_

#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "client/cancellation.h"
#include "client/cli/command_line.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress.h"
#include "client/cli/texts.h"
#include "client/registry_client.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace creditreg::cli {

class Session {
 public:
  // `cancellation` is borrowed and must outlive the session.
  Session(const GlobalOptions& options, Cancellation* cancellation);

  const GlobalOptions& options() const { return options_; }
  Lang lang() const { return options_.lang; }
  bool json() const { return options_.output == OutputForm::kJson; }
  RegistryClient& client() { return client_; }

  // Columns of the terminal at standard output: $COLUMNS, else what the
  // terminal says, else kUnlimitedWidth.
  int width() const { return width_; }

  // The text in the user's language.
  template <typename... Values>
  std::string Say(const Text& text, const Values&... values) const {
    return absl::Substitute(text.In(lang()), values...);
  }

  // To standard output. A failure is kept for Finish().
  void Print(absl::string_view text);
  // The message's JSON and a line end. Errors: as ToJson().
  absl::Status PrintJson(const google::protobuf::Message& message);

  // A line on standard error, unless --quiet.
  void Note(absl::string_view line);
  // That parts of the answer are not for the user's roles; each group once.
  void NoteWithheld(
      const google::protobuf::RepeatedPtrField<std::string>& groups);
  // The error's line on standard error, and its exit code.
  ExitCode Fail(const absl::Status& status);
  // `line` on standard error, --quiet or not. Returns `code`.
  ExitCode FailWith(ExitCode code, absl::string_view line);
  // What Fail() says of a status whose exit code is `code`.
  std::string ErrorLine(const absl::Status& status, ExitCode code) const;

  // Progress on standard error, unless --quiet.
  std::unique_ptr<Progress> StartProgress() const;

  // Call it last, with the command's exit code. Brings standard output to an
  // end: kLocalFile where it could not be written.
  ExitCode Finish(ExitCode code);

 private:
  std::string UnavailableLine(const absl::Status& status) const;

  const GlobalOptions options_;
  const int width_;
  int output_error_ = 0;
  std::set<std::string> withheld_;
  RegistryClient client_;
};

// Makes one safe line of `text` for standard error, after "creditctl: ".
std::string StderrLine(absl::string_view text);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_SESSION_H_
