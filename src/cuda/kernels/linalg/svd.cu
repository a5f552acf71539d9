// svd and svdvals by cuSOLVER, which takes matrices with at least as many rows as columns: wide ones lie row by row as
// their transposes do column by column.
#include "cuda/kernels/linalg/matrices.h"

namespace triptych {

extern const Op svd_op, svdvals_op;

namespace cuda {
namespace {

/// `u` and `vh`: null if they are not wanted.
void decompose(const KernelCall& call, const Operand* u, const Operand& s, const Operand* vh, bool full) {
  const Operand& x = call.inputs[0];
  if (x.size() == 0) {
    for (const Operand* y : {u, vh})
      if (y) fill_unit(call, *y);
    return;
  }
  const std::int64_t n = x.shape()[-2], m = x.shape()[-1], rows = std::max(n, m), columns = std::min(n, m);
  const std::int64_t count = x.size() / (n * m);
  const bool wide = n < m, vectors = u != nullptr;
  const WorkingCopy matrices(call, x, wide ? *x.meta : by_columns(*x.meta));
  const cudaDataType type = data_type(x);
  const auto job = static_cast<signed char>(!vectors ? 'N' : full ? 'A' : 'S');
  const std::int64_t left_columns = !vectors ? 0 : full ? rows : columns;
  // Wide: the left vectors are vh row by row, the right ones u. Tall: both are turned over at the end.
  const auto bytes = [&](std::int64_t elements) {
    return static_cast<std::size_t>(std::max<std::int64_t>(count * elements, 1)) * size_of(x.dtype());
  };
  const Scratch left_memory(call.context, bytes(rows * left_columns)),
      right_memory(call.context, bytes(vectors ? columns * columns : 0));
  void *left = wide && vectors ? vh->data : left_memory.as<void>(),
       *right = wide && vectors ? u->data : right_memory.as<void>();
  const auto at = [&](void* memory, std::int64_t offset) {
    return static_cast<char*>(memory) + offset * static_cast<std::int64_t>(size_of(x.dtype()));
  };
  const Solver solver = solver_of(call);
  Workspace workspace(call, "cusolverDnXgesvd_bufferSize", [&](std::size_t* device, std::size_t* host) {
    return cusolverDnXgesvd_bufferSize(solver.handle, solver.params, job, job, rows, columns, type, matrices.at(0),
                                       rows, type, s.data, type, left, rows, type, right, columns, type, device, host);
  });
  const Infos infos(call, count);
  for (std::int64_t i = 0; i < count; ++i)
    check(cusolverDnXgesvd(solver.handle, solver.params, job, job, rows, columns, type, matrices.at(i * n * m), rows,
                           type, element_at(s, i * columns), type, at(left, i * rows * left_columns), rows, type,
                           at(right, vectors ? i * columns * columns : 0), columns, type, workspace.device(),
                           workspace.device_bytes, workspace.host(), workspace.host_bytes, infos.of(i)),
          call.op.name, "cusolverDnXgesvd", call.context.where);
  if (vectors && !wide) {
    copy_strided(left, by_columns(*u->meta), u->data, *u->meta);
    copy_strided(right, by_columns(*vh->meta), vh->data, *vh->meta);
  }
  infos.note_not_finite(call, x);
  infos.report(call, no_convergence_rule, entry_text);
}

void svd_run(const KernelCall& call) {
  decompose(call, &call.outputs[0], call.outputs[1], &call.outputs[2],
            call.attributes_as<SvdAttributes>().full_matrices);
}
void svdvals_run(const KernelCall& call) { decompose(call, nullptr, call.outputs[0], nullptr, false); }

const Kernel svd_kernel{.run = svd_run}, svdvals_kernel{.run = svdvals_run};

}  // namespace

void register_svd_kernels() {
  register_kernel(svd_op, Device::Type::cuda, svd_kernel);
  register_kernel(svdvals_op, Device::Type::cuda, svdvals_kernel);
}

}  // namespace cuda
}  // namespace triptych
