// The matrix product that matmul, linear and (without oneDNN) convolution stand on.
//
// Every element is computed by one rule, whatever the strides, the tiles, the library or the number of threads:
//   c_ij = chain(0 .. 383) + chain(384 .. 767) + ...,   chain = fma(a_il, b_lj, previous), l ascending, from 0.
// So tiles may be chosen freely, and a small direct loop and a large packed one give the same bits.
#pragma once

#include <cstdint>

#include "core/ops/product/matmul.h"

namespace triptych {

/// Terms in one chain: short enough for the caches, and for oneDNN's own blocking not to cut it.
inline constexpr std::int64_t gemm_depth = 384;

/// A matrix to read; any steps between rows and columns, in elements.
template <class T>
struct MatrixIn {
  const T* data;
  std::int64_t row, column;
};

/// A matrix to write: steps of one between columns.
template <class T>
struct MatrixOut {
  T* data;
  std::int64_t row;
};

/// What is done to a finished element: c_ij + bias_j (may be null), then the activation.
template <class T>
struct Epilogue {
  const T* bias = nullptr;
  Activation activation = Activation::none;
};

/// Applies the epilogue to an m x n matrix.
template <class T>
void finish(std::int64_t m, std::int64_t n, MatrixOut<T> c, Epilogue<T> epilogue);

/// c = a b for an m x k and a k x n matrix, on this thread. T: float, double, or an unsigned integer (products wrap).
template <class T>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
               Epilogue<T> epilogue = {});

/// Whether the processor has an instruction for products of bfloat16 numbers, and products of this size pay for it: then
/// gemm and gemm_tile take matrices of them, without an epilogue. Sums are float32, and rounded at the end.
bool multiplies_bfloat16(std::int64_t m, std::int64_t n, std::int64_t k);
template <>
void gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<BFloat16> a, MatrixIn<BFloat16> b,
               MatrixOut<BFloat16> c, Epilogue<BFloat16> epilogue);

/// The same by oneDNN; false, and nothing done, where it has no fast kernel that keeps the rule.
bool onednn_gemm_tile(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<float> a, MatrixIn<float> b,
                      MatrixOut<float> c);

/// The same on the library's threads.
template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, MatrixIn<T> a, MatrixIn<T> b, MatrixOut<T> c,
          Epilogue<T> epilogue = {});

}  // namespace triptych
