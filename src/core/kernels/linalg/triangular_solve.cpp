#include "core/kernels/linalg/matrices.h"
#include "core/ops/linalg/linalg.h"

namespace triptych {

extern const Op triangular_solve_op;

namespace linalg {

template <class T>
void substitute(const Matrix<T>& a, Matrix<T>& b, bool upper, bool unit) {
  if (upper)
    unit ? a.template triangularView<Eigen::UnitUpper>().solveInPlace(b)
         : a.template triangularView<Eigen::Upper>().solveInPlace(b);
  else
    unit ? a.template triangularView<Eigen::UnitLower>().solveInPlace(b)
         : a.template triangularView<Eigen::Lower>().solveInPlace(b);
}

template void substitute(const Matrix<float>&, Matrix<float>&, bool, bool);
template void substitute(const Matrix<double>&, Matrix<double>&, bool, bool);

}  // namespace linalg

namespace {

using namespace linalg;

template <class T>
void run(const KernelCall& call) {
  const Operand &a = call.inputs[0], &b = call.inputs[1], &x = call.outputs[0];
  const auto& attributes = call.attributes_as<TriangularSolveAttributes>();
  if (x.size() == 0) return;
  const Batches matrices(a, x.shape()), sides(b, x.shape());
  const auto n = static_cast<double>(x.shape()[-2]), k = static_cast<double>(x.shape()[-1]);
  each_matrix(matrices.count(), n * n * k / 2, [&](std::int64_t i) {
    Matrix<T> side = matrix_of<T>(b, sides, i);
    substitute<T>(matrix_of<T>(a, matrices, i), side, attributes.upper, attributes.unitriangular);
    put<T>(x, i, side);
  });
}

void triangular_solve_run(const KernelCall& call) {
  call.outputs[0].dtype() == float32 ? run<float>(call) : run<double>(call);
}

const Kernel triangular_solve_kernel{.run = triangular_solve_run, .any_strides = true};

}  // namespace

void register_triangular_solve_kernels() {
  register_kernel(triangular_solve_op, Device::Type::cpu, triangular_solve_kernel);
}

}  // namespace triptych
