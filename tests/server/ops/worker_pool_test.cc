#include "server/ops/worker_pool.h"

#include <atomic>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace creditreg {
namespace {

TEST(WorkerPoolTest, RunsWhatWasPostedBeforeItEnds) {
  std::atomic<int> ran{0};
  {
    WorkerPool pool(3);
    for (int i = 0; i < 100; ++i) {
      pool.Post([&ran, &pool] {
        ++ran;
        // A task may post another, also while the pool ends.
        pool.Post([&ran] { ++ran; });
      });
    }
  }
  EXPECT_EQ(ran.load(), 200);
}

TEST(WorkerPoolTest, TasksRunSideBySide) {
  // Each task waits for the other: with one thread they would never end.
  absl::Notification first;
  absl::Notification second;
  WorkerPool pool(2);
  pool.Post([&] {
    first.Notify();
    second.WaitForNotification();
  });
  pool.Post([&] {
    second.Notify();
    first.WaitForNotification();
  });
}

}  // namespace
}  // namespace creditreg
