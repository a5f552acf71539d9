// Stands in for the CUDA Toolkit's header: the 16-bit IEEE float.
#pragma once

#include "emulated/small_float.h"

TRIPTYCH_SMALL_FLOAT(__half, float_to_half, half_to_float)
using half = __half;

inline __half __float2half(float x) { return __half(x); }
inline float __half2float(__half x) { return x; }
