// PostgreSQL with the same content, asked through libpq alone: the schema and
// every statement are in bench/peers/postgres/*.sql.
//
// Thread safety: one thread at a time; LookUp() uses threads of its own.

#ifndef CREDITREG_BENCH_PEERS_POSTGRES_PEER_H_
#define CREDITREG_BENCH_PEERS_POSTGRES_PEER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bench/peers/page_text.h"

namespace creditreg::bench {

// Files as bench/generator writes them.
enum class PostgresFamily { kEnterprise, kLicence, kPenalty, kComplaint };
struct PostgresFile {
  PostgresFamily family = PostgresFamily::kEnterprise;
  std::string path;
};

enum class PostgresPage {
  // Put together from normalised tables by one prepared statement.
  kAssembled,
  // One JSON text by its primary key.
  kJson,
};

class PostgresPeer {
 public:
  // Rows of one import transaction.
  static constexpr std::int64_t kBatchRows = 1000;

  // `connection` is a libpq connection string, `sql_folder` where the
  // statements are.
  //
  // Errors of all: Internal, with what PostgreSQL says.
  static absl::StatusOr<std::unique_ptr<PostgresPeer>> Connect(
      const std::string& connection, const std::string& sql_folder);

  virtual ~PostgresPeer() = default;
  PostgresPeer(const PostgresPeer&) = delete;
  PostgresPeer& operator=(const PostgresPeer&) = delete;

  // Drops all there is and waits until nothing of it is left to be written, so
  // that the next measurement finds a quiet disk.
  virtual absl::Status Clear() = 0;

  // Drops all there is, then loads the files in the fastest way: COPY into
  // staging tables, one statement for each file, indexes last, all in one
  // transaction. Returns the records there are then.
  virtual absl::StatusOr<std::int64_t> Load(
      absl::Span<const PostgresFile> files) = 0;

  // Brings statistics and visibility maps up to date.
  virtual absl::Status Vacuum() = 0;

  // Makes the table of JSON pages.
  virtual absl::Status MakeJsonPages() = 0;

  // Imports files of records: idempotent upserts, kBatchRows rows a
  // transaction, synced. Returns the versions that were made.
  virtual absl::StatusOr<std::int64_t> Import(
      absl::Span<const PostgresFile> files) = 0;

  // Looks `codes` up in the order of `order`, over and over, on `connections`
  // connections at once, for `duration`; every answer must have the code.
  // Returns look-ups a second.
  virtual absl::StatusOr<double> LookUp(PostgresPage page,
                                        absl::Span<const std::string> codes,
                                        absl::Span<const std::uint32_t> order,
                                        int connections,
                                        absl::Duration duration) = 0;

  // The assembled page of a code; Internal where there is none.
  virtual absl::StatusOr<PageText> ReadPage(const std::string& code) = 0;

  // Of tables and indexes, the JSON pages left out.
  virtual absl::StatusOr<std::int64_t> Bytes() = 0;

 protected:
  PostgresPeer() = default;
};

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_PEERS_POSTGRES_PEER_H_
