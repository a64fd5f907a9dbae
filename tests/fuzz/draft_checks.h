// What must be true of every draft that untrusted input was made into, whether
// it came as a message or as a row: the invariants of index/model/draft.h, and
// that it can be stored, read back and answered with.
//
// Each function stops the process, with a sentence, where something is not so.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_TESTS_FUZZ_DRAFT_CHECKS_H_
#define CREDITREG_TESTS_FUZZ_DRAFT_CHECKS_H_

#include <vector>

#include "google/protobuf/message.h"
#include "index/codec/crypto.h"
#include "index/model/draft.h"
#include "index/model/finding.h"

namespace creditreg {

// Every byte different; hashes need some key.
Key256 FixedKey();

// What is written can be read: the message on disk, or on the wire.
void CheckStorable(const google::protobuf::Message& message);

// Each can be sent to a caller. `with_error`: whether one is an error.
enum class Errors { kNone, kSome };
void CheckFindings(const std::vector<Finding>& findings, Errors errors);

// Codes valid, personal numbers nowhere but in the personal fields, both parts
// storable, keys made of it repeatable.
void CheckDraft(const EnterpriseDraft& draft);
void CheckDraft(const RecordDraft& draft);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_FUZZ_DRAFT_CHECKS_H_
