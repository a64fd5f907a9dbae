// Records of one answer as messages: looks the code of each one's enterprise up
// once.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_SERVER_SERVICE_RECORD_READER_H_
#define CREDITREG_SERVER_SERVICE_RECORD_READER_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/v1/record.pb.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/codec/tokens.h"
#include "index/registry/view.h"
#include "server/wire/answers.h"

namespace creditreg {

class RecordReader {
 public:
  // View and tokens outlive the reader. `at` as for View: the codes of that
  // sequence. `day` is today: current records say what is shown of them.
  RecordReader(const View& view, std::uint64_t at, CivilDay day,
               const TokenCodec& tokens)
      : view_(view), at_(at), day_(day), tokens_(tokens) {}

  // Errors: as View::ReadEnterprise(), but for NotFound: an enterprise that is
  // not there at `at` has no code.
  absl::StatusOr<v1::Record> Message(const RecordAt& record) {
    CREDITREG_ASSIGN_OR_RETURN(v1::Record message, WithoutPublicity(record));
    if (at_ == 0) AddPublicity(record.version, view_.tables(), day_, &message);
    return message;
  }

 private:
  absl::StatusOr<v1::Record> WithoutPublicity(const RecordAt& record) {
    const std::uint64_t enterprise_no = record.version.enterprise_no();
    if (enterprise_no == 0) return RecordMessage(record, tokens_, "");
    auto [entry, is_new] = codes_.try_emplace(enterprise_no);
    if (is_new) {
      absl::StatusOr<EnterpriseAt> enterprise =
          view_.ReadEnterprise(enterprise_no, at_);
      if (enterprise.ok()) {
        entry->second = enterprise->version.content().uscc();
      } else if (!absl::IsNotFound(enterprise.status())) {
        return enterprise.status();
      }
    }
    return RecordMessage(record, tokens_, entry->second);
  }

  const View& view_;
  const std::uint64_t at_;
  const CivilDay day_;
  const TokenCodec& tokens_;
  absl::flat_hash_map<std::uint64_t, std::string> codes_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_RECORD_READER_H_
