// Who calls. Until callers prove who they are, everybody is the one development
// principal: identities replace this file's function and nothing else.
//
// Thread safety: plain value.

#ifndef CREDITREG_SERVER_SERVICE_CALLER_H_
#define CREDITREG_SERVER_SERVICE_CALLER_H_

#include "index/registry/registry.h"

namespace creditreg {

// Request ids, imports and page tokens belong to `principal`.
inline Actor DevelopmentCaller() {
  Actor actor;
  actor.principal = "dev";
  actor.role = "development";
  return actor;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CALLER_H_
