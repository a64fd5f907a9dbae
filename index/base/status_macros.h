// Two macros that pass an error on to the caller.
//
//   absl::StatusOr<Row> ReadRow(const Key& key) {
//     CREDITREG_RETURN_IF_ERROR(CheckKey(key));
//     CREDITREG_ASSIGN_OR_RETURN(const std::string value, store.Get(key));
//     return DecodeRow(value);
//   }
//
// Go away when Abseil's own absl/status/status_macros.h is in Debian.

#ifndef CREDITREG_INDEX_BASE_STATUS_MACROS_H_
#define CREDITREG_INDEX_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function with the status of `expression` (an
// absl::Status) unless that is OK. The function returns Status or StatusOr.
#define CREDITREG_RETURN_IF_ERROR(...)               \
  do {                                               \
    ::absl::Status creditreg_status = (__VA_ARGS__); \
    if (!creditreg_status.ok()) [[unlikely]] {       \
      return creditreg_status;                       \
    }                                                \
  } while (false)

// Evaluates an expression of type absl::StatusOr<T>. Returns its status if that
// is an error, otherwise moves the value into `lhs`, which may declare a
// variable without a comma in its type. It is several statements, so it cannot
// be the body of an `if` without braces.
#define CREDITREG_ASSIGN_OR_RETURN(lhs, ...)                         \
  CREDITREG_ASSIGN_OR_RETURN_IMPL_(                                  \
      CREDITREG_STATUS_CONCAT_(creditreg_status_or_, __LINE__), lhs, \
      __VA_ARGS__)

#define CREDITREG_ASSIGN_OR_RETURN_IMPL_(status_or, lhs, ...) \
  auto status_or = (__VA_ARGS__);                             \
  if (!status_or.ok()) [[unlikely]] {                         \
    return std::move(status_or).status();                     \
  }                                                           \
  lhs = *std::move(status_or)

#define CREDITREG_STATUS_CONCAT_(a, b) CREDITREG_STATUS_CONCAT_IMPL_(a, b)
#define CREDITREG_STATUS_CONCAT_IMPL_(a, b) a##b

#endif  // CREDITREG_INDEX_BASE_STATUS_MACROS_H_
