// Every message of the storage package, and ways to fill them that need no
// change when a field is added.

#ifndef CREDITREG_TESTS_INDEX_CODEC_STORAGE_MESSAGES_H_
#define CREDITREG_TESTS_INDEX_CODEC_STORAGE_MESSAGES_H_

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tests/index/codec/test_random.h"

namespace creditreg {

using MessagePointer = std::unique_ptr<google::protobuf::Message>;

// Nested messages too.
std::vector<const google::protobuf::Descriptor*> AllStorageMessages();

MessagePointer NewMessage(const google::protobuf::Descriptor& type);

// Puts a value into every field: numbers at the end of their range, two
// elements (the second empty) into lists, and of a oneof the member of index
// `choice` (nested messages: the first).
void FillEveryField(google::protobuf::Message* message, int choice = 0);

struct NamedMessage {
  // "FileListRow.Span"; "Record/licence" for one member of a oneof.
  std::string name;
  MessagePointer message;
};

// All storage messages with every field set, once for each member of a oneof.
std::vector<NamedMessage> FilledStorageMessages();

// Leaves fields out, and gives the others few different values, so that two
// messages are often nearly or wholly equal.
void FillRandomly(google::protobuf::Message* message, TestRandom* random);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_CODEC_STORAGE_MESSAGES_H_
