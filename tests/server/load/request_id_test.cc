#include "server/load/request_id.h"

#include "client/import_upload.h"
#include "client/local_file.h"
#include "creditreg/v1/intake_service.pb.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

TEST(FileRequestIdTest, IsTheOneThatCreditctlGives) {
  FileDigest digest;
  digest.sm3 = "0123456789abcdef0123456789abcdef";
  v1::ImportRequest::Start start;
  start.set_format(v1::IMPORT_FORMAT_PENALTY_CSV);
  for (const char* const source : {"", "gd_xyz"}) {
    start.set_source_id(source);
    EXPECT_EQ(FileRequestId(digest.sm3, start.format(), source),
              DefaultRequestId(digest, start));
  }
}

}  // namespace
}  // namespace creditreg
