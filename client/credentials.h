// What a caller shows: a certificate of its own, a token, and what its calls
// are for. And whom it believes to be the registry.
//
// Thread safety: plain values and free functions.

#ifndef CREDITREG_CLIENT_CREDENTIALS_H_
#define CREDITREG_CLIENT_CREDENTIALS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/credentials.h"

namespace creditreg {

// Files are PEM but for the token's; all are read again when they change.
struct ClientCredentials {
  // Authorities that the server's certificate must come from; empty: plain
  // text.
  std::string ca_file;
  // The caller's own certificate and its key; both or neither, with ca_file.
  std::string certificate_file;
  std::string key_file;
  // A token, and nothing else but blanks at its end. Read for each call.
  std::string token_file;
  // What the data is needed for, 1 to 200 characters; empty: as the account
  // says, if it does.
  std::string purpose;
  // Number of the case that reads belong to, 1 to 100 characters; empty: none.
  std::string investigation;

  bool uses_tls() const { return !ca_file.empty(); }
};

// Errors: FailedPrecondition: half a pair; a certificate without ca_file; a
// token that would go over the network in plain text.
absl::Status CheckCredentials(const ClientCredentials& credentials,
                              absl::string_view target);

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentialsOf(
    const ClientCredentials& credentials);

// Errors: as LocalFileError(): the token's file cannot be read, or holds none.
absl::Status AddCallCredentials(const ClientCredentials& credentials,
                                grpc::ClientContext* context);

}  // namespace creditreg

#endif  // CREDITREG_CLIENT_CREDENTIALS_H_
