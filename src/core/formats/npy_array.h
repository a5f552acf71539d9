// The elements of NumPy's arrays as they stand in memory, in .npy files and in pickles.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/file.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// How elements are laid out: "<f4", "|u1"; "|O" is objects.
struct NpyLayout {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// The tensor of these bytes; `what` names it in errors. uint16 becomes int32, uint32 int64, int16 int32. ArgumentError
/// for elements that no dtype holds, or if there are not as many bytes as the layout wants.
Tensor npy_elements(const NpyLayout& layout, std::string_view bytes, const std::string& what, FileContext context);

/// A .npy file in memory: its layout, and the bytes after the header. ArgumentError if it is none.
struct NpyFile {
  NpyLayout layout;
  std::string_view bytes;
};
NpyFile read_npy(std::string_view file, const std::string& what, FileContext context);

}  // namespace triptych
