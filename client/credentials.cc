#include "client/credentials.h"

#include <cerrno>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/local_file.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "index/base/loopback.h"

namespace creditreg {
namespace {

constexpr unsigned int kReloadSeconds = 10;
constexpr std::size_t kMaxTokenBytes = 8192;

// Whether it is this machine: by address, for a name may be anybody's.
bool IsLocal(absl::string_view target) {
  if (absl::StartsWith(target, "unix:")) return true;
  absl::ConsumePrefix(&target, "ipv4:");
  const std::string host(target.substr(0, target.rfind(':')));
  return IsLoopbackHost(host) || host == "ipv6:[::1]";
}

// A token is visible ASCII, so that nothing of it can be another header.
bool IsToken(absl::string_view text) {
  if (text.empty() || text.size() > kMaxTokenBytes) return false;
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

absl::Status CheckCredentials(const ClientCredentials& credentials,
                              absl::string_view target) {
  if (credentials.certificate_file.empty() != credentials.key_file.empty()) {
    return absl::FailedPreconditionError(
        "credentials: want a certificate and its key, or neither");
  }
  if (!credentials.certificate_file.empty() && !credentials.uses_tls()) {
    return absl::FailedPreconditionError(
        "credentials: a certificate without the server's authority, want both");
  }
  if (!credentials.token_file.empty() && !credentials.uses_tls() &&
      !IsLocal(target)) {
    return absl::FailedPreconditionError(
        "credentials: a token would go over the network in plain text, want "
        "the server's authority");
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsOf(
    const ClientCredentials& credentials) {
  if (!credentials.uses_tls()) return grpc::InsecureChannelCredentials();
  const bool has_own = !credentials.certificate_file.empty();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          credentials.key_file, credentials.certificate_file,
          credentials.ca_file, kReloadSeconds));
  options.watch_root_certs();
  if (has_own) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

absl::Status AddCallCredentials(const ClientCredentials& credentials,
                                grpc::ClientContext* context) {
  if (!credentials.purpose.empty()) {
    context->AddMetadata("creditreg-purpose-bin", credentials.purpose);
  }
  if (!credentials.investigation.empty()) {
    context->AddMetadata("creditreg-investigation-bin",
                         credentials.investigation);
  }
  if (credentials.token_file.empty()) return absl::OkStatus();
  std::ifstream file(credentials.token_file, std::ios::binary);
  if (!file) return LocalFileError(credentials.token_file, errno);
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  const absl::string_view token = absl::StripAsciiWhitespace(text);
  if (!IsToken(token)) {
    return LocalFileError(credentials.token_file, "holds no token");
  }
  context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
  return absl::OkStatus();
}

}  // namespace creditreg
