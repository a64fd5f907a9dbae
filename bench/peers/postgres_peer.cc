#include "bench/peers/postgres_peer.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "index/base/status_macros.h"
#include "postgresql/libpq-fe.h"

namespace creditreg::bench {
namespace {

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct FreeConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;
using Connection = std::unique_ptr<PGconn, FreeConnection>;

// What records.sql does where the fact is known, and with the enterprise's
// head: nothing in a first load, which has neither indexes nor heads yet.
constexpr char kConflict[] = R"sql(ON CONFLICT (natural_key) DO UPDATE
  SET version_id = EXCLUDED.version_id,
    enterprise_id = EXCLUDED.enterprise_id, list_day = EXCLUDED.list_day,
    content_hash = EXCLUDED.content_hash
  WHERE r.content_hash <> EXCLUDED.content_hash)sql";
constexpr char kHeads[] = R"sql(, heads AS (
  UPDATE enterprise e
  SET {counts} = {counts} + n.records, file_sequence = n.last
  FROM (
    SELECT enterprise_id, count(*) AS records, max(version_id) AS last
    FROM written WHERE enterprise_id IS NOT NULL GROUP BY enterprise_id
  ) AS n
  WHERE e.enterprise_id = n.enterprise_id
))sql";

struct FamilyText {
  const char* name;
  const char* number;
  const char* counts;
};

FamilyText TextOf(PostgresFamily family) {
  switch (family) {
    case PostgresFamily::kEnterprise:
      return {"enterprise", "0", ""};
    case PostgresFamily::kLicence:
      return {"licence", "1", "licences"};
    case PostgresFamily::kPenalty:
      return {"penalty", "2", "penalties"};
    case PostgresFamily::kComplaint:
      return {"complaint", "3", "complaints"};
  }
  return {"", "", ""};
}

absl::Status ErrorOf(PGconn* connection, absl::string_view doing) {
  return absl::InternalError(
      absl::StrCat("postgres: ", doing, ": ", PQerrorMessage(connection)));
}

absl::StatusOr<Connection> Open(const std::string& connection) {
  Connection opened(PQconnectdb(connection.c_str()));
  if (PQstatus(opened.get()) != CONNECTION_OK) {
    return ErrorOf(opened.get(), "connect");
  }
  // Notices are no figures.
  PQsetNoticeProcessor(
      opened.get(), [](void* /*arg*/, const char* /*message*/) {}, nullptr);
  return opened;
}

absl::Status Check(PGconn* connection, const Result& result,
                   absl::string_view doing) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
    return absl::OkStatus();
  }
  return ErrorOf(connection, doing);
}

absl::Status Run(PGconn* connection, const std::string& sql) {
  const Result result(PQexec(connection, sql.c_str()));
  return Check(connection, result, "run");
}

absl::StatusOr<std::int64_t> RunForNumber(PGconn* connection,
                                          const std::string& sql) {
  const Result result(PQexec(connection, sql.c_str()));
  CREDITREG_RETURN_IF_ERROR(Check(connection, result, "count"));
  std::int64_t number = 0;
  if (PQntuples(result.get()) != 1 ||
      !absl::SimpleAtoi(PQgetvalue(result.get(), 0, 0), &number)) {
    return absl::InternalError("postgres: not a number");
  }
  return number;
}

// A file of rows, which are sent as they are.
class CsvFile {
 public:
  explicit CsvFile(const std::string& path) : stream_(path, std::ios::binary) {
    if (stream_ && std::getline(stream_, columns_)) {
      absl::AsciiStrToLower(&columns_);
      columns_ = std::string(absl::StripAsciiWhitespace(columns_));
    }
  }

  // "xk_xdr_mc,xk_xdr_lb"; empty where there is no file.
  const std::string& columns() const { return columns_; }

  // Up to `most` rows; empty at the end.
  std::string Rows(std::int64_t most) {
    std::string rows;
    std::string line;
    bool is_quoted = false;
    while (most > 0 && std::getline(stream_, line)) {
      if (std::count(line.begin(), line.end(), '"') % 2 != 0) {
        is_quoted = !is_quoted;
      }
      absl::StrAppend(&rows, line, "\n");
      if (!is_quoted) --most;
    }
    return rows;
  }

 private:
  std::ifstream stream_;
  std::string columns_;
};

absl::Status SendRows(PGconn* connection, const std::string& rows) {
  if (PQputCopyData(connection, rows.data(), static_cast<int>(rows.size())) !=
      1) {
    return ErrorOf(connection, "send rows");
  }
  return absl::OkStatus();
}

