// eigh and eigvalsh by cuSOLVER: a lower triangle row by row is an upper one column by column.
#include "cuda/kernels/linalg/matrices.h"

namespace triptych {

extern const Op eigh_op, eigvalsh_op;

namespace cuda {
namespace {

/// `vectors`: null if they are not wanted.
void decompose(const KernelCall& call, const Operand& values, const Operand* vectors) {
  const Operand& x = call.inputs[0];
  if (x.size() == 0) return;
  const std::int64_t n = x.shape()[-1], count = x.size() / (n * n);
  const cublasFillMode_t uplo =
      call.attributes_as<EighAttributes>().upper ? CUBLAS_FILL_MODE_LOWER : CUBLAS_FILL_MODE_UPPER;
  const cusolverEigMode_t job = vectors ? CUSOLVER_EIG_MODE_VECTOR : CUSOLVER_EIG_MODE_NOVECTOR;
  const WorkingCopy matrices(call, x, *x.meta);
  const cudaDataType type = data_type(x);
  const Solver s = solver_of(call);
  Workspace workspace(call, "cusolverDnXsyevd_bufferSize", [&](std::size_t* device, std::size_t* host) {
    return cusolverDnXsyevd_bufferSize(s.handle, s.params, job, uplo, n, type, matrices.at(0), n, type, values.data,
                                       type, device, host);
  });
  const Infos infos(call, count);
  for (std::int64_t i = 0; i < count; ++i)
    check(cusolverDnXsyevd(s.handle, s.params, job, uplo, n, type, matrices.at(i * n * n), n, type,
                           element_at(values, i * n), type, workspace.device(), workspace.device_bytes,
                           workspace.host(), workspace.host_bytes, infos.of(i)),
          call.op.name, "cusolverDnXsyevd", call.context.where);
  if (vectors) {
    const TensorMeta order = by_columns(*vectors->meta);
    copy_strided(matrices.at(0), order, vectors->data, *vectors->meta);
  }
  infos.note_not_finite(call, x);
  infos.report(call, no_convergence_rule, entry_text);
}

void eigh_run(const KernelCall& call) { decompose(call, call.outputs[0], &call.outputs[1]); }
void eigvalsh_run(const KernelCall& call) { decompose(call, call.outputs[0], nullptr); }

const Kernel eigh_kernel{.run = eigh_run}, eigvalsh_kernel{.run = eigvalsh_run};

}  // namespace

void register_eigh_kernels() {
  register_kernel(eigh_op, Device::Type::cuda, eigh_kernel);
  register_kernel(eigvalsh_op, Device::Type::cuda, eigvalsh_kernel);
}

}  // namespace cuda
}  // namespace triptych
