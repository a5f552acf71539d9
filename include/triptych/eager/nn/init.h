// torch.nn.init: gives parameters that exist new values, drawn as core/init.h draws them. Matrices are (out, in),
// convolution kernels (out, in, h, w). ArgumentError for a shape that an initializer cannot take.
#pragma once

#include "triptych/core/init.h"
#include "triptych/core/tensor.h"

namespace triptych::eager::nn::init {

/// Fills `tensor` by any initializer; outside of any recorded computation. Returns `tensor`.
TRIPTYCH_API Tensor& fill_(Tensor& tensor, const Initializer& initializer, Location where = Location::here());

inline Tensor& zeros_(Tensor& tensor, Location where = Location::here()) {
  return fill_(tensor, triptych::init::zeros(), where);
}
inline Tensor& ones_(Tensor& tensor, Location where = Location::here()) {
  return fill_(tensor, triptych::init::ones(), where);
}
inline Tensor& constant_(Tensor& tensor, double value, Location where = Location::here()) {
  return fill_(tensor, triptych::init::constant(value), where);
}
inline Tensor& uniform_(Tensor& tensor, double a = 0, double b = 1, Location where = Location::here()) {
  return fill_(tensor, triptych::init::uniform(a, b), where);
}
inline Tensor& normal_(Tensor& tensor, double mean = 0, double std = 1, Location where = Location::here()) {
  return fill_(tensor, triptych::init::normal(mean, std), where);
}
inline Tensor& xavier_uniform_(Tensor& tensor, double gain = 1, Location where = Location::here()) {
  return fill_(tensor, triptych::init::xavier_uniform(gain), where);
}
inline Tensor& xavier_normal_(Tensor& tensor, double gain = 1, Location where = Location::here()) {
  return fill_(tensor, triptych::init::xavier_normal(gain), where);
}
inline Tensor& kaiming_uniform_(Tensor& tensor, double a = 0, Location where = Location::here()) {
  return fill_(tensor, triptych::init::kaiming_uniform(a), where);
}
inline Tensor& kaiming_normal_(Tensor& tensor, double a = 0, Location where = Location::here()) {
  return fill_(tensor, triptych::init::kaiming_normal(a), where);
}

}  // namespace triptych::eager::nn::init
