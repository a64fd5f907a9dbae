// The sender of a data set's files to a server that may die at any moment: one
// file after the other, each sent again under its request id until the receipt
// comes. Every row is given to an oracle as well.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_CRASH_REMOTE_IMPORT_H_
#define CREDITREG_TESTS_CRASH_REMOTE_IMPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.grpc.pb.h"
#include "creditreg/v1/intake_service.pb.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"
#include "server/wire/field_tables.h"
#include "tests/crash/state_lines.h"
#include "tests/oracle/registry_oracle.h"

namespace creditreg {

class RemoteImport {
 public:
  // Its rows have this source.
  static constexpr char kSource[] = "default";

  // The files that bench/generator wrote into `directory`. `tables` are the
  // server's and outlive this object.
  RemoteImport(const std::string& directory, const FieldTables& tables);

  // Sends the file whose turn it is, from its first byte. False: no receipt
  // came, the server is gone. What is answered wrongly fails the running test.
  bool Step(v1::IntakeService::StubInterface& intake);
  // All receipts have come.
  bool done() const { return next_file_ == files_.size(); }

  // Compares what the registry holds with the oracle, given as many rows as
  // the registry says it has of the file under way. Empty: they agree, and
  // nothing acknowledged is missing.
  std::string Settle(const Registry& registry, const StateLines& real);

  // Rows acknowledged by all runs, each counted once.
  std::uint64_t acknowledged() const;

 private:
  struct File {
    std::string request_id;
    v1::ImportFormat format = v1::IMPORT_FORMAT_UNSPECIFIED;
    std::string bytes;
    std::vector<ImportRowDraft> rows;
    // Answered as durable in some run.
    std::uint64_t acknowledged = 0;
  };
  // What a row was answered with: outcome and rules.
  using Verdicts = std::map<std::uint64_t, std::string>;

  void AddFile(const std::string& path, v1::ImportFormat format,
               const FieldTables& tables);
  StartImport StartOf(const File& file) const;
  // Gives the oracle the rows up to `last`.
  void FollowTo(std::uint64_t last);
  std::string CompareProgress(const Registry& registry);
  void CompareReceipt(const v1::ImportReceipt& receipt,
                      const Verdicts& verdicts);

  std::vector<File> files_;
  std::size_t next_file_ = 0;
  oracle::RegistryOracle oracle_;
  std::optional<oracle::ImportRun> run_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CRASH_REMOTE_IMPORT_H_
