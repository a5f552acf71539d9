#include "triptych/eager/nn/utils/fusion.h"

#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/eager/autograd.h"

namespace triptych::eager::nn::utils {

std::pair<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                               const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                               const Tensor& bn_b, bool transpose, Location where) {
  const Called called("fuse_conv_bn_weights");
  const Frame frame(where);
  const NoGrad guard;
  const Tensor scale = bn_w.defined() ? bn_w * rsqrt(Arg(bn_rv + bn_eps, where)) : rsqrt(Arg(bn_rv + bn_eps, where));
  Shape along = Shape(std::vector<std::int64_t>(static_cast<std::size_t>(conv_w.ndim(where)), 1));
  along.set(transpose ? 1 : 0, -1, where);
  Tensor bias = (conv_b.defined() ? conv_b - bn_rm : -bn_rm) * scale;
  if (bn_b.defined()) bias = bias + bn_b;
  return {Arg(conv_w, where) * reshape(Arg(scale, where), along), bias};
}

std::pair<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm,
                                                 const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                 const Tensor& bn_b, Location where) {
  const Called called("fuse_linear_bn_weights");
  return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, false, where);
}

void detail::fuse(const char* function, const Module& layer, const Tensor& weight, const Tensor& bias,
                  const BatchNorm& bn, Module& result, Location where) {
  const Frame frame(where);
  if (layer.is_training() || bn.is_training())
    throw ArgumentError(function, "a module is in training", layer.is_training() ? layer.name() : bn.name(),
                        "Call eval() first: in training a batch norm's scale is the batch's", where);
  if (!bn.running_mean.defined())
    throw ArgumentError(function, "the batch norm has no running statistics", bn.name(), "", where);
  auto [fused_weight, fused_bias] = fuse_conv_bn_weights(weight, bias, bn.running_mean, bn.running_var, bn.options.eps,
                                                         bn.weight, bn.bias, false, where);
  const NoGrad guard;
  result.to(weight.device()).eval();
  for (const auto& [name, fused] : {std::pair("weight", fused_weight), std::pair("bias", fused_bias)}) {
    Tensor parameter = result.get_parameter(name);
    if (fused.shape() != parameter.shape())  // it was replaced
      throw ArgumentError(function, std::string("the layer's ") + name + " is not of the shape that its options say",
                          fused.shape().text() + ", not " + parameter.shape().text(), "", where);
    parameter.copy_(fused);
  }
}

std::unique_ptr<Linear> fuse_linear_bn_eval(const Linear& linear, const BatchNorm& bn, Location where) {
  auto result = std::make_unique<Linear>(
      LinearOptions{linear.options.in_features, linear.options.out_features, true, linear.weight.dtype()}, where);
  detail::fuse("fuse_linear_bn_eval", linear, linear.weight, linear.bias, bn, *result, where);
  return result;
}

}  // namespace triptych::eager::nn::utils
