// A batch norm in evaluation folded into the layer before it, as torch.nn.utils.fusion's.
#pragma once

#include <memory>
#include <utility>

#include "triptych/eager/nn/conv.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/nn/normalization.h"

namespace triptych::eager::nn::utils {

/// Weight and bias of a convolution that computes what it and the batch norm behind it do: with s = bn_w / sqrt(bn_rv +
/// bn_eps) for each channel that comes out, w s and (b - bn_rm) s + bn_b. `conv_b`, `bn_w` and `bn_b` may be undefined.
/// With `transpose` the channels that come out are the weight's second dimension. No gradient flows through it.
TRIPTYCH_API std::pair<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b,
                                                            const Tensor& bn_rm, const Tensor& bn_rv, double bn_eps,
                                                            const Tensor& bn_w, const Tensor& bn_b,
                                                            bool transpose = false, Location where = Location::here());
/// The same of a linear layer.
TRIPTYCH_API std::pair<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b,
                                                              const Tensor& bn_rm, const Tensor& bn_rv, double bn_eps,
                                                              const Tensor& bn_w, const Tensor& bn_b,
                                                              Location where = Location::here());

namespace detail {
/// Makes `result` what the layer and the batch norm are together.
TRIPTYCH_API void fuse(const char* function, const Module& layer, const Tensor& weight, const Tensor& bias,
                       const BatchNorm& bn, Module& result, Location where);
}  // namespace detail

/// A new layer that computes what the convolution and then the batch norm compute; both are in evaluation
/// (ArgumentError).
template <class Conv>
std::unique_ptr<Conv> fuse_conv_bn_eval(const Conv& conv, const BatchNorm& bn, Location where = Location::here()) {
  auto options = conv.options;
  options.bias = true;
  options.dtype = conv.weight.dtype();
  auto result = std::make_unique<Conv>(options, where);
  detail::fuse("fuse_conv_bn_eval", conv, conv.weight, conv.bias, bn, *result, where);
  return result;
}
/// The same of a linear layer.
TRIPTYCH_API std::unique_ptr<Linear> fuse_linear_bn_eval(const Linear& linear, const BatchNorm& bn,
                                                         Location where = Location::here());

}  // namespace triptych::eager::nn::utils
