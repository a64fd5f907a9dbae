// TLS: who gets through the handshake, and what it proves of them.

#include <openssl/ssl.h>

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cancellation.h"
#include "client/registry_client.h"
#include "client/remote_error.h"
#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

// Before anything of gRPC.
const bool kRestricted = [] {
  RestrictTls();
  return true;
}();

constexpr char kIdentities[] = R"(
  accounts { name: "spiffe://test/website" purpose: "网站" }
  accounts {
    name: "spiffe://test/centre"
    rights { roles: ROLE_CENTRE_REVIEWER }
    purpose: "归集"
  }
)";

class TransportTest : public testing::Test {
 protected:
  TransportTest() {
    Write("ca.pem", authority_.certificate());
    WritePair("server", authority_.Issue({"DNS:localhost,IP:127.0.0.1"}));
    Write("identities.textproto", kIdentities);
    options_.nobody = nullptr;
    options_.identities = directory_.Below("identities.textproto");
    options_.tls.certificate = directory_.Below("server.pem");
    options_.tls.key = directory_.Below("server.key");
    options_.tls.client_ca = directory_.Below("ca.pem");
    options_.tls.reload = absl::Seconds(1);
    server_ = std::make_unique<TestServer>(CREDITREG_SOURCE_DIR "/conf/intake",
                                           options_);
  }

  void Write(const std::string& name, const std::string& text) {
    // Whole or not at all, as an administrator's tools put files in place.
    const std::string path = directory_.Below(name);
    std::ofstream(path + ".new", std::ios::binary) << text;
    std::filesystem::rename(path + ".new", path);
  }
  void WritePair(const std::string& name, const PemPair& pair) {
    Write(name + ".pem", pair.certificate);
    Write(name + ".key", pair.key);
  }

  // A client that shows the pair of that name; empty: none.
  std::unique_ptr<RegistryClient> Client(const std::string& pair,
                                         const std::string& ca = "ca") {
    ClientOptions options;
    options.target = server_->server().address();
    options.timeout = absl::Seconds(5);
    options.retry.max_attempts = 1;
    options.credentials.ca_file = directory_.Below(ca + ".pem");
    if (!pair.empty()) {
      options.credentials.certificate_file = directory_.Below(pair + ".pem");
      options.credentials.key_file = directory_.Below(pair + ".key");
    }
    return std::make_unique<RegistryClient>(options, &cancellation_);
  }

  // "OK", "CODE" where the connection failed, "CODE REASON" of an answer.
  static std::string Said(const absl::Status& status) {
    if (status.ok()) return "OK";
    const std::string reason = RemoteErrorOf(status).reason;
    return absl::StrCat(absl::StatusCodeToString(status.code()),
                        reason.empty() ? "" : " ", reason);
  }
  static std::string Public(RegistryClient& client) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(kCodeA);
    return Said(client.GetPublicEnterprise(request).status());
  }
  static std::string Full(RegistryClient& client) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(kCodeA);
    return Said(client.GetEnterprise(request).status());
  }

  TestDirectory directory_;
  TestAuthority authority_{"authority"};
  Cancellation cancellation_;
  TestServerOptions options_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(TransportTest, ThePublicNeedsNoCertificate) {
  const auto client = Client("");
  EXPECT_EQ(Public(*client), "OK");
  EXPECT_EQ(Full(*client), "UNAUTHENTICATED CREDENTIALS_REQUIRED");
}

TEST_F(TransportTest, ACertificateIsAnAccount) {
  WritePair("centre", authority_.Issue({"URI:spiffe://test/centre"}));
  WritePair("website", authority_.Issue({"URI:spiffe://test/website"}));
  EXPECT_EQ(Full(*Client("centre")), "OK");
  EXPECT_EQ(Full(*Client("website")), "PERMISSION_DENIED ROLE_NOT_ALLOWED");
  EXPECT_EQ(Public(*Client("website")), "OK");
}

TEST_F(TransportTest, CertificatesThatMustNotPass) {
  WritePair("stranger", authority_.Issue({"URI:spiffe://test/stranger"}));
  EXPECT_EQ(Public(*Client("stranger")), "UNAUTHENTICATED CERTIFICATE_UNKNOWN");
  WritePair("expired", authority_.Issue({"URI:spiffe://test/centre",
                                         -absl::Hours(48), -absl::Hours(24)}));
  EXPECT_EQ(Full(*Client("expired")), "UNAVAILABLE");
  WritePair("early", authority_.Issue({"URI:spiffe://test/centre",
                                       absl::Hours(24), absl::Hours(48)}));
  EXPECT_EQ(Full(*Client("early")), "UNAVAILABLE");
  TestAuthority forger("authority");
  WritePair("forged", forger.Issue({"URI:spiffe://test/centre"}));
  EXPECT_EQ(Full(*Client("forged")), "UNAVAILABLE");
  EXPECT_EQ(Public(*Client("forged")), "UNAVAILABLE");
}

TEST_F(TransportTest, AClientKnowsItsServer) {
  TestAuthority other("other");
  Write("other.pem", other.certificate());
  EXPECT_EQ(Public(*Client("", "other")), "UNAVAILABLE");
  // The authority's, but another host's.
  WritePair("server", authority_.Issue({"DNS:elsewhere.test"}));
  server_->Restart();
  EXPECT_EQ(Public(*Client("")), "UNAVAILABLE");
}

