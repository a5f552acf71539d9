// triangular_solve by cuBLAS.
#include <climits>

#include "core/kernels/strided.h"
#include "cuda/kernels/linalg/matrices.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op triangular_solve_op;

namespace cuda {
namespace {

int blas_int(std::int64_t value, const KernelCall& call) {
  if (value > INT_MAX)
    throw UnsupportedError(call.op.name, "a dimension is too large for cuBLAS", std::to_string(value), "",
                           call.context.where);
  return static_cast<int>(value);
}

void triangular_solve_run(const KernelCall& call) {
  const Operand &a = call.inputs[0], &b = call.inputs[1], &x = call.outputs[0];
  const auto& attributes = call.attributes_as<TriangularSolveAttributes>();
  if (x.size() == 0) return;
  const TensorMeta repeated = broadcast_meta(*b.meta, x.shape());
  const WorkingCopy sides(call, {b.data, &repeated}, by_columns(*x.meta));
  substitute(call, a, Batches(a, x.shape()), sides, x.shape()[-2], x.shape()[-1], attributes.upper,
             attributes.unitriangular, false);
  sides.copy_to(x);
}

const Kernel triangular_solve_kernel{.run = triangular_solve_run};

}  // namespace

// Row by row is column by column of the transposed matrix, whose triangle is the other one.
void substitute(const KernelCall& call, const Operand& a, const Batches& matrices, const WorkingCopy& b, std::int64_t n,
                std::int64_t k, bool upper, bool unit, bool transpose) {
  const cublasFillMode_t uplo = upper ? CUBLAS_FILL_MODE_LOWER : CUBLAS_FILL_MODE_UPPER;
  const cublasOperation_t operation = transpose ? CUBLAS_OP_N : CUBLAS_OP_T;
  const cublasDiagType_t diag = unit ? CUBLAS_DIAG_UNIT : CUBLAS_DIAG_NON_UNIT;
  const Scratch workspace(call.context, cublas_workspace_bytes);
  const cublasHandle_t handle = cublas(call.context.device.index, static_cast<cudaStream_t>(call.context.stream),
                                       workspace.as<void>(), call.context.where);
  const int rows = blas_int(n, call), columns = blas_int(k, call);
  const float one = 1;
  const double wide_one = 1;
  for (std::int64_t i = 0; i < matrices.count(); ++i) {
    void *matrix = element_at(a, matrices.offset(i)), *side = b.at(i * n * k);
    if (a.dtype() == float32)
      check(cublasStrsm(handle, CUBLAS_SIDE_LEFT, uplo, operation, diag, rows, columns, &one,
                        static_cast<const float*>(matrix), rows, static_cast<float*>(side), rows),
            call.op.name, "cublasStrsm", call.context.where);
    else
      check(cublasDtrsm(handle, CUBLAS_SIDE_LEFT, uplo, operation, diag, rows, columns, &wide_one,
                        static_cast<const double*>(matrix), rows, static_cast<double*>(side), rows),
            call.op.name, "cublasDtrsm", call.context.where);
  }
}

void register_triangular_solve_kernels() {
  register_kernel(triangular_solve_op, Device::Type::cuda, triangular_solve_kernel);
}

}  // namespace cuda
}  // namespace triptych
