#include <Eigen/QR>

#include "core/kernels/linalg/matrices.h"
#include "core/ops/linalg/linalg.h"

namespace triptych {

extern const Op qr_op;

namespace {

using namespace linalg;

template <class T>
void run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &q = call.outputs[0], &r = call.outputs[1];
  const Batches batches(x, q.shape());
  const std::int64_t n = x.shape()[-2], m = x.shape()[-1], inner = r.shape()[-2];
  each_matrix(batches.count(), static_cast<double>(n) * m * std::min(n, m) * 2, [&](std::int64_t i) {
    if (m == 0) return put<T>(q, i, Matrix<T>::Identity(n, inner));
    const Eigen::HouseholderQR<Matrix<T>> qr(matrix_of<T>(x, batches, i));
    Matrix<T> columns = Matrix<T>::Identity(n, inner);
    columns.applyOnTheLeft(qr.householderQ());
    put<T>(q, i, columns);
    Matrix<T> triangle = Matrix<T>::Zero(inner, m);
    triangle.template triangularView<Eigen::Upper>() = qr.matrixQR().topRows(inner);
    put<T>(r, i, triangle);
  });
}

void qr_run(const KernelCall& call) { call.outputs[0].dtype() == float32 ? run<float>(call) : run<double>(call); }

const Kernel qr_kernel{.run = qr_run, .any_strides = true};

}  // namespace

void register_qr_kernels() { register_kernel(qr_op, Device::Type::cpu, qr_kernel); }

}  // namespace triptych
