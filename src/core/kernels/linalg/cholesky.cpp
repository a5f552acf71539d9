#include <Eigen/Cholesky>

#include "core/kernels/linalg/matrices.h"
#include "core/ops/linalg/linalg.h"

namespace triptych {

extern const Op cholesky_op;

namespace {

using namespace linalg;

/// The factor in place of the lower triangle; gives the order of the first minor that is not positive, or 0.
template <class T>
std::int64_t factorize(Matrix<T>& a) {
  const Eigen::Index failed = Eigen::internal::llt_inplace<T, Eigen::Lower>::blocked(a);
  const Eigen::Index done = failed < 0 ? a.rows() : failed;
  for (Eigen::Index i = 0; i < done; ++i)
    if (!(a(i, i) > 0)) return i + 1;  // NaN passes the algorithm itself
  return failed + 1;
}

template <class T>
void run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &y = call.outputs[0];
  const bool upper = call.attributes_as<CholeskyAttributes>().upper;
  const std::int64_t n = x.shape()[-1];
  const Batches batches(x, y.shape());
  Failures failures(batches.count());
  each_matrix(batches.count(), static_cast<double>(n) * n * n / 3, [&](std::int64_t i) {
    Matrix<T> a = matrix_of<T>(x, batches, i);
    if (upper) a.transposeInPlace();
    failures.note(i, factorize(a));
    a.template triangularView<Eigen::StrictlyUpper>().setZero();
    if (upper) a.transposeInPlace();
    put<T>(y, i, a);
  });
  failures.throw_first(call, not_positive_rule, minor_text);
}

void cholesky_run(const KernelCall& call) { call.outputs[0].dtype() == float32 ? run<float>(call) : run<double>(call); }

const Kernel cholesky_kernel{.run = cholesky_run, .any_strides = true};

}  // namespace

void register_cholesky_kernels() { register_kernel(cholesky_op, Device::Type::cpu, cholesky_kernel); }

}  // namespace triptych
