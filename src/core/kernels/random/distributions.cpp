// Kernels of the random ops whose parameters are operands. Outputs are row-major, so an element's place is its index.
#include "core/formulas/distributions.h"

#include <algorithm>
#include <string>

#include "core/kernels/elementwise.h"
#include "core/kernels/random/random.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op random_gamma_op, random_poisson_op, random_binomial_op;

namespace {

/// Element i by `sample(draw, i, parameters ...)`, in parallel by parts.
template <class T, class Sample>
void fill(const KernelCall& call, Sample sample) {
  constexpr std::int64_t part = 1024;
  const Draw draw = take_draw(call.inputs[0]);
  T* values = call.outputs[0].as<T>();
  const std::int64_t n = call.outputs[0].size();
  parallel_for((n + part - 1) / part, [&](std::int64_t p) {
    for (std::int64_t i = p * part; i < std::min(n, (p + 1) * part); ++i)
      values[i] = T(static_cast<compute_type<T>>(sample(draw, i)));
  });
}

template <class T>
double number(const Operand& operand, std::int64_t i) {
  return static_cast<double>(static_cast<compute_type<T>>(operand.as<const T>()[i]));
}

/// ArgumentError unless all of the parameters are good.
template <class T>
void check(const KernelCall& call, int input, const char* op, const char* wrong, bool (*good)(double)) {
  const Operand& operand = call.inputs[static_cast<std::size_t>(input)];
  for (std::int64_t i = 0; i < operand.size(); ++i)
    if (const double value = number<T>(operand, i); !good(value))
      throw ArgumentError(op, wrong, std::to_string(value) + " at element " + std::to_string(i), "",
                          call.context.where);
}

void gamma_run(const KernelCall& call) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    check<T>(call, 1, "standard_gamma", "a concentration is negative or NaN", formula::is_concentration);
    fill<T>(call, [&](Draw draw, std::int64_t i) { return formula::gamma(draw, i, number<T>(call.inputs[1], i)); });
  });
}

void poisson_run(const KernelCall& call) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    check<T>(call, 1, "poisson", "a rate is negative or not finite", formula::is_rate);
    fill<T>(call, [&](Draw draw, std::int64_t i) { return formula::poisson(draw, i, number<T>(call.inputs[1], i)); });
  });
}

void binomial_run(const KernelCall& call) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    check<T>(call, 1, "binomial", "a count is negative or not finite", formula::is_rate);
    check<T>(call, 2, "binomial", "a probability is outside of [0, 1]", formula::is_share);
    fill<T>(call, [&](Draw draw, std::int64_t i) {
      return formula::binomial(draw, i, number<T>(call.inputs[1], i), number<T>(call.inputs[2], i));
    });
  });
}

const Kernel gamma_kernel{.run = gamma_run}, poisson_kernel{.run = poisson_run}, binomial_kernel{.run = binomial_run};

}  // namespace

void register_distributions_kernels() {
  register_kernel(random_gamma_op, Device::Type::cpu, gamma_kernel);
  register_kernel(random_poisson_op, Device::Type::cpu, poisson_kernel);
  register_kernel(random_binomial_op, Device::Type::cpu, binomial_kernel);
}

}  // namespace triptych
