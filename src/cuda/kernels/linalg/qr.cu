// qr by cuSOLVER: geqrf leaves R and reflections, of which orgqr makes Q.
#include <climits>

#include "cuda/kernels/linalg/matrices.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op qr_op;

namespace cuda {
namespace {

/// The upper triangle of matrices that lie column by column, `n` rows each, as `rows` rows.
template <class T>
__global__ void triangle_kernel(const T* from, T* to, std::int64_t count, std::int64_t n, std::int64_t rows,
                                std::int64_t columns) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t matrix = i / (rows * columns), row = i / columns % rows, column = i % columns;
    to[i] = column < row ? T(0) : from[(matrix * columns + column) * n + row];
  }
}

int lapack_int(std::int64_t value, const KernelCall& call) {
  if (value > INT_MAX)
    throw UnsupportedError(call.op.name, "a dimension is too large for cuSOLVER", std::to_string(value), "",
                           call.context.where);
  return static_cast<int>(value);
}

/// Of k reflections in n x inner matrices their product, in place.
template <class T>
void make_q(const KernelCall& call, const Solver& s, T* q, const T* tau, std::int64_t n, std::int64_t inner,
            std::int64_t k, std::int64_t count, const Infos& infos) {
  const int rows = lapack_int(n, call), columns = lapack_int(inner, call), reflections = lapack_int(k, call);
  int elements = 0;
  if constexpr (sizeof(T) == 8)
    check(cusolverDnDorgqr_bufferSize(s.handle, rows, columns, reflections, q, rows, tau, &elements), call.op.name,
          "cusolverDnDorgqr_bufferSize", call.context.where);
  else
    check(cusolverDnSorgqr_bufferSize(s.handle, rows, columns, reflections, q, rows, tau, &elements), call.op.name,
          "cusolverDnSorgqr_bufferSize", call.context.where);
  const Scratch work(call.context, static_cast<std::size_t>(std::max(elements, 1)) * sizeof(T));
  for (std::int64_t i = 0; i < count; ++i) {
    T* matrix = q + i * n * inner;
    if constexpr (sizeof(T) == 8)
      check(cusolverDnDorgqr(s.handle, rows, columns, reflections, matrix, rows, tau + i * k, work.as<T>(), elements,
                             infos.of(i)),
            call.op.name, "cusolverDnDorgqr", call.context.where);
    else
      check(cusolverDnSorgqr(s.handle, rows, columns, reflections, matrix, rows, tau + i * k, work.as<T>(), elements,
                             infos.of(i)),
            call.op.name, "cusolverDnSorgqr", call.context.where);
  }
}

template <class T>
void run_as(const KernelCall& call) {
  const Operand &x = call.inputs[0], &q = call.outputs[0], &r = call.outputs[1];
  if (x.size() == 0) return fill_unit(call, q);
  const std::int64_t n = x.shape()[-2], m = x.shape()[-1], k = std::min(n, m), inner = r.shape()[-2];
  const std::int64_t count = x.size() / (n * m);
  const auto stream = static_cast<cudaStream_t>(call.context.stream);
  const WorkingCopy matrices(call, x, by_columns(*x.meta));
  const Scratch tau(call.context, static_cast<std::size_t>(count * k) * sizeof(T));
  const cudaDataType type = data_type(x);
  const Solver s = solver_of(call);
  Workspace workspace(call, "cusolverDnXgeqrf_bufferSize", [&](std::size_t* device, std::size_t* host) {
    return cusolverDnXgeqrf_bufferSize(s.handle, s.params, n, m, type, matrices.at(0), n, type, tau.as<void>(), type,
                                       device, host);
  });
  const Infos infos(call, count);
  for (std::int64_t i = 0; i < count; ++i)
    check(cusolverDnXgeqrf(s.handle, s.params, n, m, type, matrices.at(i * n * m), n, type, tau.as<T>() + i * k, type,
                           workspace.device(), workspace.device_bytes, workspace.host(), workspace.host_bytes,
                           infos.of(i)),
          call.op.name, "cusolverDnXgeqrf", call.context.where);
  run(call, triangle_kernel<T>, blocks_for(r.size()), block_threads, 0, static_cast<const T*>(matrices.at(0)),
      r.as<T>(), r.size(), n, inner, m);
  const TensorMeta order = by_columns(*q.meta);
  const Scratch columns(call.context, bytes_in(order));
  for (std::int64_t i = 0; i < count; ++i)
    check(cudaMemcpyAsync(columns.as<T>() + i * n * inner, matrices.at(i * n * m),
                          static_cast<std::size_t>(n * k) * sizeof(T), cudaMemcpyDeviceToDevice, stream),
          call.op.name, "cudaMemcpyAsync", call.context.where);
  make_q(call, s, columns.as<T>(), tau.as<const T>(), n, inner, k, count, infos);
  copy_strided(columns.as<void>(), order, q.data, *q.meta);
  infos.report(call, no_convergence_rule, entry_text);  // a wrong argument; nothing else can be
}

void qr_run(const KernelCall& call) { call.outputs[0].dtype() == float32 ? run_as<float>(call) : run_as<double>(call); }

const Kernel qr_kernel{.run = qr_run};

}  // namespace

void register_qr_kernels() { register_kernel(qr_op, Device::Type::cuda, qr_kernel); }

}  // namespace cuda
}  // namespace triptych
