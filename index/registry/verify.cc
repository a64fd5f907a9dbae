#include "index/registry/verify.h"
namespace creditreg {
absl::StatusOr<VerifyReport> VerifyRegistry(
    const SnapshotView&, const storage::v1::Layout&, const KeyRing&,
    const DataKeyStore&, const VerifyOptions&,
    const std::function<bool(const VerifyProgress&)>&) {
  return absl::UnimplementedError("verify");
}
}  // namespace creditreg
