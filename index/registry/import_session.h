// One running import: rows go through the writer in pieces, each row all or
// nothing, and how far it got is stored with them.
//
// Thread safety: as ImportSession.

#ifndef CREDITREG_INDEX_REGISTRY_IMPORT_SESSION_H_
#define CREDITREG_INDEX_REGISTRY_IMPORT_SESSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"
#include "index/registry/snapshot_view.h"
#include "index/registry/write_context.h"
#include "index/registry/writer.h"

namespace creditreg {

class RunningImport final : public ImportSession {
 public:
  struct Options {
    StartImport start;
    // As stored, or empty for a new one.
    storage::v1::ImportRow row;
    WriteContext context;
    // Outlives the session.
    Writer* writer = nullptr;
    // Starts linking what waits for the enterprise, on the writer's thread.
    std::function<void(std::uint64_t enterprise_no)> link_backlog;
    // Called by the destructor.
    std::function<void()> closed;
  };
  explicit RunningImport(Options options);
  ~RunningImport() override;

  const storage::v1::ImportRow& start() const override { return start_row_; }
  absl::StatusOr<std::vector<ImportRowResult>> ReadOutcomes(
      std::uint64_t first, std::uint64_t count) const override;
  void AppendRows(std::vector<ImportRowDraft> rows, std::uint64_t bytes_done,
                  std::string prefix_sm3, ImportCallback done) override;
  absl::StatusOr<ImportAnswer> Finish(std::uint64_t total_bytes,
                                      std::string file_sm3) override;

 private:
  struct Shared;

  const storage::v1::ImportRow start_row_;
  const std::function<void()> closed_;
  // Used by queued work, which may outlive the session.
  const std::shared_ptr<Shared> shared_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_IMPORT_SESSION_H_
