// Where functions that make rows put them: the writer's transaction, or a first
// load on its way to sorted files.

#ifndef CREDITREG_INDEX_REGISTRY_ROW_SINK_H_
#define CREDITREG_INDEX_REGISTRY_ROW_SINK_H_

#include <string>
#include <utility>

#include "google/protobuf/message.h"
#include "index/codec/value.h"

namespace creditreg {

class RowSink {
 public:
  virtual ~RowSink() = default;

  // Puts a value that is encoded already.
  virtual void PutEncoded(std::string key, std::string value) = 0;

  void Put(std::string key, const google::protobuf::Message& row) {
    PutEncoded(std::move(key), EncodeValue(row));
  }
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_ROW_SINK_H_
