// cholesky by cuSOLVER, in place of the result: a lower triangle row by row is an upper one column by column.
#include "cuda/kernels/linalg/matrices.h"

namespace triptych {

extern const Op cholesky_op;

namespace cuda {
namespace {

/// Zeros beside the triangle.
template <class T>
__global__ void clear_kernel(T* x, std::int64_t count, std::int64_t n, bool upper) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const std::int64_t row = i / n % n, column = i % n;
    if (upper ? column < row : column > row) x[i] = T(0);
  }
}

void cholesky_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &y = call.outputs[0];
  if (y.size() == 0) return;
  const bool upper = call.attributes_as<CholeskyAttributes>().upper;
  const std::int64_t n = y.shape()[-1], count = y.size() / (n * n);
  copy_strided(x.data, *x.meta, y.data, *y.meta);
  const cublasFillMode_t uplo = upper ? CUBLAS_FILL_MODE_LOWER : CUBLAS_FILL_MODE_UPPER;
  const cudaDataType type = data_type(y);
  const Solver s = solver_of(call);
  Workspace workspace(call, "cusolverDnXpotrf_bufferSize", [&](std::size_t* device, std::size_t* host) {
    return cusolverDnXpotrf_bufferSize(s.handle, s.params, uplo, n, type, y.data, n, type, device, host);
  });
  const Infos infos(call, count);
  for (std::int64_t i = 0; i < count; ++i)
    check(cusolverDnXpotrf(s.handle, s.params, uplo, n, type, element_at(y, i * n * n), n, type, workspace.device(),
                           workspace.device_bytes, workspace.host(), workspace.host_bytes, infos.of(i)),
          call.op.name, "cusolverDnXpotrf", call.context.where);
  y.dtype() == float32
      ? run(call, clear_kernel<float>, blocks_for(y.size()), block_threads, 0, y.as<float>(), y.size(), n, upper)
      : run(call, clear_kernel<double>, blocks_for(y.size()), block_threads, 0, y.as<double>(), y.size(), n, upper);
  infos.report(call, not_positive_rule, minor_text);
}

const Kernel cholesky_kernel{.run = cholesky_run};

}  // namespace

void register_cholesky_kernels() { register_kernel(cholesky_op, Device::Type::cuda, cholesky_kernel); }

}  // namespace cuda
}  // namespace triptych
