// lu_factor by cuSOLVER, and what is made of its factors and pivots: cuBLAS solves, kernels of our own exchange rows.
#include "core/kernels/strided.h"
#include "cuda/kernels/linalg/matrices.h"

namespace triptych {

extern const Op lu_factor_op, lu_permutation_op, lu_solve_op;

namespace cuda {
namespace {

__global__ void narrow_kernel(const std::int64_t* from, std::int32_t* to, std::int64_t count) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) to[i] = static_cast<std::int32_t>(from[i]);
}

void lu_factor_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &y = call.outputs[0], &pivots = call.outputs[1];
  if (y.size() == 0) return;
  const std::int64_t n = y.shape()[-2], m = y.shape()[-1], length = pivots.shape()[-1], count = y.size() / (n * m);
  const WorkingCopy matrices(call, x, by_columns(*x.meta));
  const Scratch wide(call.context, static_cast<std::size_t>(pivots.size()) * sizeof(std::int64_t));
  const cudaDataType type = data_type(y);
  const Solver s = solver_of(call);
  Workspace workspace(call, "cusolverDnXgetrf_bufferSize", [&](std::size_t* device, std::size_t* host) {
    return cusolverDnXgetrf_bufferSize(s.handle, s.params, n, m, type, matrices.at(0), n, type, device, host);
  });
  const Infos infos(call, count);
  for (std::int64_t i = 0; i < count; ++i)
    check(cusolverDnXgetrf(s.handle, s.params, n, m, type, matrices.at(i * n * m), n,
                           wide.as<std::int64_t>() + i * length, type, workspace.device(), workspace.device_bytes,
                           workspace.host(), workspace.host_bytes, infos.of(i)),
          call.op.name, "cusolverDnXgetrf", call.context.where);
  matrices.copy_to(y);
  run(call, narrow_kernel, blocks_for(pivots.size()), block_threads, 0, wide.as<const std::int64_t>(),
      pivots.as<std::int32_t>(), pivots.size());
  if (call.attributes_as<LuFactorAttributes>().check) infos.report(call, singular_rule, pivot_text);
}

/// The row that `pivot` names, counted from 0; one out of range is reported, and the row itself stands for it.
__device__ std::int64_t row_of(std::int32_t pivot, std::int64_t rows, std::int64_t own, FaultReport report) {
  if (pivot >= 1 && pivot <= rows) return pivot - 1;
  report_fault(report, pivot, rows);
  return own;
}

FaultReport pivot_report(const KernelCall& call) {
  return fault_report(call.context.device.index, call.op.name, "a pivot is out of range", call.context.where);
}

/// One thread for each column of each matrix: where the 1 of a unit column goes when exchanges are undone.
template <class T>
__global__ void permutation_kernel(const std::int32_t* pivots, T* p, std::int64_t columns, std::int64_t n,
                                   std::int64_t length, FaultReport report) {
  for (std::int64_t c = thread_index(); c < columns; c += thread_count()) {
    T* matrix = p + c / n * n * n;
    const std::int32_t* exchanges = pivots + c / n * length;
    std::int64_t place = c % n;
    for (std::int64_t i = length; i-- > 0;) {
      const std::int64_t other = row_of(exchanges[i], n, i, report);
      place = place == i ? other : place == other ? i : place;
    }
    for (std::int64_t row = 0; row < n; ++row) matrix[row * n + c % n] = row == place ? T(1) : T(0);
  }
}

void lu_permutation_run(const KernelCall& call) {
  const Operand &pivots = call.inputs[0], &p = call.outputs[0];
  if (p.size() == 0) return;
  const std::int64_t n = p.shape()[-1], columns = p.size() / n, length = pivots.shape()[-1];
  const FaultReport report = pivot_report(call);
  p.dtype() == float32 ? run(call, permutation_kernel<float>, blocks_for(columns), block_threads, 0,
                             pivots.as<const std::int32_t>(), p.as<float>(), columns, n, length, report)
                       : run(call, permutation_kernel<double>, blocks_for(columns), block_threads, 0,
                             pivots.as<const std::int32_t>(), p.as<double>(), columns, n, length, report);
}

/// One thread for each column: its rows exchanged as elimination did, or back.
template <class T>
__global__ void exchange_kernel(T* x, std::int64_t columns, std::int64_t n, std::int64_t k, const std::int32_t* pivots,
                                Batches rows, bool undo, FaultReport report) {
  for (std::int64_t c = thread_index(); c < columns; c += thread_count()) {
    T* column = x + c * n;
    const std::int32_t* exchanges = pivots + rows.offset(c / k);
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t row = undo ? n - 1 - i : i, other = row_of(exchanges[row], n, row, report);
      const T value = column[row];
      column[row] = column[other];
      column[other] = value;
    }
  }
}

void lu_solve_run(const KernelCall& call) {
  const Operand &factors = call.inputs[1], &pivots = call.inputs[2], &b = call.inputs[3], &x = call.outputs[0];
  if (x.size() == 0) return;
  const bool transpose = call.attributes_as<LuSolveAttributes>().transpose;
  const std::int64_t n = x.shape()[-2], k = x.shape()[-1], columns = x.size() / n;
  const TensorMeta repeated = broadcast_meta(*b.meta, x.shape());
  const WorkingCopy sides(call, {b.data, &repeated}, by_columns(*x.meta));
  const Batches matrices(factors, x.shape()), rows(pivots, x.shape(), 2, 1);
  const auto exchange = [&](bool undo) {
    const FaultReport report = pivot_report(call);
    x.dtype() == float32
        ? run(call, exchange_kernel<float>, blocks_for(columns), block_threads, 0, static_cast<float*>(sides.at(0)),
              columns, n, k, pivots.as<const std::int32_t>(), rows, undo, report)
        : run(call, exchange_kernel<double>, blocks_for(columns), block_threads, 0, static_cast<double*>(sides.at(0)),
              columns, n, k, pivots.as<const std::int32_t>(), rows, undo, report);
  };
  if (transpose) {  // U^T L^T P^T x = b
    substitute(call, factors, matrices, sides, n, k, true, false, true);
    substitute(call, factors, matrices, sides, n, k, false, true, true);
    exchange(true);
  } else {
    exchange(false);
    substitute(call, factors, matrices, sides, n, k, false, true, false);
    substitute(call, factors, matrices, sides, n, k, true, false, false);
  }
  sides.copy_to(x);
}

const Kernel lu_factor_kernel{.run = lu_factor_run}, lu_permutation_kernel{.run = lu_permutation_run},
    lu_solve_kernel{.run = lu_solve_run};

}  // namespace

void register_lu_factor_kernels() {
  register_kernel(lu_factor_op, Device::Type::cuda, lu_factor_kernel);
  register_kernel(lu_permutation_op, Device::Type::cuda, lu_permutation_kernel);
  register_kernel(lu_solve_op, Device::Type::cuda, lu_solve_kernel);
}

}  // namespace cuda
}  // namespace triptych
