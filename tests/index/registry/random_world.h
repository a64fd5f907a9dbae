// Random writes over a small world, so that codes, names, numbers and
// documents collide all the time.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_RANDOM_WORLD_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_RANDOM_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "index/model/draft.h"
#include "index/registry/view.h"

namespace creditreg {

class RandomWorld {
 public:
  // Worlds of different numbers (0 .. 9) have nothing in common: no code, name,
  // number, person or document.
  explicit RandomWorld(std::uint64_t seed, std::uint32_t number = 0);

  // 0 .. n - 1. Drawn by hand: the standard's distributions differ between
  // libraries, and a seed must mean the same everywhere.
  std::uint64_t Below(std::uint64_t n) { return engine_() % n; }
  bool Chance(int percent) {
    return Below(100) < static_cast<std::uint64_t>(percent);
  }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  EnterpriseDraft MakeEnterprise();
  RecordDraft MakeRecord();
  // Rows 1 .. n of a file that holds one of the two, broken rows among them.
  std::vector<ImportRowDraft> MakeFile(bool enterprises, std::size_t rows);

  // Records that wait for one enterprise which nobody else names, and that
  // enterprise; `number` tells crowds apart.
  struct Crowd {
    std::vector<RecordDraft> records;
    EnterpriseDraft enterprise;
  };
  Crowd MakeCrowd(std::uint64_t number, std::size_t records);

  // Every look-up that may find something, and some that cannot.
  std::vector<FindQuery> AllQueries() const;

 private:
  const std::string& NameFor(std::size_t code);
  void AddHistory(std::size_t code, storage::v1::Enterprise* content);
  void SetParty(std::size_t code, storage::v1::Record* content);
  void SetDetails(storage::v1::Record* content);

  std::mt19937_64 engine_;
  const std::uint32_t number_;
  std::vector<std::string> codes_;
  std::vector<std::string> names_;
  std::vector<storage::v1::OldNumber> numbers_;
  std::vector<std::string> personal_tax_numbers_;
  std::vector<std::string> resident_ids_;
  std::vector<std::string> documents_;
  std::string agency_code_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_RANDOM_WORLD_H_
