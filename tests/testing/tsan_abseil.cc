// Tells ThreadSanitizer what Abseil's locks do. Linked into every test of a
// `./x tsan` build and into nothing else.
//
// Debian's Abseil is not instrumented, so the sanitizer sees a mutex as plain
// memory and reports a race for everything it guards. The linker's --wrap sends
// our calls through the functions below (cmake/creditreg.cmake names them),
// which say "locked" and "unlocked" around the real ones. Calls that Abseil
// makes by itself are not seen; waiting for a Condition is therefore done here,
// by polling, so that the condition is evaluated under a lock that counts.

#include <sanitizer/tsan_interface.h>
#include <sched.h>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

// The names are the mangled ones of Abseil's inline namespace in Debian 12.
#define ABSEIL_REAL(name) __real__ZN4absl7debian3##name
#define ABSEIL_REAL_CONST(name) __real__ZNK4absl7debian3##name
#define ABSEIL_WRAP(name) __wrap__ZN4absl7debian3##name
#define ABSEIL_WRAP_CONST(name) __wrap__ZNK4absl7debian3##name

extern "C" {

void ABSEIL_REAL(5MutexD1Ev)(absl::Mutex* mutex);
void ABSEIL_REAL(5Mutex4LockEv)(absl::Mutex* mutex);
void ABSEIL_REAL(5Mutex6UnlockEv)(absl::Mutex* mutex);
bool ABSEIL_REAL(5Mutex7TryLockEv)(absl::Mutex* mutex);
void ABSEIL_REAL(5Mutex10ReaderLockEv)(absl::Mutex* mutex);
void ABSEIL_REAL(5Mutex12ReaderUnlockEv)(absl::Mutex* mutex);
void ABSEIL_REAL(7CondVar4WaitEPNS0_5MutexE)(absl::CondVar* variable,
                                             absl::Mutex* mutex);
bool ABSEIL_REAL(7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE)(
    absl::CondVar* variable, absl::Mutex* mutex, absl::Duration timeout);
bool ABSEIL_REAL(7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE)(
    absl::CondVar* variable, absl::Mutex* mutex, absl::Time deadline);
void ABSEIL_REAL(12Notification6NotifyEv)(absl::Notification* notification);
void ABSEIL_REAL_CONST(12Notification19WaitForNotificationEv)(
    const absl::Notification* notification);
bool ABSEIL_REAL_CONST(
    12Notification30WaitForNotificationWithTimeoutENS0_8DurationE)(
    const absl::Notification* notification, absl::Duration timeout);
bool ABSEIL_REAL(15BlockingCounter14DecrementCountEv)(
    absl::BlockingCounter* counter);
void ABSEIL_REAL(15BlockingCounter4WaitEv)(absl::BlockingCounter* counter);

void ABSEIL_WRAP(5MutexD1Ev)(absl::Mutex* mutex) {
  ABSEIL_REAL(5MutexD1Ev)(mutex);
  __tsan_mutex_destroy(mutex, 0);
}

void ABSEIL_WRAP(5Mutex4LockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, 0);
  ABSEIL_REAL(5Mutex4LockEv)(mutex);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

void ABSEIL_WRAP(5Mutex6UnlockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, 0);
  ABSEIL_REAL(5Mutex6UnlockEv)(mutex);
  __tsan_mutex_post_unlock(mutex, 0);
}

bool ABSEIL_WRAP(5Mutex7TryLockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, __tsan_mutex_try_lock);
  const bool locked = ABSEIL_REAL(5Mutex7TryLockEv)(mutex);
  __tsan_mutex_post_lock(
      mutex,
      __tsan_mutex_try_lock | (locked ? 0 : __tsan_mutex_try_lock_failed), 0);
  return locked;
}

void ABSEIL_WRAP(5Mutex10ReaderLockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, __tsan_mutex_read_lock);
  ABSEIL_REAL(5Mutex10ReaderLockEv)(mutex);
  __tsan_mutex_post_lock(mutex, __tsan_mutex_read_lock, 0);
}

void ABSEIL_WRAP(5Mutex12ReaderUnlockEv)(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, __tsan_mutex_read_lock);
  ABSEIL_REAL(5Mutex12ReaderUnlockEv)(mutex);
  __tsan_mutex_post_unlock(mutex, __tsan_mutex_read_lock);
}

