// Requests as bytes that two equal requests share: what page tokens are bound
// to, and what tells a repeated write from another one.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_SERVICE_REQUEST_BYTES_H_
#define CREDITREG_SERVER_SERVICE_REQUEST_BYTES_H_

#include <string>

#include "google/protobuf/message.h"

namespace creditreg {

// The request without what may differ from page to page: page_size, page_token,
// at_position, min_position.
std::string QueryBytes(const google::protobuf::Message& request);

// The request without request_id.
std::string PayloadBytes(const google::protobuf::Message& request);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_REQUEST_BYTES_H_
