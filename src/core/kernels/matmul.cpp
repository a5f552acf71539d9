#include <Eigen/Core>

#include "core/kernels/elementwise.h"

namespace triptych {

extern const Op matmul_op;

namespace {

template <class T>
using Matrix = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
template <class T>
using ConstMatrix = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

void matmul_run(const KernelCall& call) {
  const std::int64_t m = call.inputs[0].shape()[0], k = call.inputs[0].shape()[1], n = call.inputs[1].shape()[1];
  visit_dtype(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_same_v<T, compute_type<T>> && !std::is_same_v<T, bool>)
      Matrix<T>(call.outputs[0].as<T>(), m, n).noalias() =
          ConstMatrix<T>(call.inputs[0].as<T>(), m, k) * ConstMatrix<T>(call.inputs[1].as<T>(), k, n);
    else
      throw UnsupportedError("matmul", "the dtype is not supported", std::string(dtype_name(call.outputs[0].dtype())));
  });
}

const Kernel matmul_kernel{.run = matmul_run};

}  // namespace

void register_matmul_kernels() { register_kernel(matmul_op, Device::Type::cpu, matmul_kernel); }

}  // namespace triptych
