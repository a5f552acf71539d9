// Attributes of ops as JSON, and back: what graph files hold.
#pragma once

#include <memory>
#include <string>

#include "core/formats/json.h"
#include "triptych/core/attributes.h"
#include "triptych/core/subgraph.h"

namespace triptych {

/// What a file holds that cannot be: the reader of the file says where.
struct Malformed {
  std::string what;
};

/// How a writer of files keeps a function.
class ValueWriter {
 public:
  virtual ~ValueWriter() = default;
  virtual Json subgraph(const Subgraph& subgraph) = 0;
};

/// How a reader makes it again; both throw Malformed.
class ValueReader {
 public:
  virtual ~ValueReader() = default;
  virtual Subgraph subgraph(const Json& json) = 0;
};

struct AttributeCodec {
  const AttributeType* type;
  /// An object with a member for each field.
  Json (*write)(const void* attributes, ValueWriter& values);
  /// The struct; throws Malformed if a field is missing, too many, or not of its type.
  std::shared_ptr<const void> (*read)(const Json& json, ValueReader& values);
};

/// The codec of a type of the library's own; null for others.
const AttributeCodec* codec_of(const AttributeType& type);

/// Pieces of files: the member `name` of an object, whole numbers in a range, texts. They throw Malformed.
const Json& member(const Json& object, const char* name);
std::int64_t whole_number(const Json& json, std::int64_t least, std::int64_t most);
const std::string& text_of(const Json& json);
bool truth_of(const Json& json);
DType read_dtype(const Json& json);
Shape read_shape(const Json& json);
Json json_of(const Shape& shape);
Device read_device(const Json& json);

}  // namespace triptych
