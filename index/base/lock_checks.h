// Debian's Abseil, unlike a release build of it, watches in every process
// whether locks are taken in a circle. Tests keep that; in a server it costs a
// tenth of each call, as gRPC's locks are Abseil's too.

#ifndef CREDITREG_INDEX_BASE_LOCK_CHECKS_H_
#define CREDITREG_INDEX_BASE_LOCK_CHECKS_H_

namespace creditreg {

// Ends the watching in this process. First thing in main(), before any thread.
void EndLockOrderChecks();

}  // namespace creditreg

#endif  // CREDITREG_INDEX_BASE_LOCK_CHECKS_H_
