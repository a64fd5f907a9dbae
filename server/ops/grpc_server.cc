#include "server/ops/grpc_server.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

// A client that vanished without a word is noticed after these two, so that
// its streams let go of what they hold.
constexpr int kKeepaliveMs = 60 * 1000;
constexpr int kKeepaliveTimeoutMs = 20 * 1000;
// A connection on which nothing was called for so long is closed; its client
// makes another when it calls again. Each costs some 20 KiB and a descriptor.
constexpr int kMaxConnectionIdleMs = 15 * 60 * 1000;
// With TLS: a certificate is judged at the handshake, so that connections must
// not outlive it by more. Streams get the longest time any may have to end.
constexpr int kMaxTlsConnectionAgeMs = 15 * 60 * 1000;
constexpr int kMaxTlsConnectionGraceMs = 6 * 60 * 60 * 1000;
// What is left after draining (health watchers, cancelled calls) ends by
// itself within moments.
constexpr std::chrono::milliseconds kCancelGrace{100};

void SetLimits(const GrpcServerOptions& options, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(
      static_cast<int>(options.max_message_bytes));
  // Answers are bounded by their own limits (500 records a page, 1,000 results
  // a message), which may exceed what a request may have.
  builder->SetMaxSendMessageSize(64 << 20);
  builder->AddChannelArgument(
      GRPC_ARG_MAX_CONCURRENT_STREAMS,
      static_cast<int>(options.max_streams_per_connection));
  // Otherwise a second server could take the same port and half the calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                              kMaxConnectionIdleMs);
  if (options.tls.enabled()) {
    builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                                kMaxTlsConnectionAgeMs);
    builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                                kMaxTlsConnectionGraceMs);
  }
  grpc::ResourceQuota quota("creditreg");
  quota.Resize(static_cast<std::size_t>(options.network_memory_bytes));
  builder->SetResourceQuota(quota);
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

absl::Status BadFile(const std::string& path, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat("tls: ", path, ": ", what));
}

// Looked at before gRPC does, which would serve nobody without a word.
absl::Status CheckFiles(const TlsFiles& tls) {
  const Bio certificate_bio(BIO_new_file(tls.certificate.c_str(), "r"),
                            &BIO_free);
  const Bio key_bio(BIO_new_file(tls.key.c_str(), "r"), &BIO_free);
  if (certificate_bio == nullptr) {
    return BadFile(tls.certificate, "cannot be read");
  }
  if (key_bio == nullptr) return BadFile(tls.key, "cannot be read");
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr),
      &X509_free);
  if (certificate == nullptr) {
    return BadFile(tls.certificate, "no certificate as PEM");
  }
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr),
      &EVP_PKEY_free);
  if (key == nullptr) return BadFile(tls.key, "no private key as PEM");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return BadFile(tls.key, "not the certificate's key");
  }
  if (tls.client_ca.empty()) return absl::OkStatus();
  const Bio ca_bio(BIO_new_file(tls.client_ca.c_str(), "r"), &BIO_free);
  if (ca_bio == nullptr) return BadFile(tls.client_ca, "cannot be read");
  const std::unique_ptr<X509, decltype(&X509_free)> ca(
      PEM_read_bio_X509(ca_bio.get(), nullptr, nullptr, nullptr), &X509_free);
  return ca == nullptr ? BadFile(tls.client_ca, "no certificate as PEM")
                       : absl::OkStatus();
}

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const TlsFiles& tls) {
  if (!tls.enabled()) return grpc::InsecureServerCredentials();
  const auto provider =
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          tls.key, tls.certificate, tls.client_ca,
          static_cast<unsigned int>(absl::ToInt64Seconds(tls.reload)));
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca.empty()) {
    options.watch_root_certs();
    // People have no certificate, only tokens; one that is shown must be good.
    options.set_cert_request_type(
        GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace

void RestrictTls() {
  ::setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES256-GCM-SHA384", 1);
}

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const GrpcServerOptions& options) {
  if (options.tls.enabled()) {
    CREDITREG_RETURN_IF_ERROR(CheckFiles(options.tls));
  }
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(options, &builder);
  int port = 0;
  builder.AddListeningPort(options.listen, CredentialsOf(options.tls), &port);
  for (const auto& service : options.services) {
    builder.RegisterService(service.service);
  }
  auto server = absl::WrapUnique(new GrpcServer(options));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("listen: \"", options.listen,
                     "\" cannot be listened on, want a free address"));
  }
  server->address_ =
      absl::StartsWith(options.listen, "unix:")
          ? options.listen
          : absl::StrCat(options.listen.substr(0, options.listen.rfind(':')),
                         ":", port);
  server->SetServing(true);
  return server;
}

GrpcServer::GrpcServer(const GrpcServerOptions& options) : options_(options) {}

GrpcServer::~GrpcServer() { Stop(absl::ZeroDuration()); }

void GrpcServer::SetServing(bool serving) {
  if (server_ == nullptr) return;
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus(serving);
  for (const auto& service : options_.services) {
    health->SetServingStatus(service.name, serving);
  }
  // The overall name, which SetServingStatus(bool) leaves alone while it is
  // not registered.
  health->SetServingStatus("", serving);
}

bool GrpcServer::Stop(absl::Duration drain) {
  if (server_ == nullptr) return true;
  // NOT_SERVING for every name; SetServing() has no effect any more.
  server_->GetHealthCheckService()->Shutdown();
  options_.gate->Close();
  const bool all_ended = options_.gate->AwaitEmpty(drain);
  server_->Shutdown(std::chrono::system_clock::now() + kCancelGrace);
  server_->Wait();
  server_.reset();
  return all_ended;
}

}  // namespace creditreg
