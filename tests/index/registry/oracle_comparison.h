// Compares a registry with the oracle: each answer, and everything that can be
// read, also as of earlier sequences. What differs fails the running test.
//
// One object for one registry: it remembers which etag stood for what.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_ORACLE_COMPARISON_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_ORACLE_COMPARISON_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"
#include "tests/oracle/texts.h"

namespace creditreg {

class OracleComparison {
 public:
  // How often each outcome, refusal, rule and verdict was seen.
  using Seen = std::map<std::string, int>;

  // `world` says what can be asked and draws pages and sequences; it outlives
  // this object.
  explicit OracleComparison(RandomWorld* world) : world_(world) {}

  void CompareAnswers(const oracle::Write& write,
                      const absl::StatusOr<WriteAnswer>& real,
                      const absl::StatusOr<WriteAnswer>& ideal);
  void CompareImportAnswers(const absl::StatusOr<ImportAnswer>& real,
                            const absl::StatusOr<ImportAnswer>& ideal);
  // Nothing may be under way.
  void CompareAll(Registry& registry, const oracle::RegistryOracle& oracle);

  const Seen& seen() const { return seen_; }

 private:
  // A sequence to read at; mostly 0, which is now.
  std::uint64_t At();
  void CompareEnterprises(const View& view);
  void CompareEnterprise(const EnterpriseAt& real, const oracle::Place& place);
  void CompareRecords(const View& view);
  void CompareRecord(const RecordAt& real, const oracle::Place& place);
  void CompareFiles(const View& view);
  void CompareFinds(const View& view);
  void CompareHolders(const View& view);
  void CompareFind(const FindQuery& query, const FindAnswer& real,
                   std::uint64_t at);
  void CompareQuarantine(const View& view);
  void CompareImports();
  void CompareCounters();
  void CheckVerify();
  void CompareEtag(const std::string& etag, const std::string& fingerprint);

  RandomWorld* const world_;
  // During CompareAll().
  Registry* registry_ = nullptr;
  const oracle::RegistryOracle* oracle_ = nullptr;
  // Both ways: an etag tells exactly as much as a fingerprint.
  std::map<std::string, std::string> fingerprints_;
  std::map<std::string, std::string> etags_;
  Seen seen_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_ORACLE_COMPARISON_H_
