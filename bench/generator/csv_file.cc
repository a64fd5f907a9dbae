#include "bench/generator/csv_file.h"

#include <openssl/evp.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "index/base/check.h"

namespace creditreg::generator {
namespace {

// Large enough that writing and hashing cost little beside making the rows.
constexpr std::size_t kBufferBytes = 1 << 20;

void AppendCell(const std::string& cell, std::string* line) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) {
    line->append(cell);
    return;
  }
  line->push_back('"');
  for (const char c : cell) {
    if (c == '"') line->push_back('"');
    line->push_back(c);
  }
  line->push_back('"');
}

}  // namespace

class CsvFile::Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    CREDITREG_CHECK(context_ != nullptr &&
                        EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1,
                    "SHA-256 is always there");
  }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Add(absl::string_view bytes) {
    CREDITREG_CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1,
                    "hashing does not fail");
  }

  std::string Hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    CREDITREG_CHECK(EVP_DigestFinal_ex(context_, digest, &size) == 1,
                    "hashing does not fail");
    return absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(digest), size));
  }

 private:
  EVP_MD_CTX* context_;
};

void CsvFile::Deleter::operator()(Sha256* sha256) const { delete sha256; }

absl::StatusOr<CsvFile> CsvFile::Create(const std::string& path,
                                        const char* const* header,
                                        std::size_t columns) {
  CsvFile csv;
  csv.file_.reset(std::fopen(path.c_str(), "wb"));
  if (csv.file_ == nullptr) {
    return absl::InternalError("generator: cannot create an output file");
  }
  csv.hash_.reset(new Sha256);
  csv.buffer_.reserve(kBufferBytes + (kBufferBytes >> 2));
  csv.Append(Row(header, header + columns));
  csv.rows_ = 0;
  return csv;
}

void CsvFile::Append(const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) buffer_.push_back(',');
    AppendCell(row[i], &buffer_);
  }
  buffer_.push_back('\n');
  ++rows_;
  if (buffer_.size() >= kBufferBytes) Flush();
}

absl::Status CsvFile::Finish() {
  Flush();
  if (std::fclose(file_.release()) != 0) failed_ = true;
  if (failed_) {
    return absl::InternalError("generator: cannot write an output file");
  }
  sha256_ = hash_->Hex();
  return absl::OkStatus();
}

void CsvFile::Flush() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get()) !=
      buffer_.size()) {
    failed_ = true;
  }
  hash_->Add(buffer_);
  bytes_ += buffer_.size();
  buffer_.clear();
}

}  // namespace creditreg::generator
