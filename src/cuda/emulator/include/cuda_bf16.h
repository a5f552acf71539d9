// Stands in for the CUDA Toolkit's header: the upper half of a float.
#pragma once

#include "emulated/small_float.h"

TRIPTYCH_SMALL_FLOAT(__nv_bfloat16, float_to_bfloat16, bfloat16_to_float)
using nv_bfloat16 = __nv_bfloat16;

inline __nv_bfloat16 __float2bfloat16(float x) { return __nv_bfloat16(x); }
inline float __bfloat162float(__nv_bfloat16 x) { return x; }
