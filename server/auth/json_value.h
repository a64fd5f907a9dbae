// A JSON value as libjose takes it (jansson), owned.
//
// Elsewhere JSON is nlohmann's; this one is for tokens and keys alone.
//
// Thread safety: as a plain value.

#ifndef CREDITREG_SERVER_AUTH_JSON_VALUE_H_
#define CREDITREG_SERVER_AUTH_JSON_VALUE_H_

#include <jansson.h>

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace creditreg {

class JsonValue {
 public:
  JsonValue() = default;
  // Takes the reference over; null is no value.
  explicit JsonValue(json_t* value) : value_(value) {}
  ~JsonValue() { json_decref(value_); }
  JsonValue(JsonValue&& other) noexcept
      : value_(std::exchange(other.value_, nullptr)) {}
  JsonValue& operator=(JsonValue&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  JsonValue(const JsonValue&) = delete;
  JsonValue& operator=(const JsonValue&) = delete;

  // No value where it is no JSON, or has a member twice: which of the two
  // counts would be for each reader to guess.
  static JsonValue Parse(absl::string_view text) {
    return JsonValue(
        json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
  }

  json_t* get() const { return value_; }
  bool is_object() const { return json_is_object(value_); }

 private:
  json_t* value_ = nullptr;
};

// The member's text; empty where it is none.
inline std::string TextOf(const json_t* object, const char* member) {
  const json_t* value = json_object_get(object, member);
  if (!json_is_string(value)) return std::string();
  return std::string(json_string_value(value), json_string_length(value));
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_JSON_VALUE_H_
