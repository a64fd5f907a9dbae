// Keys of all issuers, from files and addresses, kept fresh.
//
// A file is read again when it has changed. An address is asked every five
// minutes, and at once (but no oftener than every ten seconds) when a token
// names a key that is not there: issuers put new keys up before they sign with
// them, and some do not. What cannot be had leaves the keys as they were.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_SERVER_AUTH_KEY_SOURCE_H_
#define CREDITREG_SERVER_AUTH_KEY_SOURCE_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/auth/identities.h"
#include "server/auth/key_set.h"

namespace creditreg {

// Reads the document at an address, at most 1 MiB within ten seconds.
// `ca_file`: whom to trust; empty: whom the machine trusts.
//
// Broken off within a second once `stop` (may be null) is true.
//
// Errors: Unavailable, without the address.
absl::StatusOr<std::string> FetchDocument(const std::string& url,
                                          const std::string& ca_file,
                                          const std::atomic<bool>* stop);

struct KeySourceOptions {
  // Relative files are below it.
  std::string directory;
  // For addresses; empty: the machine's authorities.
  std::string ca_file;
  absl::Duration refresh_every = absl::Minutes(5);
  absl::Duration refresh_at_most_every = absl::Seconds(10);
  // Told of what cannot be had, once each: issuer and why. From any thread;
  // must be short.
  std::function<void(absl::string_view issuer, const absl::Status& why)>
      on_error;
};

class KeySource {
 public:
  // Reads the files; addresses are asked by a thread of its own from now on.
  // Until they have answered, the keys of `before` serve for an issuer with the
  // same address.
  //
  // Errors: of a file, as KeySet::Parse(); NotFound.
  static absl::StatusOr<std::unique_ptr<KeySource>> Start(
      std::shared_ptr<const Identities> identities, KeySourceOptions options,
      const KeySource* before = nullptr);
  ~KeySource();
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  // Null: not there yet.
  std::shared_ptr<const KeySet> KeysOf(const TrustedIssuer& issuer) const;

  // A token named a key that is not there.
  void NoteUnknownKey(const TrustedIssuer& issuer);

  // Reads files that have changed. True where keys did.
  bool RereadFiles();

  // Waits until every address has been asked once, for tests.
  void AwaitFirstFetch() const;

 private:
  struct Source {
    std::string issuer;
    std::string file;
    std::string url;
    // As last read.
    std::string text;
    std::shared_ptr<const KeySet> keys;
    // What was told of it last.
    absl::Status told;
    bool was_asked = false;
    bool ask_now = false;
    absl::Time asked_at = absl::InfinitePast();
  };

  explicit KeySource(KeySourceOptions options);

  std::shared_ptr<const KeySet> KeysAt(const std::string& issuer,
                                       const std::string& url) const;
  // What is new.
  void Tell(Source* source, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadFile(Source* source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The thread's.
  void Run();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool WasAsked() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsDue(const Source& source, absl::Time now) const;

  const KeySourceOptions options_;
  mutable absl::Mutex mutex_;
  std::vector<Source> sources_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stop_fetch_{false};
  std::thread thread_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_KEY_SOURCE_H_
