// NumPy's files of one array.
#pragma once

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// Reads a .npy file, of either order, as a contiguous tensor. int16 and uint16 become int32, uint32 int64, big-endian
/// numbers this machine's.
/// ArgumentError if the file cannot be opened or is not a valid .npy file, whatever it holds; UnsupportedError for
/// element types that the library does not have, and more than eight dimensions. Source: numpy.load.
TRIPTYCH_API Tensor load_npy(const OwnedText& path, Location where = Location::here());

/// Writes one, whole or not at all. ArgumentError if the tensor has no values or the file cannot be made;
/// UnsupportedError for bfloat16, which NumPy does not have. Source: numpy.save.
TRIPTYCH_API void save_npy(const Tensor& tensor, const OwnedText& path, Location where = Location::here());

}  // namespace triptych
