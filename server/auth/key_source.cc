#include "server/auth/key_source.h"

#include <curl/curl.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "index/base/status_macros.h"
#include "server/config/text_proto.h"

namespace creditreg {
namespace {

constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 20;
constexpr long kFetchTimeoutMs = 10 * 1000;

std::size_t Collect(const char* bytes, std::size_t size, std::size_t count,
                    void* into) {
  auto* const text = static_cast<std::string*>(into);
  if (text->size() + size * count > kMaxDocumentBytes) return 0;
  text->append(bytes, size * count);
  return size * count;
}

// Called about once a second.
int IsStopped(void* stop, curl_off_t /*total*/, curl_off_t /*now*/,
              curl_off_t /*up_total*/, curl_off_t /*up_now*/) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

}  // namespace

absl::StatusOr<std::string> FetchDocument(const std::string& url,
                                          const std::string& ca_file,
                                          const std::atomic<bool>* stop) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) {
    return absl::UnavailableError("curl: cannot be initialised");
  }
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(
      curl_easy_init(), &curl_easy_cleanup);
  if (curl == nullptr) return absl::UnavailableError("curl: out of handles");
  std::string text;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "https");
  // An address is exactly what an administrator wrote.
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kFetchTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &text);
  if (!ca_file.empty()) {
    // Those alone: curl would trust the machine's beside them.
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_CAPATH, nullptr);
  }
  if (stop != nullptr) {
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, &IsStopped);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA,
                     const_cast<std::atomic<bool>*>(stop));
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return absl::UnavailableError(
        absl::StrCat("keys cannot be fetched: ", curl_easy_strerror(code)));
  }
  return text;
}

absl::StatusOr<std::unique_ptr<KeySource>> KeySource::Start(
    std::shared_ptr<const Identities> identities, KeySourceOptions options,
    const KeySource* before) {
  std::unique_ptr<KeySource> source(new KeySource(std::move(options)));
  bool has_urls = false;
  {
    absl::MutexLock lock(&source->mutex_);
    for (const TrustedIssuer& issuer : identities->issuers()) {
      Source added;
      added.issuer = issuer.spec.issuer();
      added.url = issuer.spec.jwks_url();
      has_urls |= !added.url.empty();
      if (before != nullptr && !added.url.empty()) {
        added.keys = before->KeysAt(added.issuer, added.url);
      }
      if (!issuer.spec.jwks_file().empty()) {
        added.file = std::filesystem::path(source->options_.directory) /
                     issuer.spec.jwks_file();
        CREDITREG_RETURN_IF_ERROR(source->ReadFile(&added));
      }
      source->sources_.push_back(std::move(added));
    }
  }
  if (has_urls) {
    source->thread_ = std::thread([raw = source.get()] { raw->Run(); });
  }
  return source;
}

KeySource::KeySource(KeySourceOptions options) : options_(std::move(options)) {}

std::shared_ptr<const KeySet> KeySource::KeysAt(const std::string& issuer,
                                                const std::string& url) const {
  absl::MutexLock lock(&mutex_);
  for (const Source& source : sources_) {
    if (source.issuer == issuer && source.url == url) return source.keys;
  }
  return nullptr;
}

KeySource::~KeySource() {
  stop_fetch_ = true;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status KeySource::ReadFile(Source* source) {
  CREDITREG_ASSIGN_OR_RETURN(std::string text, ReadTextFile(source->file));
  if (text == source->text && source->keys != nullptr) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<const KeySet>> keys = KeySet::Parse(text);
  if (!keys.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source->file, ": ", keys.status().message()));
  }
  source->keys = *std::move(keys);
  source->text = std::move(text);
  return absl::OkStatus();
}

std::shared_ptr<const KeySet> KeySource::KeysOf(
    const TrustedIssuer& issuer) const {
  absl::MutexLock lock(&mutex_);
  return issuer.index < sources_.size() ? sources_[issuer.index].keys : nullptr;
}

void KeySource::NoteUnknownKey(const TrustedIssuer& issuer) {
  absl::MutexLock lock(&mutex_);
  if (issuer.index < sources_.size()) sources_[issuer.index].ask_now = true;
}

bool KeySource::RereadFiles() {
  bool changed = false;
  absl::MutexLock lock(&mutex_);
  for (Source& source : sources_) {
    if (source.file.empty()) continue;
    const std::shared_ptr<const KeySet> before = source.keys;
    Tell(&source, ReadFile(&source));
    changed |= source.keys != before;
  }
  return changed;
}

void KeySource::Tell(Source* source, const absl::Status& status) {
  if (status == source->told) return;
  source->told = status;
  if (!status.ok() && options_.on_error) {
    options_.on_error(source->issuer, status);
  }
}

bool KeySource::IsDue(const Source& source, absl::Time now) const {
  if (source.url.empty()) return false;
  const absl::Duration since = now - source.asked_at;
  const bool is_wanted = source.ask_now || source.keys == nullptr;
  return since >=
         (is_wanted ? options_.refresh_at_most_every : options_.refresh_every);
}

bool KeySource::HasWork() const {
  if (stopping_) return true;
  const absl::Time now = absl::Now();
  for (const Source& source : sources_) {
    if (IsDue(source, now)) return true;
  }
  return false;
}

void KeySource::Run() {
  mutex_.Lock();
  while (!stopping_) {
    for (Source& source : sources_) {
      if (stopping_) break;
      if (!IsDue(source, absl::Now())) continue;
      source.ask_now = false;
      const std::string url = source.url;
      // The list itself never changes.
      mutex_.Unlock();
      absl::StatusOr<std::string> text =
          FetchDocument(url, options_.ca_file, &stop_fetch_);
      absl::StatusOr<std::shared_ptr<const KeySet>> keys =
          text.ok()
              ? KeySet::Parse(*text)
              : absl::StatusOr<std::shared_ptr<const KeySet>>(text.status());
      mutex_.Lock();
      // Broken off, not failed.
      if (!stopping_) Tell(&source, keys.status());
      if (keys.ok()) source.keys = *std::move(keys);
      source.asked_at = absl::Now();
      source.was_asked = true;
    }
    // Looks again every second even where nobody woke it: time makes work.
    mutex_.AwaitWithTimeout(absl::Condition(this, &KeySource::HasWork),
                            absl::Seconds(1));
  }
  mutex_.Unlock();
}

bool KeySource::WasAsked() const {
  for (const Source& source : sources_) {
    if (!source.url.empty() && !source.was_asked) return false;
  }
  return true;
}

void KeySource::AwaitFirstFetch() const {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &KeySource::WasAsked));
}

}  // namespace creditreg
