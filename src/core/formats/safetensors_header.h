// The JSON header of a safetensors file, apart from the tensors' bytes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/file.h"
#include "triptych/core/dtype.h"
#include "triptych/core/shape.h"

namespace triptych {

/// One tensor: its bytes are [begin, end) of the data that follows the header.
struct SafetensorsEntry {
  std::string name;
  DType dtype = float32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the order of the header
  std::map<std::string, std::string> metadata;
};

/// Longer headers are refused, as the reference implementation does.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

/// More tensors and metadata than this are refused: a hostile header of that length could have ten million of them, and
/// cost ten times its size in memory.
inline constexpr std::size_t max_safetensors_entries = 1 << 18;

/// Parses and checks a header over `data_bytes` bytes of data: known dtypes and fields, no name twice, sizes that agree
/// with shapes, and data that the tensors cover without gap or overlap. `path` is for the errors.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& path,
                                           FileContext context);

/// The header's JSON; ArgumentError if a name or metadata is not UTF-8, or there are too many.
std::string format_safetensors_header(const SafetensorsHeader& header, FileContext context);

}  // namespace triptych
