// Quotas: what is let through, in time, and what is remembered.

#include "server/auth/quota.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'763'950'000);

class QuotaTest : public testing::Test {
 protected:
  // Enters and leaves; whether it was let in.
  bool Call(const std::string& caller, absl::Time now) {
    const bool in = table_.Enter(caller, limits_, now, &state_).ok();
    if (in) table_.Leave(caller, state_.bucket);
    return in;
  }

  QuotaTable table_;
  QuotaLimits limits_{2, 5, 3};
  QuotaState state_;
};

TEST_F(QuotaTest, ABurstAndThenSoManyASecond) {
  for (int i = 4; i >= 0; --i) {
    EXPECT_TRUE(Call("a", kStart));
    EXPECT_EQ(state_.remaining, i);
    EXPECT_EQ(state_.limit, 5);
  }
  EXPECT_FALSE(Call("a", kStart));
  EXPECT_FALSE(Call("a", kStart + absl::Milliseconds(499)));
  EXPECT_TRUE(Call("a", kStart + absl::Milliseconds(500)));
  EXPECT_FALSE(Call("a", kStart + absl::Milliseconds(500)));
  // A pause fills no more than the burst.
  const absl::Time later = kStart + absl::Hours(1);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Call("a", later));
  EXPECT_FALSE(Call("a", later));
  // A clock that goes back gives nothing.
  EXPECT_FALSE(Call("a", kStart));
}

TEST_F(QuotaTest, EachCallerHasItsOwn) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Call("a", kStart));
  EXPECT_FALSE(Call("a", kStart));
  EXPECT_TRUE(Call("b", kStart));
}

TEST_F(QuotaTest, CallsUnderWay) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(table_.Enter("a", limits_, kStart, &state_).ok());
  }
  const absl::Status fourth = table_.Enter("a", limits_, kStart, &state_);
  EXPECT_EQ(fourth.message(),
            "QUOTA_EXCEEDED: more calls under way than the caller may have");
  table_.Leave("a", state_.bucket);
  EXPECT_TRUE(table_.Enter("a", limits_, kStart, &state_).ok());
}

TEST_F(QuotaTest, MessagesOfAStreamCountAsCalls) {
  EXPECT_TRUE(table_.Enter("a", limits_, kStart, &state_).ok());
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(table_.Take("a", limits_, kStart, &state_).ok());
  }
  EXPECT_EQ(table_.Take("a", limits_, kStart, &state_).message(),
            "QUOTA_EXCEEDED: more calls a second than the caller may make");
}

TEST_F(QuotaTest, ItRemembersABoundedNumber) {
  for (std::size_t i = 0; i < 2 * QuotaTable::kMaxCallers; ++i) {
    Call(absl::StrCat("address-", i), kStart);
  }
  EXPECT_LE(table_.size(), QuotaTable::kMaxCallers + 16);
  // Newcomers share a bucket, which is empty by now.
  EXPECT_FALSE(Call("one more", kStart));
  // Once the others are forgotten it has its own.
  EXPECT_TRUE(Call("one more", kStart + absl::Hours(1)));
}

TEST(LockoutTest, AfterManyFailuresForAWhile) {
  LockoutTable table;
  for (int i = 0; i < LockoutTable::kFailures; ++i) {
    EXPECT_TRUE(table.Check("10.0.0.7", kStart).ok());
    table.NoteFailure("10.0.0.7", kStart);
  }
  EXPECT_EQ(table.Check("10.0.0.7", kStart).message(),
            "LOCKED_OUT: too many credentials from this address failed");
  EXPECT_TRUE(table.Check("10.0.0.8", kStart).ok());
  EXPECT_TRUE(table.Check("10.0.0.7", kStart + LockoutTable::kLockout).ok());
}

TEST(LockoutTest, FailuresNowAndThenAreForgotten) {
  LockoutTable table;
  for (int i = 0; i < 3 * LockoutTable::kFailures; ++i) {
    const absl::Time now = kStart + i * absl::Seconds(2);
    table.NoteFailure("10.0.0.7", now);
    EXPECT_TRUE(table.Check("10.0.0.7", now).ok()) << i;
  }
}

}  // namespace
}  // namespace creditreg
