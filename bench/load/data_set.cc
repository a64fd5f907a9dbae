#include "bench/load/data_set.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/generator/enterprise.h"
#include "bench/generator/generator.h"
#include "bench/generator/guangdong.h"
#include "bench/load/csv_slices.h"
#include "index/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace creditreg::bench {
namespace {

using Json = nlohmann::json;

struct FileForm {
  const char* name;
  const char* file;
  v1::ImportFormat format;
};

// Enterprises first, so that their records find them; those of the last file
// are found by records that wait for them.
constexpr FileForm kFiles[] = {
    {"enterprise", "enterprise.csv", v1::IMPORT_FORMAT_ENTERPRISE_CSV},
    {"licence", "licence.csv", v1::IMPORT_FORMAT_LICENCE_CSV},
    {"penalty", "penalty.csv", v1::IMPORT_FORMAT_PENALTY_CSV},
    {"complaint", "complaint.csv", v1::IMPORT_FORMAT_COMPLAINT_CSV},
    {"enterprise_later", "enterprise_later.csv",
     v1::IMPORT_FORMAT_ENTERPRISE_CSV}};

bool IsEnterprises(const ImportFile& file) {
  return file.format == v1::IMPORT_FORMAT_ENTERPRISE_CSV;
}

absl::StatusOr<Json> ReadManifest(const std::string& path) {
  std::ifstream stream(path);
  if (!stream) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  Json manifest = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  const bool is_whole = manifest.is_object() && manifest.contains("seed") &&
                        manifest.contains("enterprises") &&
                        manifest.contains("files") &&
                        manifest.value("format", 0) == 1;
  if (!is_whole) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not a manifest of format 1"));
  }
  return manifest;
}

void Shuffle(std::vector<KnownEnterprise>& list) {
  // The standard fixes what this engine gives, but not std::shuffle.
  std::mt19937_64 random(1);
  for (std::size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[random() % i]);
  }
}

std::vector<KnownEnterprise> MakeEnterprises(
    const generator::EnterpriseMaker& maker, std::uint64_t count) {
  std::vector<KnownEnterprise> list;
  list.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    generator::Enterprise enterprise = maker.Make(i);
    list.push_back({std::move(enterprise.uscc),
                    enterprise.status == "注销"
                        ? v1::LOOKUP_VERDICT_DEREGISTERED
                        : v1::LOOKUP_VERDICT_FOUND,
                    std::move(enterprise.name)});
  }
  Shuffle(list);
  for (std::size_t i = kNamedEnterprises; i < list.size(); ++i) {
    std::string().swap(list[i].name);
  }
  return list;
}

}  // namespace

absl::StatusOr<DataSet> LoadDataSet(const std::string& directory,
                                    const std::string& codes_directory) {
  CREDITREG_ASSIGN_OR_RETURN(const Json manifest,
                             ReadManifest(directory + "/manifest.json"));
  DataSet data;
  for (const FileForm& form : kFiles) {
    const Json& entry = manifest["files"][form.file];
    if (!entry.is_object()) {
      return absl::InvalidArgumentError(
          absl::StrCat("manifest: no ", form.file));
    }
    data.files.push_back({form.name, absl::StrCat(directory, "/", form.file),
                          form.format, entry.value("rows", std::int64_t{0}),
                          entry.value("clean_rows", std::int64_t{0})});
  }
  CREDITREG_ASSIGN_OR_RETURN(const generator::Guangdong guangdong,
                             generator::Guangdong::Load(codes_directory));
  const generator::EnterpriseMaker maker(manifest["seed"].get<std::uint64_t>(),
                                         generator::GeneratorOptions().as_of,
                                         guangdong);
  data.enterprises =
      MakeEnterprises(maker, manifest["enterprises"].get<std::uint64_t>());
  return data;
}

absl::Status CutSlices(const std::string& directory, int slices,
                       std::int64_t rows, DataSet* data) {
  std::int64_t all = 0;
  for (const ImportFile& file : data->files) {
    if (!IsEnterprises(file)) all += file.rows;
  }
  if (all <= slices * rows) {
    return absl::InvalidArgumentError(
        absl::StrCat("data set: ", all, " records, want more than ", slices,
                     " slices of ", rows));
  }
  data->slices.resize(static_cast<std::size_t>(slices));
  for (ImportFile& file : data->files) {
    if (IsEnterprises(file)) continue;
    const std::int64_t share = rows * file.rows / all;
    const std::int64_t dirty = file.rows - file.clean_rows;
    std::vector<CsvPart> parts = {
        {absl::StrCat(directory, "/", file.name, "_base.csv"),
         file.rows - slices * share}};
    for (int i = 0; i < slices; ++i) {
      parts.push_back(
          {absl::StrCat(directory, "/", file.name, "_", i, ".csv"), share});
      data->slices[static_cast<std::size_t>(i)].push_back(
          {file.name, parts.back().path, file.format, share,
           std::max<std::int64_t>(0, share - dirty)});
    }
    CREDITREG_RETURN_IF_ERROR(CutCsv(file.path, parts));
    file.path = parts[0].path;
    file.rows = parts[0].rows;
    file.clean_rows = std::max<std::int64_t>(0, file.rows - dirty);
  }
  return absl::OkStatus();
}

}  // namespace creditreg::bench
