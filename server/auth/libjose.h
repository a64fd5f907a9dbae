// libjose's headers, which do not say themselves that they are C.

#ifndef CREDITREG_SERVER_AUTH_LIBJOSE_H_
#define CREDITREG_SERVER_AUTH_LIBJOSE_H_

// What they include says so, and must not be taken in below.
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
#include <jose/b64.h>
#include <jose/jwk.h>
#include <jose/jws.h>
}

#endif  // CREDITREG_SERVER_AUTH_LIBJOSE_H_