TEST_F(TransportTest, CertificatesAreExchangedWithoutARestart) {
  TestAuthority next("next");
  Write("next.pem", next.certificate());
  EXPECT_EQ(Public(*Client("", "next")), "UNAVAILABLE");
  WritePair("server", next.Issue({"DNS:localhost,IP:127.0.0.1"}));
  // It looks once a second.
  std::string said;
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (absl::Now() < end && said != "OK") said = Public(*Client("", "next"));
  EXPECT_EQ(said, "OK");
}

// Quotas are the principal's, and an address's where nothing is shown.
TEST_F(TransportTest, CallersHaveQuotas) {
  WritePair("centre", authority_.Issue({"URI:spiffe://test/centre"}));
  TestServerOptions options = options_;
  options.quotas = true;
  server_ = std::make_unique<TestServer>(CREDITREG_SOURCE_DIR "/conf/intake",
                                         options);
  const auto nobody = Client("");
  // The clock stands still: a burst of 100 is all there is.
  for (int i = 0; i < 100; ++i) ASSERT_EQ(Public(*nobody), "OK") << i;
  EXPECT_EQ(Public(*nobody), "RESOURCE_EXHAUSTED QUOTA_EXCEEDED");
  EXPECT_EQ(Full(*Client("centre")), "OK");
  server_->clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Public(*nobody), "OK");

  grpc::ClientContext context;
  v1::GetPublicEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  v1::GetPublicEnterpriseResponse response;
  ClientOptions client;
  client.target = server_->server().address();
  client.credentials.ca_file = directory_.Below("ca.pem");
  const auto stub = v1::PublicLookupService::NewStub(CreateChannel(client));
  ASSERT_TRUE(stub->GetPublicEnterprise(&context, request, &response).ok());
  const auto& trailers = context.GetServerTrailingMetadata();
  ASSERT_EQ(trailers.count("ratelimit-remaining"), 1U);
  EXPECT_EQ(trailers.find("ratelimit-limit")->second, "100");
  EXPECT_EQ(trailers.find("ratelimit-remaining")->second, "18");
}

TEST_F(TransportTest, AnAddressThatFailsAgainAndAgainIsLockedOut) {
  Write("bad.jwt", "a.b.c");
  WritePair("centre", authority_.Issue({"URI:spiffe://test/centre"}));
  TestServerOptions options = options_;
  options.quotas = true;
  server_ = std::make_unique<TestServer>(CREDITREG_SOURCE_DIR "/conf/intake",
                                         options);
  ClientOptions client;
  client.target = server_->server().address();
  client.retry.max_attempts = 1;
  client.credentials.ca_file = directory_.Below("ca.pem");
  client.credentials.token_file = directory_.Below("bad.jwt");
  RegistryClient guesser(client, &cancellation_);
  for (int i = 0; i < LockoutTable::kFailures; ++i) {
    ASSERT_EQ(Full(guesser), "UNAUTHENTICATED TOKEN_INVALID");
  }
  EXPECT_EQ(Full(guesser), "RESOURCE_EXHAUSTED LOCKED_OUT");
  // A certificate answers for itself; and nothing was shown here.
  EXPECT_EQ(Full(*Client("centre")), "OK");
  EXPECT_EQ(Public(*Client("")), "OK");
  server_->clock().Advance(LockoutTable::kLockout);
  EXPECT_EQ(Full(guesser), "UNAUTHENTICATED TOKEN_INVALID");
}

// What a handshake of exactly that version comes to: "TLSv1.3", or "refused".
std::string Handshake(const std::string& address, int version) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  static constexpr unsigned char kH2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context, kH2, sizeof(kH2));
  BIO* const bio = BIO_new_ssl_connect(context);
  BIO_set_conn_hostname(bio, address.c_str());
  std::string result = "refused";
  if (BIO_do_connect(bio) == 1 && BIO_do_handshake(bio) == 1) {
    SSL* ssl = nullptr;
    BIO_get_ssl(bio, &ssl);
    result = SSL_get_version(ssl);
  }
  BIO_free_all(bio);
  SSL_CTX_free(context);
  return result;
}

TEST_F(TransportTest, TlsIsOneThreeAlone) {
  const std::string address = server_->server().address();
  EXPECT_EQ(Handshake(address, TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(Handshake(address, TLS1_2_VERSION), "refused");
  EXPECT_EQ(Handshake(address, TLS1_1_VERSION), "refused");
}

TEST_F(TransportTest, FilesThatAreNoPair) {
  GrpcServerOptions options;
  CallGate gate(1);
  options.listen = "127.0.0.1:0";
  options.gate = &gate;
  options.tls.certificate = directory_.Below("server.pem");
  options.tls.key = directory_.Below("absent.key");
  EXPECT_EQ(GrpcServer::Start(options).status().message(),
            absl::StrCat("tls: ", options.tls.key, ": cannot be read"));
  WritePair("other", authority_.Issue({"DNS:localhost"}));
  options.tls.key = directory_.Below("other.key");
  EXPECT_EQ(
      GrpcServer::Start(options).status().message(),
      absl::StrCat("tls: ", options.tls.key, ": not the certificate's key"));
}

}  // namespace
}  // namespace creditreg