absl::Status BeginCopy(PGconn* connection, const std::string& family,
                       const CsvFile& file) {
  if (file.columns().empty()) {
    return absl::InternalError("postgres: no such file of rows");
  }
  const Result result(PQexec(
      connection, absl::StrCat("COPY stage_", family, " (", file.columns(),
                               ") FROM STDIN (FORMAT csv)")
                      .c_str()));
  if (PQresultStatus(result.get()) == PGRES_COPY_IN) return absl::OkStatus();
  return ErrorOf(connection, "copy");
}

absl::Status EndCopy(PGconn* connection) {
  if (PQputCopyEnd(connection, nullptr) != 1) {
    return ErrorOf(connection, "end copy");
  }
  absl::Status status;
  while (const Result result{PQgetResult(connection)}) {
    if (status.ok()) status = Check(connection, result, "end copy");
  }
  return status;
}

class Peer final : public PostgresPeer {
 public:
  Peer(std::string connection, std::string sql_folder, Connection opened)
      : connection_string_(std::move(connection)),
        sql_folder_(std::move(sql_folder)),
        connection_(std::move(opened)) {}

  absl::Status Clear() override {
    CREDITREG_RETURN_IF_ERROR(Drop());
    return Run("CHECKPOINT");
  }

  absl::StatusOr<std::int64_t> Load(
      absl::Span<const PostgresFile> files) override {
    CREDITREG_RETURN_IF_ERROR(Drop());
    CREDITREG_RETURN_IF_ERROR(Run("BEGIN"));
    // Sorts of whole files stay in memory.
    CREDITREG_RETURN_IF_ERROR(Run("SET LOCAL work_mem = '1GB'"));
    CREDITREG_RETURN_IF_ERROR(RunFile("schema.sql"));
    CREDITREG_RETURN_IF_ERROR(RunFile("stage.sql"));
    for (const PostgresFile& file : files) {
      CREDITREG_RETURN_IF_ERROR(LoadFile(file));
    }
    CREDITREG_RETURN_IF_ERROR(RunFile("heads.sql"));
    CREDITREG_RETURN_IF_ERROR(RunFile("indexes.sql"));
    CREDITREG_RETURN_IF_ERROR(Run("COMMIT"));
    CREDITREG_RETURN_IF_ERROR(Run("ANALYZE"));
    return RunForNumber(connection_.get(), "SELECT count(*) FROM record");
  }

  absl::Status Vacuum() override { return Run("VACUUM ANALYZE"); }

  absl::Status MakeJsonPages() override {
    CREDITREG_RETURN_IF_ERROR(RunFile("page_json.sql"));
    return Run("VACUUM ANALYZE page_json");
  }

  absl::StatusOr<std::int64_t> Import(
      absl::Span<const PostgresFile> files) override {
    CREDITREG_RETURN_IF_ERROR(PrepareImports());
    std::int64_t versions = 0;
    for (const PostgresFile& file : files) {
      CREDITREG_ASSIGN_OR_RETURN(const std::int64_t more, ImportFile(file));
      versions += more;
    }
    return versions;
  }

  absl::StatusOr<double> LookUp(PostgresPage page,
                                absl::Span<const std::string> codes,
                                absl::Span<const std::uint32_t> order,
                                int connections,
                                absl::Duration duration) override;

  absl::StatusOr<PageText> ReadPage(const std::string& code) override;

  absl::StatusOr<std::int64_t> Bytes() override {
    return RunForNumber(
        connection_.get(),
        "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relname <> 'page_json'");
  }

 private:
  absl::StatusOr<std::string> ReadSql(const std::string& name) const {
    const std::ifstream file(absl::StrCat(sql_folder_, "/", name));
    if (!file) {
      return absl::InternalError(absl::StrCat("postgres: no ", name));
    }
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
  }

  absl::Status Drop() {
    CREDITREG_RETURN_IF_ERROR(Run("DROP SCHEMA public CASCADE"));
    CREDITREG_RETURN_IF_ERROR(Run("CREATE SCHEMA public"));
    is_prepared_ = false;
    return Run("DISCARD ALL");
  }

  absl::Status Run(const std::string& sql) {
    return bench::Run(connection_.get(), sql);
  }

  absl::Status RunFile(const std::string& name) {
    CREDITREG_ASSIGN_OR_RETURN(const std::string sql, ReadSql(name));
    const absl::Status status = Run(sql);
    if (status.ok()) return status;
    return absl::InternalError(absl::StrCat(name, ": ", status.message()));
  }

