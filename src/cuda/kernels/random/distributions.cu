// Kernels of the random ops whose parameters are operands: element i of a draw is what the CPU's kernels make of the
// same blocks of Philox.
#include <bit>
#include <string>

#include "core/formulas/distributions.h"
#include "cuda/kernels/random/drawing.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op random_gamma_op, random_poisson_op, random_binomial_op;

namespace cuda {
namespace {

std::string number_text(const Fault& fault) {
  return std::to_string(std::bit_cast<double>(fault.value)) + " at element " + std::to_string(fault.limit);
}

/// A parameter, told to the host if it is none; then some number that is.
__device__ double checked(double value, bool good, FaultReport report, std::int64_t i) {
  if (!good) report_fault(report, std::bit_cast<long long>(value), i);
  return good ? value : 0;
}
template <class T>
__device__ double number(const T* values, std::int64_t i) {
  return static_cast<double>(static_cast<compute_type<T>>(values[i]));
}

template <class T>
struct Gamma {
  const T* alpha;
  T* out;
  FaultReport report;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    const double given = number(alpha, i);
    out[i] = T(static_cast<compute_type<T>>(
        formula::gamma(draw, i, checked(given, formula::is_concentration(given), report, i))));
  }
};
template <class T>
struct Poisson {
  const T* rate;
  T* out;
  FaultReport report;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    const double given = number(rate, i);
    out[i] =
        T(static_cast<compute_type<T>>(formula::poisson(draw, i, checked(given, formula::is_rate(given), report, i))));
  }
};
template <class T>
struct Binomial {
  const T *count, *p;
  T* out;
  FaultReport counts, shares;
  __device__ void operator()(Draw draw, std::int64_t i) const {
    const double n = number(count, i), share = number(p, i);
    out[i] = T(static_cast<compute_type<T>>(formula::binomial(draw, i, checked(n, formula::is_rate(n), counts, i),
                                                              checked(share, formula::is_share(share), shares, i))));
  }
};

FaultReport report_of(const KernelCall& call, const char* op, const char* wrong) {
  return fault_report(call.context.device.index, op, wrong, call.context.where, number_text);
}

void gamma_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  const FaultReport report = report_of(call, "standard_gamma", "a concentration is negative or NaN");
  visit_floating(out.dtype(), [&]<class T>(T*) {
    for_draws(call, state_of(call), out.size(), Gamma<T>{call.inputs[1].as<const T>(), out.as<T>(), report});
  });
  draw_taken(call);
}

void poisson_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  const FaultReport report = report_of(call, "poisson", "a rate is negative or not finite");
  visit_floating(out.dtype(), [&]<class T>(T*) {
    for_draws(call, state_of(call), out.size(), Poisson<T>{call.inputs[1].as<const T>(), out.as<T>(), report});
  });
  draw_taken(call);
}

void binomial_run(const KernelCall& call) {
  const Operand& out = call.outputs[0];
  const FaultReport counts = report_of(call, "binomial", "a count is negative or not finite"),
                    shares = report_of(call, "binomial", "a probability is outside of [0, 1]");
  visit_floating(out.dtype(), [&]<class T>(T*) {
    for_draws(call, state_of(call), out.size(),
              Binomial<T>{call.inputs[1].as<const T>(), call.inputs[2].as<const T>(), out.as<T>(), counts, shares});
  });
  draw_taken(call);
}

const Kernel gamma_kernel{.run = gamma_run}, poisson_kernel{.run = poisson_run}, binomial_kernel{.run = binomial_run};

}  // namespace

void register_distributions_kernels() {
  register_kernel(random_gamma_op, Device::Type::cuda, gamma_kernel);
  register_kernel(random_poisson_op, Device::Type::cuda, poisson_kernel);
  register_kernel(random_binomial_op, Device::Type::cuda, binomial_kernel);
}

}  // namespace cuda
}  // namespace triptych
