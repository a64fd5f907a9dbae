// Collects what the rules find while a draft is made: findings, and the quality
// flags that stay with what is stored.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_WIRE_RULE_LOG_H_
#define CREDITREG_SERVER_WIRE_RULE_LOG_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "index/model/finding.h"

namespace creditreg {

class RuleLog {
 public:
  // What must be said about one field. `message` is Simplified Chinese and
  // holds no personal data; `suggestion` is a value for the field.
  struct Entry {
    std::string path;
    std::string rule;
    std::string message;
    std::string suggestion = {};
  };

  void Error(Entry entry) { Add(Severity::kError, std::move(entry)); }
  // The rule becomes a quality flag.
  void Warning(Entry entry) {
    flags_.insert(entry.rule);
    Add(Severity::kWarning, std::move(entry));
  }
  // As above with a flag of another name, where several rules mean the same.
  void Warning(Entry entry, absl::string_view flag) {
    flags_.emplace(flag);
    Add(Severity::kWarning, std::move(entry));
  }
  void Note(Entry entry) { Add(Severity::kNote, std::move(entry)); }

  void Flag(absl::string_view flag) { flags_.emplace(flag); }

  // Whether the field is known to be wrong already.
  bool HasErrorAt(absl::string_view path) const {
    for (const Finding& finding : findings_) {
      if (finding.severity == Severity::kError && finding.field == path) {
        return true;
      }
    }
    return false;
  }

  // For findings made elsewhere.
  std::vector<Finding>& findings() { return findings_; }

  // Sorted, unique.
  std::vector<std::string> flags() const {
    return std::vector<std::string>(flags_.begin(), flags_.end());
  }

 private:
  void Add(Severity severity, Entry entry) {
    findings_.push_back({severity, std::move(entry.path), std::move(entry.rule),
                         std::move(entry.message),
                         std::move(entry.suggestion)});
  }

  std::vector<Finding> findings_;
  std::set<std::string> flags_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_RULE_LOG_H_
