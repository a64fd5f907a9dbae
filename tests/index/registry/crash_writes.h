// What the process that is killed writes, and what its acknowledgements say;
// the test that kills it computes the same.
//
// Operation n is one of four: an enterprise with personal fields, three records
// of it in one request, another name for it, an import of records of it.
//
// Thread safety: pure functions.

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_CRASH_WRITES_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_CRASH_WRITES_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "index/registry/registry.h"

namespace creditreg::crash {

inline constexpr std::uint64_t kRecordsPerRequest = 3;
inline constexpr std::uint64_t kPiecesPerImport = 4;
inline constexpr std::uint64_t kRowsPerPiece = 25;

enum class Kind { kEnterprise = 0, kRecords = 1, kRename = 2, kImport = 3 };
inline Kind KindOf(std::uint64_t n) { return static_cast<Kind>(n % 4); }

// The code of the enterprise that operation n is about.
std::string CodeOf(std::uint64_t n);
// The request id of operation n.
std::string RequestIdOf(std::uint64_t n);
Actor Writer();
// Name of the enterprise, after its rename where `renamed`.
std::string NameOf(std::uint64_t n, bool renamed);
std::string TelephoneOf(std::uint64_t n);
// Document number of one record of operation n.
std::string DocumentOf(std::uint64_t n, std::uint64_t record);

// Of a kEnterprise or kRename operation.
PutEnterprise MakePut(std::uint64_t n);
// Of a kRecords operation.
SubmitRecords MakeSubmit(std::uint64_t n);
// Of a kImport operation; rows of one piece, which is 0-based.
StartImport MakeStart(std::uint64_t n);
std::vector<ImportRowDraft> MakeRows(std::uint64_t n, std::uint64_t piece);

// One line of the pipe: operation n is durable; of an import, `rows` of it.
struct Acknowledgement {
  std::uint64_t n = 0;
  std::uint64_t rows = 0;
};

}  // namespace creditreg::crash

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_CRASH_WRITES_H_
