// Which encoding a file is in, and its cells in UTF-8.
//
// Thread safety: free function; a CellDecoder belongs to one thread.

#ifndef CREDITREG_SERVER_INTAKE_TEXT_DECODER_H_
#define CREDITREG_SERVER_INTAKE_TEXT_DECODER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/intake_service.pb.h"

struct UConverter;

namespace creditreg {

struct DetectedEncoding {
  v1::TextEncoding encoding = v1::TEXT_ENCODING_UNSPECIFIED;
  // Bytes of the byte order mark; 0: there is none.
  std::size_t mark_bytes = 0;
};

// Bytes looked at where something in them is not ASCII, and where nothing is:
// headers and names are near the start, so a file whose first MiB is ASCII is
// hardly ever anything else. Bytes after these do not matter: the answer is the
// same however the file is cut into chunks.
inline constexpr std::size_t kDetectBytes = std::size_t{64} << 10;
inline constexpr std::size_t kDetectAsciiBytes = std::size_t{1} << 20;

// Finds the encoding from the first bytes of a file: `wanted` if it is not
// UNSPECIFIED, else a byte order mark's, else UTF-8 where they are valid UTF-8
// or have at least two of its characters of three or four bytes for each byte
// that is wrong (a few damaged rows are damaged rows, and no other encoding),
// else GB18030. `complete`: there are no more bytes. Nothing: more are needed.
//
// Errors: InvalidArgument "BAD_ENCODING: ..." they are UTF-16, or a spreadsheet
// and no text.
absl::StatusOr<std::optional<DetectedEncoding>> DetectEncoding(
    absl::string_view prefix, bool complete, v1::TextEncoding wanted);

// Turns the cells of a file into UTF-8.
//
// GB18030 is read as its 2022 edition: ICU 72 knows the 2005 one, in which 24
// characters (vertical punctuation such as A6D9, ideographs such as FE59) are
// private-use code points; they become the characters they were meant to be.
// The four-byte codes that the 2022 edition gives to those private-use code
// points keep their meaning of 2005, since that is what wrote them.
class CellDecoder {
 public:
  // `encoding` must not be UNSPECIFIED.
  //
  // Errors: Internal ICU has no such converter.
  static absl::StatusOr<std::unique_ptr<CellDecoder>> Create(
      v1::TextEncoding encoding);
  ~CellDecoder();
  CellDecoder(const CellDecoder&) = delete;
  CellDecoder& operator=(const CellDecoder&) = delete;

  // `bytes` in UTF-8, in place; false where they are not in the encoding (then
  // `bytes` is as it was).
  [[nodiscard]] bool Decode(std::string& bytes);

 private:
  explicit CellDecoder(UConverter* converter) : converter_(converter) {}

  // Null for UTF-8.
  UConverter* converter_;
  // Kept, so that not every cell needs memory.
  std::u16string units_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_INTAKE_TEXT_DECODER_H_
