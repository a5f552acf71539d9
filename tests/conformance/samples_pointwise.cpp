// Special functions and more elementwise arithmetic; references by
// scripts/references/make_conformance_references_elementwise.py.
#include "samples.h"
#include "triptych/core/ops/pointwise.h"
#include "triptych/core/ops/special.h"

namespace tt = triptych;

namespace conformance {

void add_pointwise_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    return samples.back();
  };
  const auto one = [&](const char* op, Tensor (*f)(tt::Arg)) -> Sample& {
    return add(op, "plain", [f](const Tensors& x) { return f(x[0]); });
  };
  const auto two = [&](const char* op, const char* name, Tensor (*f)(tt::Arg, tt::Arg)) -> Sample& {
    return add(op, name, [f](const Tensors& x) { return f(x[0], x[1]); });
  };

  one("erfc", tt::erfc);
  one("erfinv", tt::erfinv);
  one("lgamma", tt::lgamma);
  one("digamma", tt::digamma);
  one("sinc", tt::sinc);
  add("sinc", "near_zero", [](const Tensors& x) { return tt::sinc(x[0] / 1000); });
  for (const std::int64_t n : {0, 1, 2, 5})
    add("polygamma", ("order_" + std::to_string(n)).c_str(), [n](const Tensors& x) { return tt::polygamma(n, x[0]); });
  add("logit", "plain", [](const Tensors& x) { return tt::logit(x[0]); });
  add("logit", "eps", [](const Tensors& x) { return tt::logit(x[0], 0.25); });
  two("xlogy", "broadcast", tt::xlogy);
  add("xlogy", "number", [](const Tensors& x) { return tt::xlogy(3, x[0]); });
  two("logaddexp", "broadcast", tt::logaddexp);
  two("logaddexp2", "broadcast", tt::logaddexp2);
  two("float_power", "broadcast", tt::float_power);
  add("float_power", "number", [](const Tensors& x) { return tt::float_power(x[0], 2.5); });
  add("float_power", "base", [](const Tensors& x) { return tt::float_power(2, x[0]); });

  two("fmod", "broadcast", tt::fmod);
  two("fmod", "integers", tt::fmod);
  two("copysign", "broadcast", tt::copysign);
  add("copysign", "number", [](const Tensors& x) { return tt::copysign(x[0], -1); });
  one("signbit", tt::signbit);
  two("heaviside", "ties", tt::heaviside);
  one("positive", tt::positive);
  two("fmax", "broadcast", tt::fmax);
  two("fmin", "broadcast", tt::fmin);
  add("clip", "tensors", [](const Tensors& x) { return tt::clip(x[0], x[1], x[2]); });
  add("clip", "tensor_below", [](const Tensors& x) { return tt::clamp(x[0], x[1]); });
  add("clip", "tensor_above", [](const Tensors& x) { return tt::clamp_max(x[0], x[1]); });
  add("clip", "tensor_and_number", [](const Tensors& x) { return tt::clip(x[0], x[1], 1); });
  add("clip", "number_and_tensor", [](const Tensors& x) { return tt::clip(x[0], -1, x[1]); });
  add("nan_to_num", "plain", [](const Tensors& x) { return tt::nan_to_num(x[0]); });
  one("frac", tt::frac);
  add("rsub", "plain", [](const Tensors& x) { return tt::rsub(x[0], x[1]); });
  add("rsub", "alpha", [](const Tensors& x) { return tt::rsub(x[0], x[1], 2.5); });
  two("ldexp", "integers", tt::ldexp);
  two("ldexp", "floating", tt::ldexp);
  add("addcmul", "plain", [](const Tensors& x) { return tt::addcmul(x[0], x[1], x[2]); });
  add("addcmul", "value", [](const Tensors& x) { return tt::addcmul(x[0], x[1], x[2], 0.3); });
  add("addcdiv", "plain", [](const Tensors& x) { return tt::addcdiv(x[0], x[1], x[2]); });
  add("addcdiv", "value", [](const Tensors& x) { return tt::addcdiv(x[0], x[1], x[2], -2); });
  one("deg2rad", tt::deg2rad);
  one("rad2deg", tt::rad2deg);
  two("bitwise_left_shift", "broadcast", tt::bitwise_left_shift);
  two("bitwise_right_shift", "broadcast", tt::bitwise_right_shift);
  add("bitwise_left_shift", "number", [](const Tensors& x) { return x[0] << 3; });
  add("bitwise_right_shift", "number", [](const Tensors& x) { return x[0] >> 2; });
  add("isclose", "plain", [](const Tensors& x) { return tt::isclose(x[0], x[1], 0.25, 0.125); });
  one("isposinf", tt::isposinf);
  one("isneginf", tt::isneginf);
  one("isreal", tt::isreal);
}

}  // namespace conformance
