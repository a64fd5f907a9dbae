// What differs between two versions of a record, field by field.
//
// Thread safety: free function without state.

#ifndef CREDITREG_SERVER_WIRE_FIELD_CHANGES_H_
#define CREDITREG_SERVER_WIRE_FIELD_CHANGES_H_

#include "creditreg/v1/record.pb.h"

namespace creditreg {

// Adds to `after` what its content has otherwise than `before`: party,
// agencies, details and documents, by path. Of a repeated field each element is
// compared with the one in its place.
void AddFieldChanges(const v1::Record& before, v1::Record* after);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_FIELD_CHANGES_H_
