#include "triptych/eager/nn/linear.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const LinearOptions& checked(const LinearOptions& options, Location where, bool lazy = false) {
  if ((!lazy && options.in_features < 1) || options.out_features < 1)
    throw ArgumentError("Linear", "in_features or out_features is not positive",
                        std::to_string(options.in_features) + " and " + std::to_string(options.out_features), "",
                        where);
  check_parameter_dtype("Linear", options.dtype, where);
  return options;
}

}  // namespace

Linear::Linear(const LinearOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked(given, where)) {
  make_parameters(where);
}

Linear::Linear(detail::Lazily, const LinearOptions& given, Location where)
    : weight(register_parameter("weight", Tensor())),
      bias(register_parameter("bias", Tensor())),
      settings_(checked(given, where, true)) {}

void Linear::make_parameters(Location where) {
  const LinearOptions& o = settings_;
  set_member(weight, default_weight({o.out_features, o.in_features}, o.dtype, init::Layout::out_in, where), true);
  if (o.bias) set_member(bias, default_bias(o.out_features, o.in_features, o.dtype, where), true);
}

Tensor Linear::forward(const Tensor& x) { return bias.defined() ? linear(x, weight, bias) : linear(x, weight); }

std::string Linear::extra_repr() const {
  return "in_features=" + std::to_string(options.in_features) +
         ", out_features=" + std::to_string(options.out_features) + ", bias=" + python_text(options.bias);
}

namespace {

const BilinearOptions& checked(const BilinearOptions& o, Location where) {
  if (o.in1_features < 1 || o.in2_features < 1 || o.out_features < 1)
    throw ArgumentError("Bilinear", "a number of features is not positive",
                        std::to_string(o.in1_features) + ", " + std::to_string(o.in2_features) + " and " +
                            std::to_string(o.out_features),
                        "", where);
  check_parameter_dtype("Bilinear", o.dtype, where);
  return o;
}

Tensor first_values(const Shape& shape, const BilinearOptions& o, Location where) {
  const double bound = 1 / std::sqrt(static_cast<double>(o.in1_features));
  return init::uniform(-bound, bound, {}, where)(shape, o.dtype);
}

}  // namespace

Bilinear::Bilinear(const Options& given, Location where)
    : options(checked(given, where)),
      weight(register_parameter(
          "weight", first_values({options.out_features, options.in1_features, options.in2_features}, options, where))),
      bias(register_parameter("bias", options.bias ? first_values({options.out_features}, options, where) : Tensor())) {
}

Tensor Bilinear::forward(const Tensor& x1, const Tensor& x2) {
  if (x1.ndim() == 0 || x1.ndim() != x2.ndim() || conflict(x1.shape().dim(-1), options.in1_features) ||
      conflict(x2.shape().dim(-1), options.in2_features))
    throw ArgumentError("Bilinear", "the inputs do not fit",
                        x1.shape().text() + " and " + x2.shape().text() + ", for " +
                            std::to_string(options.in1_features) + " and " + std::to_string(options.in2_features) +
                            " features");
  // (..., 1, in1) by (out, in1, in2): (..., out, 1, in2).
  const Tensor rows = matmul(unsqueeze(unsqueeze(x1, -2), -2), weight);
  const Tensor y = squeeze(matmul(rows, unsqueeze(unsqueeze(x2, -2), -1)), {-2, -1});
  return bias.defined() ? y + bias : y;
}

std::string Bilinear::extra_repr() const {
  return "in1_features=" + std::to_string(options.in1_features) +
         ", in2_features=" + std::to_string(options.in2_features) +
         ", out_features=" + std::to_string(options.out_features) + ", bias=" + python_text(options.bias);
}

}  // namespace triptych::eager::nn