  // A statement of `name` for the family.
  absl::StatusOr<std::string> SqlFor(const std::string& name,
                                     PostgresFamily family,
                                     bool is_first_load) const {
    const FamilyText text = TextOf(family);
    CREDITREG_ASSIGN_OR_RETURN(std::string sql, ReadSql(name));
    CREDITREG_ASSIGN_OR_RETURN(
        const std::string details,
        ReadSql(absl::StrCat(text.name, "_details.sql")));
    absl::StrReplaceAll({{"{conflict}", is_first_load ? "" : kConflict},
                         {"{heads}", is_first_load ? "" : kHeads},
                         {"{details}", details}},
                        &sql);
    absl::StrReplaceAll({{"{family}", text.name},
                         {"{number}", text.number},
                         {"{counts}", text.counts}},
                        &sql);
    return sql;
  }

  absl::Status LoadFile(const PostgresFile& file) {
    CsvFile csv(file.path);
    const std::string family = TextOf(file.family).name;
    CREDITREG_RETURN_IF_ERROR(BeginCopy(connection_.get(), family, csv));
    for (std::string rows = csv.Rows(kBatchRows); !rows.empty();
         rows = csv.Rows(kBatchRows)) {
      CREDITREG_RETURN_IF_ERROR(SendRows(connection_.get(), rows));
    }
    CREDITREG_RETURN_IF_ERROR(EndCopy(connection_.get()));
    // So that the plan knows how much there is.
    CREDITREG_RETURN_IF_ERROR(Run(absl::StrCat("ANALYZE stage_", family)));
    if (file.family == PostgresFamily::kEnterprise) {
      CREDITREG_RETURN_IF_ERROR(RunFile("enterprises.sql"));
      return Run("ANALYZE enterprise_code");
    }
    CREDITREG_ASSIGN_OR_RETURN(const std::string agencies,
                               SqlFor("agencies.sql", file.family, true));
    CREDITREG_RETURN_IF_ERROR(Run(agencies));
    CREDITREG_ASSIGN_OR_RETURN(std::string records,
                               SqlFor("records.sql", file.family, true));
    absl::StrReplaceAll({{"$1", "'load'"}}, &records);
    return Run(records);
  }

  absl::Status PrepareImports() {
    if (is_prepared_) return absl::OkStatus();
    for (const PostgresFamily family :
         {PostgresFamily::kLicence, PostgresFamily::kPenalty,
          PostgresFamily::kComplaint}) {
      const std::string name = TextOf(family).name;
      CREDITREG_ASSIGN_OR_RETURN(const std::string agencies,
                                 SqlFor("agencies.sql", family, false));
      CREDITREG_RETURN_IF_ERROR(Prepare("agencies_" + name, agencies));
      CREDITREG_ASSIGN_OR_RETURN(const std::string records,
                                 SqlFor("records.sql", family, false));
      CREDITREG_RETURN_IF_ERROR(Prepare("records_" + name, records));
    }
    is_prepared_ = true;
    return Prepare(
        "progress",
        "INSERT INTO import VALUES ($1, $2::bigint) ON CONFLICT (request_id) "
        "DO UPDATE SET rows_done = EXCLUDED.rows_done");
  }

