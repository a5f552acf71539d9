// NumPy's arrays as they stand in .npy files, in members of .npz files and in pickles: one reader for all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/file.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// Bytes in memory or in a file: `read` copies `count` of them, which begin at `at`.
struct ByteSource {
  std::uint64_t size = 0;
  std::function<void(std::uint64_t at, void* to, std::size_t count)> read;

  /// What is left behind the first `begin` bytes. Refers to this.
  ByteSource from(std::uint64_t begin) const {
    return {size - begin,
            [this, begin](std::uint64_t at, void* to, std::size_t count) { read(begin + at, to, count); }};
  }
};
/// The bytes of a text that outlives the result.
ByteSource in_memory(std::string_view bytes);

/// How elements are laid out: "<f4", "|u1"; "|O" is objects.
struct NpyLayout {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// A .npy file: its layout, and where the elements begin. Errors name it by `what`: ArgumentError if it is none;
/// UnsupportedError for more than eight dimensions.
struct NpyFile {
  NpyLayout layout;
  std::uint64_t begin = 0;
};
NpyFile read_npy(const ByteSource& file, const std::string& what, FileContext context);

/// The tensor of these bytes, contiguous. int16 and uint16 become int32, uint32 int64. UnsupportedError for elements
/// that no dtype holds; ArgumentError if there are not as many bytes as the layout wants.
Tensor npy_elements(const NpyLayout& layout, const ByteSource& bytes, const std::string& what, FileContext context);

}  // namespace triptych