bool ABSEIL_WRAP(5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE)(
    absl::Mutex* mutex, const absl::Condition& condition, absl::Time deadline) {
  while (!condition.Eval()) {
    if (absl::Now() >= deadline) return false;
    ABSEIL_WRAP(5Mutex6UnlockEv)(mutex);
    sched_yield();
    ABSEIL_WRAP(5Mutex4LockEv)(mutex);
  }
  return true;
}

bool ABSEIL_WRAP(5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE)(
    absl::Mutex* mutex, const absl::Condition& condition,
    absl::Duration timeout) {
  return ABSEIL_WRAP(5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE)(
      mutex, condition, absl::Now() + timeout);
}

void ABSEIL_WRAP(5Mutex5AwaitERKNS0_9ConditionE)(
    absl::Mutex* mutex, const absl::Condition& condition) {
  ABSEIL_WRAP(5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE)
  (mutex, condition, absl::InfiniteFuture());
}

void ABSEIL_WRAP(5Mutex8LockWhenERKNS0_9ConditionE)(
    absl::Mutex* mutex, const absl::Condition& condition) {
  ABSEIL_WRAP(5Mutex4LockEv)(mutex);
  ABSEIL_WRAP(5Mutex5AwaitERKNS0_9ConditionE)(mutex, condition);
}

void ABSEIL_WRAP(7CondVar4WaitEPNS0_5MutexE)(absl::CondVar* variable,
                                             absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, 0);
  __tsan_mutex_post_unlock(mutex, 0);
  ABSEIL_REAL(7CondVar4WaitEPNS0_5MutexE)(variable, mutex);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

bool ABSEIL_WRAP(7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE)(
    absl::CondVar* variable, absl::Mutex* mutex, absl::Duration timeout) {
  __tsan_mutex_pre_unlock(mutex, 0);
  __tsan_mutex_post_unlock(mutex, 0);
  const bool timed_out =
      ABSEIL_REAL(7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE)(
          variable, mutex, timeout);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
  return timed_out;
}

bool ABSEIL_WRAP(7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE)(
    absl::CondVar* variable, absl::Mutex* mutex, absl::Time deadline) {
  __tsan_mutex_pre_unlock(mutex, 0);
  __tsan_mutex_post_unlock(mutex, 0);
  const bool timed_out =
      ABSEIL_REAL(7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE)(
          variable, mutex, deadline);
  __tsan_mutex_pre_lock(mutex, 0);
  __tsan_mutex_post_lock(mutex, 0, 0);
  return timed_out;
}

// HasBeenNotified() is inline and reads the flag behind the mutex.
void ABSEIL_WRAP(12Notification6NotifyEv)(absl::Notification* notification) {
  __tsan_release(notification);
  __tsan_release(reinterpret_cast<char*>(notification) + sizeof(absl::Mutex));
  ABSEIL_REAL(12Notification6NotifyEv)(notification);
}

void ABSEIL_WRAP_CONST(12Notification19WaitForNotificationEv)(
    const absl::Notification* notification) {
  ABSEIL_REAL_CONST(12Notification19WaitForNotificationEv)(notification);
  __tsan_acquire(const_cast<absl::Notification*>(notification));
}

bool ABSEIL_WRAP_CONST(
    12Notification30WaitForNotificationWithTimeoutENS0_8DurationE)(
    const absl::Notification* notification, absl::Duration timeout) {
  const bool notified = ABSEIL_REAL_CONST(
      12Notification30WaitForNotificationWithTimeoutENS0_8DurationE)(
      notification, timeout);
  if (notified) __tsan_acquire(const_cast<absl::Notification*>(notification));
  return notified;
}

bool ABSEIL_WRAP(15BlockingCounter14DecrementCountEv)(
    absl::BlockingCounter* counter) {
  __tsan_release(counter);
  return ABSEIL_REAL(15BlockingCounter14DecrementCountEv)(counter);
}

void ABSEIL_WRAP(15BlockingCounter4WaitEv)(absl::BlockingCounter* counter) {
  ABSEIL_REAL(15BlockingCounter4WaitEv)(counter);
  __tsan_acquire(counter);
}

}  // extern "C"
