#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_elementary_samples(std::vector<Sample>& samples) {
  const auto one = [&](const char* op, Tensor (*f)(tt::Arg)) {
    samples.push_back({op, "plain", [f](const Tensors& x) { return Tensors{f(x[0])}; }});
  };
  const auto two = [&](const char* op, const char* name, Tensor (*f)(tt::Arg, tt::Arg)) {
    samples.push_back({op, name, [f](const Tensors& x) { return Tensors{f(x[0], x[1])}; }});
  };
  const auto call = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
  };
  const auto kink = [&] { samples.back().smooth = false; };

  one("neg", tt::neg);
  one("abs", tt::abs);
  one("sign", tt::sign);
  one("square", tt::square);
  one("exp", tt::exp);
  one("exp2", tt::exp2);
  one("expm1", tt::expm1);
  one("erf", tt::erf);
  one("sin", tt::sin);
  one("cos", tt::cos);
  one("tan", tt::tan);
  one("atan", tt::atan);
  one("sinh", tt::sinh);
  one("cosh", tt::cosh);
  one("asinh", tt::asinh);
  one("tanh", tt::tanh);
  one("sigmoid", tt::sigmoid);
  one("floor", tt::floor);
  one("ceil", tt::ceil);
  one("round", tt::round);
  one("trunc", tt::trunc);
  one("isnan", tt::isnan);
  one("isinf", tt::isinf);
  one("isfinite", tt::isfinite);
  one("sqrt", tt::sqrt);
  one("rsqrt", tt::rsqrt);
  one("reciprocal", tt::reciprocal);
  one("log", tt::log);
  one("log1p", tt::log1p);
  one("log2", tt::log2);
  one("log10", tt::log10);
  one("asin", tt::asin);
  one("acos", tt::acos);
  one("atanh", tt::atanh);
  one("acosh", tt::acosh);
  one("logical_not", tt::logical_not);
  one("bitwise_not", tt::bitwise_not);
  one("silu", tt::silu);

  two("atan2", "broadcast", tt::atan2);
  two("pow", "broadcast", tt::pow);
  two("pow", "integers", tt::pow);
  call("pow", "number", [](const Tensors& x) { return tt::pow(x[0], 3); });
  call("pow", "base", [](const Tensors& x) { return tt::pow(2, x[0]); });
  for (const char* name : {"broadcast", "integers"}) {
    two("floor_divide", name, tt::floor_divide);
    two("remainder", name, tt::remainder);
  }
  two("maximum", "broadcast", tt::maximum);
  two("minimum", "broadcast", tt::minimum);
  two("maximum", "ties", tt::maximum);
  kink();
  two("minimum", "ties", tt::minimum);
  kink();
  call("clip", "both", [](const Tensors& x) { return tt::clip(x[0], -0.7, 1.1); });
  call("clip", "one", [](const Tensors& x) { return tt::clip(x[0], 0.3); });

  const auto compare = [&](const char* op, Tensor (*f)(tt::Arg, tt::Arg)) {
    two(op, "ties", f);
    call(op, "number", [f](const Tensors& x) { return f(x[0], 0.5); });
  };
  compare("equal", tt::equal);
  compare("not_equal", tt::not_equal);
  compare("less", tt::less);
  compare("less_equal", tt::less_equal);
  compare("greater", tt::greater);
  compare("greater_equal", tt::greater_equal);
  two("logical_and", "plain", tt::logical_and);
  two("logical_or", "plain", tt::logical_or);
  two("logical_xor", "plain", tt::logical_xor);
  two("bitwise_and", "broadcast", tt::bitwise_and);
  two("bitwise_or", "broadcast", tt::bitwise_or);
  two("bitwise_xor", "broadcast", tt::bitwise_xor);
  call("where", "broadcast", [](const Tensors& x) { return tt::where(x[0] > 5, x[1], x[2]); });
  call("where", "number", [](const Tensors& x) { return tt::where(x[0] > 5, x[1], 2.5); });

  call("leaky_relu", "plain", [](const Tensors& x) { return tt::leaky_relu(x[0]); });
  call("leaky_relu", "slope", [](const Tensors& x) { return tt::leaky_relu(x[0], 0.3); });
  call("elu", "plain", [](const Tensors& x) { return tt::elu(x[0]); });
  call("elu", "alpha", [](const Tensors& x) { return tt::elu(x[0], 1.7); });
  call("gelu", "plain", [](const Tensors& x) { return tt::gelu(x[0]); });
  call("gelu", "tanh", [](const Tensors& x) { return tt::gelu(x[0], {.approximate = "tanh"}); });
  call("softplus", "plain", [](const Tensors& x) { return tt::softplus(x[0]); });
  call("softplus", "beta", [](const Tensors& x) { return tt::softplus(x[0], 2, 1.5); });
}

}  // namespace conformance
