// Keys at an address: fetched, kept, rotated, and whom the address must be.

#include "server/auth/key_source.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

// Answers every request with one document, over HTTPS.
class DocumentServer {
 public:
  explicit DocumentServer(const PemPair& pair)
      : context_(SSL_CTX_new(TLS_server_method())) {
    // A client that has read enough goes away.
    std::signal(SIGPIPE, SIG_IGN);
    BIO* const certificate = BIO_new_mem_buf(pair.certificate.data(), -1);
    X509* const parsed =
        PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_, parsed);
    X509_free(parsed);
    BIO_free(certificate);
    BIO* const key = BIO_new_mem_buf(pair.key.data(), -1);
    EVP_PKEY* const parsed_key =
        PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
    SSL_CTX_use_PrivateKey(context_, parsed_key);
    EVP_PKEY_free(parsed_key);
    BIO_free(key);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, any, size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    EXPECT_EQ(getsockname(listener_, any, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~DocumentServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
    SSL_CTX_free(context_);
  }

  std::string url() const {
    return absl::StrCat("https://127.0.0.1:", port_, "/keys");
  }
  void Set(const std::string& status, const std::string& body) {
    absl::MutexLock lock(&mutex_);
    answer_ = absl::StrCat("HTTP/1.1 ", status, "\r\nConnection: close\r\n",
                           "Content-Length: ", body.size(), "\r\n\r\n", body);
  }
  int asked() const { return asked_; }

 private:
  void Serve() {
    while (true) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      SSL* const ssl = SSL_new(context_);
      SSL_set_fd(ssl, connection);
      char request[4096];
      if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof(request)) > 0) {
        ++asked_;
        absl::MutexLock lock(&mutex_);
        SSL_write(ssl, answer_.data(), static_cast<int>(answer_.size()));
        SSL_shutdown(ssl);
      }
      SSL_free(ssl);
      close(connection);
    }
  }

  SSL_CTX* const context_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> asked_{0};
  absl::Mutex mutex_;
  std::string answer_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

class KeySourceTest : public testing::Test {
 protected:
  KeySourceTest() {
    std::ofstream(directory_.Below("ca.pem")) << authority_.certificate();
    server_->Set("200 OK", first_.KeySetJson());
    options_.ca_file = directory_.Below("ca.pem");
    options_.refresh_at_most_every = absl::ZeroDuration();
    options_.on_error = [this](absl::string_view, const absl::Status& why) {
      absl::MutexLock lock(&mutex_);
      errors_.push_back(std::string(why.message()));
    };
  }

  std::shared_ptr<const Identities> IdentitiesAt(const std::string& url) {
    conf::v1::Identities file;
    conf::v1::TokenIssuer& issuer = *file.add_issuers();
    issuer.set_issuer("https://login.test");
    issuer.add_audiences("creditreg");
    issuer.set_jwks_url(url);
    return *Identities::Create(file);
  }
  void Start(const KeySource* before = nullptr) {
    identities_ = IdentitiesAt(server_->url());
    auto source = KeySource::Start(identities_, options_, before);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }
  std::shared_ptr<const KeySet> Keys(const KeySource& source) {
    return source.KeysOf(identities_->issuers().front());
  }
  std::size_t ErrorCount() {
    absl::MutexLock lock(&mutex_);
    return errors_.size();
  }

  TestDirectory directory_;
  TestAuthority authority_{"authority"};
  std::unique_ptr<DocumentServer> server_ =
      std::make_unique<DocumentServer>(authority_.Issue({"IP:127.0.0.1"}));
  TestIssuer first_{"key-1"};
  TestIssuer second_{"key-2"};
  KeySourceOptions options_;
  absl::Mutex mutex_;
  std::vector<std::string> errors_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Identities> identities_;
  std::unique_ptr<KeySource> source_;
};

TEST_F(KeySourceTest, AnUnknownKeyIsAskedFor) {
  Start();
  source_->AwaitFirstFetch();
  const std::shared_ptr<const KeySet> keys = Keys(*source_);
  ASSERT_NE(keys, nullptr);
  server_->Set("200 OK", second_.KeySetJson({&first_}));
  EXPECT_EQ(server_->asked(), 1) << "not before it is needed";
  source_->NoteUnknownKey(identities_->issuers().front());
  while (Keys(*source_) == keys) std::this_thread::yield();
  EXPECT_EQ(Keys(*source_)->size(), 2U);
  EXPECT_EQ(ErrorCount(), 0U);
}

TEST_F(KeySourceTest, WhatCannotBeHadLeavesTheKeys) {
  Start();
  source_->AwaitFirstFetch();
  const std::shared_ptr<const KeySet> keys = Keys(*source_);
  for (const auto& [status, body] :
       {std::pair<std::string, std::string>("500 Oops", ""),
        {"200 OK", "{\"keys\":[]}"},
        {"302 Found\r\nLocation: https://127.0.0.1:1/", ""},
        {"200 OK", std::string(std::size_t{2} << 20, ' ')}}) {
    server_->Set(status, body);
    const int asked = server_->asked();
    source_->NoteUnknownKey(identities_->issuers().front());
    while (server_->asked() == asked) std::this_thread::yield();
  }
  source_.reset();
  EXPECT_GE(ErrorCount(), 1U);
  EXPECT_EQ(keys->size(), 1U);
}

TEST_F(KeySourceTest, AnAddressOfAnotherAuthorityIsNotBelieved) {
  TestAuthority stranger("authority");
  std::ofstream(directory_.Below("ca.pem")) << stranger.certificate();
  Start();
  source_->AwaitFirstFetch();
  EXPECT_EQ(Keys(*source_), nullptr);
  EXPECT_EQ(server_->asked(), 0);
  // However often it is tried.
  source_->NoteUnknownKey(identities_->issuers().front());
  source_.reset();
  EXPECT_EQ(ErrorCount(), 1U);
}

TEST_F(KeySourceTest, KeysServeOnWhileTheNewOnesAreFetched) {
  Start();
  source_->AwaitFirstFetch();
  const std::unique_ptr<KeySource> before = std::move(source_);
  const std::shared_ptr<const KeySet> keys = Keys(*before);
  server_->Set("500 Oops", "");
  Start(before.get());
  EXPECT_EQ(Keys(*source_), keys);
  source_->AwaitFirstFetch();
  EXPECT_EQ(Keys(*source_), keys);
  // Not those of another address.
  identities_ = IdentitiesAt(absl::StrCat(server_->url(), "/other"));
  const auto other = KeySource::Start(identities_, options_, before.get());
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(Keys(**other), nullptr);
}

}  // namespace
}  // namespace creditreg
