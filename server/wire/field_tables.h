// The tables of conf/intake: which columns a file has, where each value goes,
// how it is read, how long it may be and when it must be there. The same table
// judges a cell of a file and a field of a message, so both obey one rule.
//
// Thread safety: immutable; may be shared between threads. Pointers that the
// functions return live as long as the tables.

#ifndef CREDITREG_SERVER_WIRE_FIELD_TABLES_H_
#define CREDITREG_SERVER_WIRE_FIELD_TABLES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/intake_format.pb.h"
#include "google/protobuf/descriptor.h"

namespace creditreg {

using IntakeTarget = conf::v1::IntakeFormat::Target;

// One column and what Create() found out about it.
struct FieldColumn {
  conf::v1::Column spec;
  // Place in the template, from 0.
  int index = 0;
  // Fields from the root message (creditreg.v1.RecordInput or
  // PutEnterpriseRequest) to the one that `spec.path` names.
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  // How findings name the field: `spec.path`, and for columns that share a
  // path with others which of its entries:
  // "enterprise.old_numbers[REGISTRATION]",
  // "record.penalty.publications[GSXT]".
  std::string finding_path;
};

class FieldTables {
 public:
  // Reads enterprise, licence, penalty, complaint, listing, annual_report and
  // sources .textproto from `directory` and checks them as Create() does.
  //
  // Errors: NotFound a file is missing; InvalidArgument it is not textproto of
  // its schema, or as Create().
  static absl::StatusOr<std::unique_ptr<const FieldTables>> Load(
      const std::string& directory);

  // Errors: InvalidArgument, with the format and column: a target twice or
  // missing; a code, label or alias that two columns share; a code or alias
  // where there is no template; a path that is no field; a kind that does not
  // fit the field's type; a choice that is no value of the enum; open choices
  // of an enum; unlisted values that are missing ones of anything else; a
  // source id that is not [a-z0-9_-]{1,32} or comes twice; a source's alias for
  // no column; a header to pass over that is a column's; an agency's code that
  // is not valid. "default" and "direct" must be there.
  static absl::StatusOr<std::unique_ptr<const FieldTables>> Create(
      const std::vector<conf::v1::IntakeFormat>& formats,
      const conf::v1::IntakeSources& sources);

  FieldTables(const FieldTables&) = delete;
  FieldTables& operator=(const FieldTables&) = delete;

  // The format as configured; `target` must not be TARGET_UNSPECIFIED.
  const conf::v1::IntakeFormat& format(IntakeTarget target) const;
  // Its columns in the order of the template.
  const std::vector<std::unique_ptr<FieldColumn>>& columns(
      IntakeTarget target) const;

  // Whether there is a source of this id.
  bool HasSource(absl::string_view source_id) const;

  // The column that a header means: a code, a label or an alias, first the
  // source's own. Blanks, width and case of letters do not matter. Null: none,
  // as always where the format has no template.
  const FieldColumn* FindHeader(IntakeTarget target,
                                absl::string_view source_id,
                                absl::string_view header) const;

  // What the source's table says of a header whose column is passed over. Null:
  // nothing, it is none.
  const conf::v1::IgnoredHeader* FindIgnored(IntakeTarget target,
                                             absl::string_view source_id,
                                             absl::string_view header) const;

  // The column of a field, by its path without "[...]". Fields that all records
  // share (party, agencies, personal) are found for every family, by another
  // family's column where its own format has none. Null: none.
  const FieldColumn* FindPath(IntakeTarget target,
                              absl::string_view path) const;

  // What to call a finding's field in a report: the code of the column whose
  // finding_path (or path) is `path` or the longest part of it; a column's code
  // is itself. `path` where there is none.
  std::string CodeOfPath(IntakeTarget target, absl::string_view path) const;

  // The number that a text of KIND_CHOICE or KIND_TEXT_LIST stands for, first
  // by the source's own choices. Blanks and width do not matter.
  std::optional<int> FindChoice(IntakeTarget target,
                                absl::string_view source_id,
                                const FieldColumn& column,
                                absl::string_view text) const;

  // The code of an agency that the source calls `name`; empty: not known.
  absl::string_view FindAgency(absl::string_view source_id,
                               absl::string_view name) const;

 private:
  struct Format {
    conf::v1::IntakeFormat spec;
    std::vector<std::unique_ptr<FieldColumn>> columns;
    absl::flat_hash_map<std::string, const FieldColumn*> by_header;
    absl::flat_hash_map<std::string, const FieldColumn*> by_path;
    absl::flat_hash_map<std::string, const FieldColumn*> by_finding_path;
    // Column code and normalised text, parted by '\n'.
    absl::flat_hash_map<std::string, int> choices;
  };
  struct Source {
    // By target.
    absl::flat_hash_map<int, absl::flat_hash_map<std::string, std::string>>
        headers;
    absl::flat_hash_map<
        int, absl::flat_hash_map<std::string, conf::v1::IgnoredHeader>>
        ignored;
    absl::flat_hash_map<int, absl::flat_hash_map<std::string, int>> choices;
    absl::flat_hash_map<std::string, std::string> agencies;
  };

  FieldTables() = default;

  absl::Status AddFormat(const conf::v1::IntakeFormat& spec);
  absl::Status AddColumn(const conf::v1::Column& spec, Format& format);
  absl::Status AddSource(const conf::v1::IntakeSource& spec);
  absl::Status AddSourceAliases(const conf::v1::IntakeSource& spec,
                                Source& source) const;
  absl::Status AddIgnored(const conf::v1::IntakeSource& spec,
                          Source& source) const;
  // Lets every family find the fields that all records share.
  void ShareRecordFields();

  const Format& FormatOf(IntakeTarget target) const;
  const Source* FindSource(absl::string_view source_id) const;

  absl::flat_hash_map<int, Format> formats_;
  absl::flat_hash_map<std::string, Source> sources_;
};

// "enterprise.old_numbers[REGISTRATION]": `path` and the name of an enum's
// value without its prefix; the bare number where the enum has no such value.
std::string KeyedPath(absl::string_view path,
                      const google::protobuf::EnumDescriptor& keys, int key);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_FIELD_TABLES_H_
