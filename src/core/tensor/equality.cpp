// Whole tensors compared.
#include "triptych/core/ops/equality.h"

#include <cmath>

#include "core/dispatch/backend.h"
#include "core/kernels/strided.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// Row-major values of `tensor` broadcast to `shape`, converted to `dtype`.
Tensor prepared(const Tensor& tensor, const Shape& shape, DType dtype, Location where) {
  return contiguous(expand(cast(Arg(on_host(tensor), where), dtype), shape));
}

void check_concrete(std::string_view op, const Tensor& tensor, Location where) {
  if (!tensor.defined())
    throw ArgumentError(op, "a tensor is undefined", "a default-constructed Tensor", "Give it a value first", where);
  if (tensor.is_symbolic())
    throw ArgumentError(op, "a symbolic tensor has no values until a session runs it", tensor.text(),
                        "Compare what Session::run returns", where);
}

}  // namespace

bool array_equal(const Tensor& a, const Tensor& b, Location where) {
  const Frame frame(where);
  check_concrete("array_equal", a, where);
  check_concrete("array_equal", b, where);
  if (a.shape() != b.shape()) return false;
  const GradMode off(false);
  const DType dtype = promote_types(a.dtype(), b.dtype());
  const Tensor x = prepared(a, a.shape(), dtype, where), y = prepared(b, b.shape(), dtype, where);
  return visit_dtype(dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const T *p = static_cast<const T*>(x.impl()->data()), *q = static_cast<const T*>(y.impl()->data());
    for (std::int64_t i = 0; i < x.numel(); ++i)
      if constexpr (std::is_arithmetic_v<T>) {
        if (!(p[i] == q[i])) return false;
      } else if (!(static_cast<float>(p[i]) == static_cast<float>(q[i]))) {
        return false;
      }
    return true;
  });
}

bool allclose(const Tensor& a, const Tensor& b, AllcloseOptions options, Location where) {
  const Frame frame(where);
  const Hyperparameters limits("allclose", where);
  limits.not_negative("rtol", options.rtol);
  limits.not_negative("atol", options.atol);
  check_concrete("allclose", a, where);
  check_concrete("allclose", b, where);
  Shape shape;
  if (!broadcast(a.shape(), b.shape(), shape))
    throw ArgumentError("allclose", "shapes do not broadcast", a.shape().text() + " and " + b.shape().text(), "",
                        where);
  const GradMode off(false);
  const Tensor x = prepared(a, shape, float64, where), y = prepared(b, shape, float64, where);
  const auto p = x.data<double>(), q = y.data<double>();
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] == q[i] || (options.equal_nan && std::isnan(p[i]) && std::isnan(q[i]))) continue;
    if (!std::isfinite(p[i]) || !std::isfinite(q[i])) return false;
    if (!(std::abs(p[i] - q[i]) <= options.atol + options.rtol * std::abs(q[i]))) return false;
  }
  return true;
}

}  // namespace triptych
