#include "index/registry/transaction.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/store/store.h"

namespace creditreg {

Transaction::Transaction(std::shared_ptr<const Snapshot> base,
                         storage::v1::Counters counters, TablesPtr tables)
    : base_(std::move(base)),
      counters_(std::move(counters)),
      tables_(std::move(tables)) {}

absl::StatusOr<std::optional<std::string>> Transaction::Get(
    absl::string_view key) const {
  const auto edit = edits_.find(key);
  if (edit != edits_.end()) return edit->second;
  return base_->Get(key);
}

absl::StatusOr<std::vector<std::optional<std::string>>> Transaction::MultiGet(
    absl::Span<const std::string> keys) const {
  CREDITREG_ASSIGN_OR_RETURN(std::vector<std::optional<std::string>> values,
                             base_->MultiGet(keys));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto edit = edits_.find(keys[i]);
    if (edit != edits_.end()) values[i] = edit->second;
  }
  return values;
}

absl::StatusOr<ScanPage> Transaction::Scan(const ScanRange& range) const {
  ScanRange rest = range;
  ScanPage page;
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage base, base_->Scan(rest));
    const std::string& upper = base.next.empty() ? range.end : base.next;
    auto edit = edits_.lower_bound(rest.begin);
    const auto edits_end = edits_.lower_bound(upper);
    std::size_t i = 0;
    while (i < base.rows.size() || edit != edits_end) {
      const bool take_edit =
          edit != edits_end &&
          (i == base.rows.size() || edit->first <= base.rows[i].first);
      if (!take_edit) {
        page.rows.push_back(std::move(base.rows[i++]));
      } else {
        if (i < base.rows.size() && base.rows[i].first == edit->first) ++i;
        if (edit->second.has_value()) {
          page.rows.emplace_back(edit->first, *edit->second);
        }
        ++edit;
      }
    }
    page.next = base.next;
    if (page.rows.size() > range.max_rows) {
      page.next = page.rows[range.max_rows].first;
      page.rows.resize(range.max_rows);
    }
    // All rows of a piece may have been deleted: a page is empty only at the
    // end of the range.
    if (!page.rows.empty() || page.next.empty()) return page;
    rest.begin = page.next;
  }
}

void Transaction::PutEncoded(std::string key, std::string value) {
  Edit(std::move(key), std::move(value));
}

void Transaction::Delete(std::string key) {
  Edit(std::move(key), std::nullopt);
}

void Transaction::Edit(std::string key, Value value) {
  const auto [entry, is_new] = edits_.try_emplace(key);
  undo_.emplace_back(
      std::move(key),
      is_new ? std::nullopt : std::optional<Value>(std::move(entry->second)));
  entry->second = std::move(value);
}

Transaction::Mark Transaction::Save() const {
  return {undo_.size(), counters_, tables_};
}

void Transaction::Restore(const Mark& mark) {
  while (undo_.size() > mark.undo) {
    auto& [key, before] = undo_.back();
    if (before.has_value()) {
      edits_[key] = *std::move(before);
    } else {
      edits_.erase(key);
    }
    undo_.pop_back();
  }
  counters_ = mark.counters;
  tables_ = mark.tables;
}

WriteBatch Transaction::TakeBatch() {
  WriteBatch batch;
  for (auto& [key, value] : edits_) {
    if (value.has_value()) {
      batch.Put(key, *std::move(value));
    } else {
      batch.Delete(key);
    }
  }
  edits_.clear();
  undo_.clear();
  return batch;
}

}  // namespace creditreg
