// Whether a host is this machine alone.
//
// Thread safety: free function without state.

#ifndef CREDITREG_INDEX_BASE_LOOPBACK_H_
#define CREDITREG_INDEX_BASE_LOOPBACK_H_

#include <arpa/inet.h>

#include <string>

namespace creditreg {

// By address, or "localhost": any other name may be anybody's, even one that
// begins with "127.". IPv6 as in a URL: "[::1]".
inline bool IsLoopbackHost(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) {
    return (ntohl(address.s_addr) >> 24) == 127;
  }
  return host == "localhost" || host == "[::1]";
}

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_LOOPBACK_H_
