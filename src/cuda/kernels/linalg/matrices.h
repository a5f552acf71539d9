// What the kernels of linear algebra share: matrices column by column, as cuSOLVER wants them, its working memory, and
// what it says of matrices that it cannot take.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/kernels/linalg/batches.h"
#include "core/ops/linalg/linalg.h"
#include "cuda/kernels/kernels.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/runtime/fault.h"
#include "cuda/runtime/libraries.h"
#include "cuda/runtime/solver.h"

namespace triptych::cuda {

using linalg::Batches;

inline cudaDataType data_type(const Operand& x) { return x.dtype() == float64 ? CUDA_R_64F : CUDA_R_32F; }

/// Dense matrices of this shape, column by column.
inline TensorMeta by_columns(const TensorMeta& x) {
  TensorMeta meta = x;
  meta.strides = contiguous_strides(x.shape);
  const auto rank = static_cast<std::size_t>(x.shape.rank());
  meta.strides[rank - 2] = 1;
  meta.strides[rank - 1] = x.shape[-2];
  return meta;
}

inline std::size_t bytes_in(const TensorMeta& meta) {
  return static_cast<std::size_t>(meta.shape.size()) * size_of(meta.dtype);
}

/// A copy of matrices in another order, for a library to work in.
class WorkingCopy {
 public:
  WorkingCopy(const KernelCall& call, const Operand& from, const TensorMeta& order)
      : meta_(order), memory_(call.context, bytes_in(order)) {
    copy_strided(from.data, *from.meta, memory_.as<void>(), meta_);
  }
  /// Of a matrix, or of what else starts so many elements behind the first.
  void* at(std::int64_t offset) const {
    return memory_.as<char>() + offset * static_cast<std::int64_t>(size_of(meta_.dtype));
  }
  void copy_to(const Operand& to) const { copy_strided(memory_.as<void>(), meta_, to.data, *to.meta); }

 private:
  TensorMeta meta_;
  Scratch memory_;
};

inline void* element_at(const Operand& x, std::int64_t offset) {
  return x.as<char>() + offset * static_cast<std::int64_t>(size_of(x.dtype()));
}

/// The working memory that cuSOLVER asks for: query(&device_bytes, &host_bytes).
class Workspace {
 public:
  template <class Query>
  Workspace(const KernelCall& call, const char* name, Query query) {
    check(query(&device_bytes, &host_bytes), call.op.name, name, call.context.where);
    device_.emplace(call.context, std::max<std::size_t>(device_bytes, 1));
    host_.resize(host_bytes);
  }
  void* device() const { return device_->as<void>(); }
  void* host() { return host_.data(); }

  std::size_t device_bytes = 0, host_bytes = 0;

 private:
  std::optional<Scratch> device_;
  std::vector<char> host_;
};

/// One thread: the first entry counts.
template <class Info>
__global__ void report_kernel(const Info* infos, std::int64_t count, FaultReport report) {
  for (std::int64_t i = 0; i < count; ++i)
    if (infos[i] != 0) return report_fault(report, i, infos[i]);
}

template <class T>
__global__ void not_finite_kernel(const T* x, std::int64_t count, std::int64_t each, int* infos) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count())
    if (!(x[i] - x[i] == T(0))) infos[i / each] = 1;  // whoever writes, writes the same
}

template <class T>
__global__ void unit_kernel(T* x, std::int64_t count, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count())
    x[i] = i / columns % rows == i % columns ? T(1) : T(0);
}

/// What cuSOLVER tells of each matrix.
class Infos {
 public:
  Infos(const KernelCall& call, std::int64_t count)
      : count_(count), memory_(call.context, static_cast<std::size_t>(std::max<std::int64_t>(count, 1)) * sizeof(int)) {
    check(cudaMemsetAsync(memory_.as<void>(), 0, static_cast<std::size_t>(count) * sizeof(int),
                          static_cast<cudaStream_t>(call.context.stream)),
          call.op.name, "cudaMemsetAsync", call.context.where);
  }
  int* of(std::int64_t i) const { return memory_.as<int>() + i; }
  /// Dense matrices with NaN or infinite elements are noted too.
  void note_not_finite(const KernelCall& call, const Operand& x) const {
    const std::int64_t each = x.size() / std::max<std::int64_t>(count_, 1);
    x.dtype() == float32 ? run(call, not_finite_kernel<float>, blocks_for(x.size()), block_threads, 0,
                               x.as<const float>(), x.size(), each, of(0))
                         : run(call, not_finite_kernel<double>, blocks_for(x.size()), block_threads, 0,
                               x.as<const double>(), x.size(), each, of(0));
  }
  void report(const KernelCall& call, const char* rule, FaultText text) const {
    run(call, report_kernel<int>, 1, 1, 0, of(0), count_,
        fault_report(call.context.device.index, call.op.name, rule, call.context.where, text));
  }

 private:
  std::int64_t count_;
  Scratch memory_;
};

inline std::string minor_text(const Fault& fault) { return linalg::minor_text(fault.value, fault.limit); }
inline std::string pivot_text(const Fault& fault) { return linalg::pivot_text(fault.value, fault.limit); }
inline std::string entry_text(const Fault& fault) { return linalg::entry_text(fault.value, fault.limit); }

inline Solver solver_of(const KernelCall& call) {
  return solver(call.context.device.index, static_cast<cudaStream_t>(call.context.stream), call.context.where);
}

/// Identity matrices of y's shape.
inline void fill_unit(const KernelCall& call, const Operand& y) {
  if (y.size() == 0) return;
  const std::int64_t rows = y.shape()[-2], columns = y.shape()[-1];
  y.dtype() == float32
      ? run(call, unit_kernel<float>, blocks_for(y.size()), block_threads, 0, y.as<float>(), y.size(), rows, columns)
      : run(call, unit_kernel<double>, blocks_for(y.size()), block_threads, 0, y.as<double>(), y.size(), rows, columns);
}

/// Solves in place of b, n x k matrices column by column, by triangular matrices that lie dense row by row at `a`, or
/// with `transpose` by what they are transposed.
void substitute(const KernelCall& call, const Operand& a, const Batches& matrices, const WorkingCopy& b, std::int64_t n,
                std::int64_t k, bool upper, bool unit, bool transpose);

}  // namespace triptych::cuda
