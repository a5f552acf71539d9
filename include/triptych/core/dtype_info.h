// What dtypes can hold, and what becomes of two that meet. The table of promotion itself, promote_types, is in dtype.h.
#pragma once

#include <cstdint>

#include "triptych/core/dtype.h"
#include "triptych/core/export.h"
#include "triptych/core/location.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// The limits of a floating dtype, as torch.finfo's.
struct FloatInfo {
  DType dtype = float32;
  int bits = 0;
  double eps = 0;  // from 1 to the next larger number
  double max = 0;
  double min = 0;              // -max
  double smallest_normal = 0;  // the smallest positive number with full precision
  double tiny = 0;             // the same
  double resolution = 0;       // 10^-n, n being the decimal digits that it keeps
};
/// @throws ArgumentError if `dtype` is not floating. Source: torch.finfo.
TRIPTYCH_API FloatInfo finfo(DType dtype, Location where = Location::here());

/// The limits of an integer dtype, as torch.iinfo's.
struct IntegerInfo {
  DType dtype = int64;
  int bits = 0;
  std::int64_t max = 0;
  std::int64_t min = 0;
};
/// @throws ArgumentError if `dtype` is floating or bool. Source: torch.iinfo.
TRIPTYCH_API IntegerInfo iinfo(DType dtype, Location where = Location::here());

/// Whether PyTorch lets `from` become `to` where it is not asked: not from floating to whole numbers, nor from either
/// to bool. (`cast` converts all.) Source: torch.can_cast.
TRIPTYCH_API bool can_cast(DType from, DType to);

/// The dtype of what an elementwise op makes of the two: the common one, but that a number or a 0-d tensor widens only
/// into a higher category (bool, integer, floating). Source: torch.result_type.
TRIPTYCH_API DType result_type(const Arg& a, const Arg& b);

}  // namespace triptych
