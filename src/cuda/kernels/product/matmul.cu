// Products of floats are cuBLAS's, which thinks in columns: a row-major c = a b is its c^T = b^T a^T. Products of
// integers are a kernel's of our own.
#include <climits>
#include <optional>
#include <string>
#include <type_traits>

#include "core/kernels/product/blas_matrix.h"
#include "core/kernels/product/products.h"
#include "core/kernels/strided.h"
#include "cuda/kernels/epilogue.h"
#include "cuda/kernels/reordered.h"
#include "cuda/runtime/libraries.h"
#include "cuda/shared_memory.h"
#include "triptych/core/error.h"
#include "triptych/core/tf32.h"

namespace triptych {

extern const Op matmul_op, matmul_weight_grad_op, linear_op;

namespace cuda {
namespace {

using FindProducts = Products (*)(const Operand&, const Operand&, const Operand&, const void*);

/// How cuBLAS, which thinks in columns, is told of a matrix: as its transpose.
cublasOperation_t operation(const BlasMatrix& matrix) { return matrix.transposed ? CUBLAS_OP_T : CUBLAS_OP_N; }

cudaDataType data_type(DType dtype) {
  return dtype == float64 ? CUDA_R_64F : dtype == float16 ? CUDA_R_16F : dtype == bfloat16 ? CUDA_R_16BF : CUDA_R_32F;
}

int blas_int(std::int64_t value, const KernelCall& call) {
  if (value > INT_MAX)
    throw UnsupportedError(call.op.name, "a dimension is too large for cuBLAS", std::to_string(value),
                           "Use smaller batches", call.context.where);
  return static_cast<int>(value);
}

void float_products(const KernelCall& call, FindProducts find_products) {
  const Operand& c = call.outputs[0];
  Operand a = call.inputs[0], b = call.inputs[1];
  Products p = find_products(a, b, c, call.attributes);
  auto left = blas_matrix(p.m, p.k, p.a_row, p.a_column), right = blas_matrix(p.k, p.n, p.b_row, p.b_column);
  std::optional<Reordered> a_copy, b_copy;
  if (!left || !right) {
    const auto row_major = [&](Operand& operand, std::optional<Reordered>& copy) {
      TensorMeta meta = *operand.meta;
      meta.strides = contiguous_strides(meta.shape);
      operand = copy.emplace(call, operand, meta).operand();
    };
    if (!left) row_major(a, a_copy);
    if (!right) row_major(b, b_copy);
    p = find_products(a, b, c, call.attributes);
    left = blas_matrix(p.m, p.k, p.a_row, p.a_column);
    right = blas_matrix(p.k, p.n, p.b_row, p.b_column);
  }
  const cudaDataType type = data_type(c.dtype());
  const cublasComputeType_t compute = c.dtype() == float64                   ? CUBLAS_COMPUTE_64F
                                      : c.dtype() == float32 && allow_tf32() ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                                             : CUBLAS_COMPUTE_32F;
  const double one = 1, zero = 0;
  const float one_f = 1, zero_f = 0;
  const void *alpha = &one_f, *beta = &zero_f;
  if (compute == CUBLAS_COMPUTE_64F) {
    alpha = &one;
    beta = &zero;
  }
  const Scratch workspace(call.context, cublas_workspace_bytes);
  const cublasHandle_t handle = cublas(call.context.device.index, static_cast<cudaStream_t>(call.context.stream),
                                       workspace.as<void>(), call.context.where);
  const std::size_t size = size_of(c.dtype());
  // The innermost leading dimension is a batch of cuBLAS's, those around it are a loop.
  const auto inner = static_cast<std::size_t>(std::max(p.rank - 1, 0));
  const std::int64_t batch = p.rank > 0 ? p.lengths[inner] : 1;
  for (std::int64_t i = 0; i < p.count; i += batch) {
    const auto at = [size](const Operand& operand, std::int64_t offset) {
      return operand.as<char>() + offset * static_cast<std::int64_t>(size);
    };
    check(cublasGemmStridedBatchedEx(
              handle, operation(*right), operation(*left), blas_int(p.n, call), blas_int(p.m, call),
              blas_int(p.k, call), alpha, at(b, p.offset(i, p.b_steps)), type, blas_int(right->leading, call),
              p.rank > 0 ? p.b_steps[inner] : 0, at(a, p.offset(i, p.a_steps)), type, blas_int(left->leading, call),
              p.rank > 0 ? p.a_steps[inner] : 0, beta, at(c, i * p.m * p.n), type, blas_int(p.n, call), p.m * p.n,
              blas_int(batch, call), compute, CUBLAS_GEMM_DEFAULT),
          call.op.name, "cublasGemmStridedBatchedEx", call.context.where);
  }
}

constexpr int tile = 16;

/// One thread for each element of a tile of the result. Unsigned sums wrap around by definition.
template <class T, class Sum>
__global__ void integer_kernel(Products p, const T* a, const T* b, T* c) {
  TRIPTYCH_SHARED(a_tile, Sum[tile][tile + 1]);
  TRIPTYCH_SHARED(b_tile, Sum[tile][tile + 1]);
  const int column = static_cast<int>(threadIdx.x) % tile, row = static_cast<int>(threadIdx.x) / tile;
  const std::int64_t down = (p.m + tile - 1) / tile, across = (p.n + tile - 1) / tile;
  for (std::int64_t t = blockIdx.x; t < p.count * down * across; t += gridDim.x) {
    const std::int64_t product = t / (down * across), place = t % (down * across);
    const std::int64_t i = place / across * tile + row, j = place % across * tile + column;
    const T *from_a = a + p.offset(product, p.a_steps), *from_b = b + p.offset(product, p.b_steps);
    Sum sum = 0;
    for (std::int64_t l = 0; l < p.k; l += tile) {
      a_tile[row][column] = i < p.m && l + column < p.k ? Sum(from_a[i * p.a_row + (l + column) * p.a_column]) : Sum(0);
      b_tile[row][column] = j < p.n && l + row < p.k ? Sum(from_b[(l + row) * p.b_row + j * p.b_column]) : Sum(0);
      __syncthreads();
      for (int q = 0; q < tile; ++q) sum += a_tile[row][q] * b_tile[q][column];
      __syncthreads();
    }
    if (i < p.m && j < p.n) c[(product * p.m + i) * p.n + j] = static_cast<T>(sum);
  }
}

template <class T>
void integer_products(const KernelCall& call, const Products& p) {
  using Sum = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  const std::int64_t tiles = p.count * ((p.m + tile - 1) / tile) * ((p.n + tile - 1) / tile);
  run(call, integer_kernel<T, Sum>, blocks_for(tiles, 1), tile * tile, 0, p, call.inputs[0].as<const T>(),
      call.inputs[1].as<const T>(), call.outputs[0].as<T>());
}

template <auto find_products>
void matmul_run(const KernelCall& call) {
  const Operand& c = call.outputs[0];
  if (c.size() == 0) return;
  if (call.inputs[0].size() == 0) {  // sums of nothing
    check(cudaMemsetAsync(c.data, 0, static_cast<std::size_t>(c.size()) * size_of(c.dtype()),
                          static_cast<cudaStream_t>(call.context.stream)),
          call.op.name, "cudaMemsetAsync", call.context.where);
    return;
  }
  if (is_floating(c.dtype())) return float_products(call, find_products);
  const Products p = find_products(call.inputs[0], call.inputs[1], c, call.attributes);
  visit_dtype(c.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) integer_products<T>(call, p);
  });
}

void linear_run(const KernelCall& call) {
  if (call.outputs[0].size() == 0) return;
  matmul_run<linear_products>(call);
  finish_product(call, call.inputs.size() == 3 ? &call.inputs[2] : nullptr, call.outputs[0].shape().rank() - 1,
                 call.attributes_as<LinearAttributes>().activation);
}

const Kernel matmul_kernel{.run = matmul_run<matmul_products>, .any_strides = true};
const Kernel matmul_weight_grad_kernel{.run = matmul_run<weight_grad_products>};
const Kernel linear_kernel{.run = linear_run, .any_strides = true};

}  // namespace

void register_matmul_kernels() {
  register_kernel(matmul_op, Device::Type::cuda, matmul_kernel);
  register_kernel(matmul_weight_grad_op, Device::Type::cuda, matmul_weight_grad_kernel);
  register_kernel(linear_op, Device::Type::cuda, linear_kernel);
}

}  // namespace cuda
}  // namespace triptych
