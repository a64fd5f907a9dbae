// Random writes of every kind: new ones, corrections of what is there, etags of
// old versions, earlier requests once more as they were or with other content.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_RANDOM_WRITES_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_RANDOM_WRITES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "index/model/draft.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/texts.h"

namespace creditreg {

class RandomWrites {
 public:
  // Both outlive this object. The oracle says what is there, and learns the
  // etags that are used.
  RandomWrites(RandomWorld* world, oracle::RegistryOracle* oracle)
      : world_(world), oracle_(oracle) {}

  // `view` gives the etags.
  oracle::Write Next(const View& view);

  // A request with an id of its own.
  WriteRequest NewRequest();

 private:
  WriteRequest AnyRequest();
  std::uint64_t AnyEnterprise();
  std::uint64_t AnyRecord();
  std::string EnterpriseEtag(const View& view, std::uint64_t no);
  std::string RecordEtag(const View& view, std::uint64_t no);
  std::uint64_t At();
  CorrectRecord MakeCorrection(const View& view);
  PutEnterprise MakePut(const View& view);
  SubmitRecords MakeSubmit();
  RecordDraft MakeOldRecord();
  WithdrawRecord MakeWithdrawal(const View& view);
  WithholdEnterprise MakeWithhold();
  oracle::Write MakeWrite(const View& view);

  RandomWorld* const world_;
  oracle::RegistryOracle* const oracle_;
  std::vector<oracle::Write> past_;
  std::uint64_t last_request_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_RANDOM_WRITES_H_