  absl::Status Prepare(const std::string& name, const std::string& sql) {
    const Result result(
        PQprepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    return Check(connection_.get(), result, absl::StrCat("prepare ", name));
  }

  // Rows it changed.
  absl::StatusOr<std::int64_t> Execute(const std::string& name,
                                       std::vector<std::string> values) {
    std::vector<const char*> pointers;
    pointers.reserve(values.size());
    for (const std::string& value : values) pointers.push_back(value.c_str());
    const Result result(PQexecPrepared(connection_.get(), name.c_str(),
                                       static_cast<int>(pointers.size()),
                                       pointers.data(), nullptr, nullptr, 0));
    CREDITREG_RETURN_IF_ERROR(Check(connection_.get(), result, name));
    std::int64_t rows = 0;
    (void)absl::SimpleAtoi(PQcmdTuples(result.get()), &rows);
    return rows;
  }

  absl::StatusOr<std::int64_t> ImportFile(const PostgresFile& file) {
    CsvFile csv(file.path);
    const std::string family = TextOf(file.family).name;
    const std::string request = absl::StrCat("import-", ++imports_);
    std::int64_t versions = 0;
    std::int64_t batches = 0;
    for (std::string rows = csv.Rows(kBatchRows); !rows.empty();
         rows = csv.Rows(kBatchRows)) {
      CREDITREG_RETURN_IF_ERROR(Run("BEGIN"));
      CREDITREG_RETURN_IF_ERROR(BeginCopy(connection_.get(), family, csv));
      CREDITREG_RETURN_IF_ERROR(SendRows(connection_.get(), rows));
      CREDITREG_RETURN_IF_ERROR(EndCopy(connection_.get()));
      CREDITREG_RETURN_IF_ERROR(Execute("agencies_" + family, {}).status());
      CREDITREG_ASSIGN_OR_RETURN(const std::int64_t more,
                                 Execute("records_" + family, {request}));
      versions += more;
      ++batches;
      CREDITREG_RETURN_IF_ERROR(
          Execute("progress", {request, absl::StrCat(batches * kBatchRows)})
              .status());
      CREDITREG_RETURN_IF_ERROR(Run("COMMIT"));
    }
    return versions;
  }

  const std::string connection_string_;
  const std::string sql_folder_;
  const Connection connection_;
  bool is_prepared_ = false;
  int imports_ = 0;
};

// Looks up until `end`, beginning at `place`; returns how often.
absl::StatusOr<std::int64_t> LookUpUntil(PGconn* connection,
                                         absl::Span<const std::string> codes,
                                         absl::Span<const std::uint32_t> order,
                                         std::size_t place, absl::Time end) {
  std::int64_t count = 0;
  while (absl::Now() < end) {
    const std::string& code = codes[order[place]];
    place = (place + 1) % order.size();
    const char* const value = code.c_str();
    const Result result(PQexecPrepared(connection, "page", 1, &value, nullptr,
                                       nullptr, /*resultFormat=*/0));
    CREDITREG_RETURN_IF_ERROR(Check(connection, result, "look-up"));
    if (PQntuples(result.get()) < 1 || PQgetvalue(result.get(), 0, 0) != code) {
      return absl::InternalError("postgres: look-up: another answer");
    }
    ++count;
  }
  return count;
}

absl::StatusOr<PageText> Peer::ReadPage(const std::string& code) {
  CREDITREG_ASSIGN_OR_RETURN(const std::string sql, ReadSql("page.sql"));
  const char* const value = code.c_str();
  const Result result(PQexecParams(connection_.get(), sql.c_str(), 1, nullptr,
                                   &value, nullptr, nullptr,
                                   /*resultFormat=*/0));
  CREDITREG_RETURN_IF_ERROR(Check(connection_.get(), result, "page"));
  const int rows = PQntuples(result.get());
  if (rows < 1) return absl::InternalError("postgres: page: no such code");
  const auto cell = [&result](int row, const char* column) {
    return absl::string_view(
        PQgetvalue(result.get(), row, PQfnumber(result.get(), column)));
  };
  PageText page;
  page.name = PQgetvalue(result.get(), 0, 1);
  for (int row = 0; row < rows; ++row) {
    // One row without a licence stands for none.
    if (cell(row, "record_id").empty()) continue;
    page.licences.push_back(absl::StrCat(cell(row, "document_number"), "|",
                                         cell(row, "licence_number"), "|",
                                         cell(row, "decided_on")));
  }
  return page;
}

absl::StatusOr<double> Peer::LookUp(PostgresPage page,
                                    absl::Span<const std::string> codes,
                                    absl::Span<const std::uint32_t> order,
                                    int connections, absl::Duration duration) {
  std::string sql = "SELECT uscc, page FROM page_json WHERE uscc = $1";
  if (page == PostgresPage::kAssembled) {
    CREDITREG_ASSIGN_OR_RETURN(sql, ReadSql("page.sql"));
  }
  std::vector<Connection> opened;
  for (int i = 0; i < connections; ++i) {
    CREDITREG_ASSIGN_OR_RETURN(Connection connection, Open(connection_string_));
    const Result result(
        PQprepare(connection.get(), "page", sql.c_str(), 0, nullptr));
    CREDITREG_RETURN_IF_ERROR(Check(connection.get(), result, "prepare page"));
    opened.push_back(std::move(connection));
  }
  const absl::Time start = absl::Now();
  std::atomic<std::int64_t> all{0};
  std::vector<absl::Status> statuses(opened.size());
  std::vector<std::thread> threads;
  threads.reserve(opened.size());
  for (std::size_t i = 0; i < opened.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto count =
          LookUpUntil(opened[i].get(), codes, order,
                      i * order.size() / opened.size(), start + duration);
      if (count.ok()) {
        all += *count;
      } else {
        statuses[i] = count.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) {
    CREDITREG_RETURN_IF_ERROR(status);
  }
  return static_cast<double>(all.load()) /
         absl::ToDoubleSeconds(absl::Now() - start);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresPeer>> PostgresPeer::Connect(
    const std::string& connection, const std::string& sql_folder) {
  CREDITREG_ASSIGN_OR_RETURN(Connection opened, Open(connection));
  return std::make_unique<Peer>(connection, sql_folder, std::move(opened));
}

}  // namespace creditreg::bench
