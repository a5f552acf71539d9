#include "core/formulas/prod.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/kernels/path.h"
#include "core/kernels/reduce/reduce.h"
#include "core/kernels/strided.h"

namespace triptych {

extern const Op prod_op, prod_of_others_op, prod_of_others_grad_op;

namespace {

Path eight_at_once("product of the others: eight outputs at once"),
    one_at_a_time("product of the others: one output at a time");

/// Where in a tensor the factors of an output lie.
struct Factors {
  const ReduceLoops<1>& loops;
  std::int64_t first;  // the output's first factor
  Factors(const ReduceLoops<1>& reduction, std::int64_t output)
      : loops(reduction), first(offset(reduction.kept_axes, reduction.kept, output)) {}

  std::int64_t at(std::int64_t i) const { return first + offset(loops.reduced_axes, loops.reduced, i); }

 private:
  template <class Axes>
  static std::int64_t offset(const Axes& axes, int rank, std::int64_t i) {
    std::int64_t sum = 0;
    for (int axis = rank - 1; axis >= 0; --axis) {
      const auto& loop = axes[static_cast<std::size_t>(axis)];
      sum += (axis ? i % loop.length : i) * loop.in[0];
      i /= loop.length;
    }
    return sum;
  }
};

void prod_run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using In = std::remove_pointer_t<decltype(type)>;
    using Out = std::conditional_t<std::is_integral_v<In>, std::int64_t, In>;
    using Acc = std::conditional_t<std::is_integral_v<Out>, std::uint64_t, lane_type<Out>>;  // integers wrap around
    Out* out = call.outputs[0].as<Out>();
    const std::array<const In*, 1> input{call.inputs[0].as<const In>()};
    reduce(loops, input, Acc(1), pick_first, formula::MultiplyUp(), static_cast<const Acc*>(nullptr),
           [=](std::int64_t place, Acc value) { out[place] = Out(value); });
    if constexpr (std::is_floating_point_v<Acc>)
      for (std::int64_t o = 0; o < loops.outputs; ++o) {
        if (!std::isnan(static_cast<Acc>(out[o]))) continue;
        const Factors factors(loops, o);
        const auto factor = [&](std::int64_t i) { return static_cast<Acc>(input[0][factors.at(i)]); };
        if (formula::overflowed_before_zero(loops.count, factor)) out[o] = Out(Acc(0));
      }
  });
}

/// Calls work(first, last, buffer) for parts of the outputs, in parallel; the buffer has room for `width` elements for
/// each factor.
template <class Element, class Work>
void in_parts(const ReduceLoops<1>& loops, std::int64_t width, Work work) {
  constexpr std::int64_t grain = 8192;  // factors that are worth a task
  const std::int64_t each = (grain / std::max<std::int64_t>(loops.count, 1) / width + 1) * width;
  parallel_for((loops.outputs + each - 1) / each, [&](std::int64_t part) {
    Scratch buffer(static_cast<std::size_t>((loops.count + 1) * width) * sizeof(Element));
    work(part * each, std::min(loops.outputs, (part + 1) * each), buffer.as<Element>());
  });
}

/// For each factor of `width` outputs the product of those before it and that of those after it. No division, so zeros
/// are nothing special; several outputs, since each product waits for the one before.
template <std::int64_t width, class T, class C>
void products_of_others(const ReduceLoops<1>& loops, std::int64_t output, const T* x, T* out, C* after) {
  const auto factors = [&]<std::int64_t... k>(std::integer_sequence<std::int64_t, k...>) {
    return std::array<Factors, width>{Factors(loops, output + k)...};
  }
  (std::make_integer_sequence<std::int64_t, width>());
  const auto each = [&](auto f) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < width; ++k) f(k);
  };
  C products[width];
  each([&](std::size_t k) { products[k] = 1; });
  for (std::int64_t i = loops.count; i-- > 0;)
    each([&](std::size_t k) {
      after[i * width + static_cast<std::int64_t>(k)] = products[k];
      products[k] = formula::zero_wins(static_cast<C>(x[factors[k].at(i)]), products[k]);
    });
  each([&](std::size_t k) { products[k] = 1; });
  for (std::int64_t i = 0; i < loops.count; ++i)
    each([&](std::size_t k) {
      const std::int64_t at = factors[k].at(i);
      const C factor = static_cast<C>(x[at]);
      out[at] = T(formula::zero_wins(products[k], after[i * width + static_cast<std::int64_t>(k)]));
      products[k] = formula::zero_wins(products[k], factor);
    });
}

void prod_of_others_run(const KernelCall& call) {
  const TensorMeta& x = *call.inputs[0].meta;
  const auto loops = loops_over<1>({&x}, call.attributes_as<ReduceAttributes>().axes);
  visit_floating(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    constexpr std::int64_t width = 8;
    const T* values = call.inputs[0].as<const T>();
    T* out = call.outputs[0].as<T>();
    in_parts<C>(loops, width, [&](std::int64_t first, std::int64_t last, C* after) {
      if (first + width <= last) eight_at_once.take();
      for (; first + width <= last; first += width) products_of_others<width>(loops, first, values, out, after);
      if (first < last) one_at_a_time.take();
      for (; first < last; ++first) products_of_others<1>(loops, first, values, out, after);
    });
  });
}

/// The same for products that carry the derivative by weights g along (formula::Dual).
void prod_of_others_grad_run(const KernelCall& call) {
  const TensorMeta& x = *call.inputs[0].meta;
  const auto loops = loops_over<1>({&x}, call.attributes_as<ReduceAttributes>().axes);
  visit_floating(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    using Dual = formula::Dual<C>;
    constexpr formula::JoinDuals join;
    const T *values = call.inputs[0].as<const T>(), *weights = call.inputs[1].as<const T>();
    T* out = call.outputs[0].as<T>();
    in_parts<Dual>(loops, 1, [&](std::int64_t first, std::int64_t last, Dual* after) {
      for (std::int64_t o = first; o < last; ++o) {
        const Factors factors(loops, o);
        const auto element = [&](std::int64_t i) {
          const std::int64_t at = factors.at(i);
          return Dual{static_cast<C>(values[at]), static_cast<C>(weights[at])};
        };
        Dual sum{1, 0};
        for (std::int64_t i = loops.count; i-- > 0; sum = join(element(i), sum)) after[i] = sum;
        Dual before{1, 0};
        for (std::int64_t i = 0; i < loops.count; before = join(before, element(i)), ++i)
          out[factors.at(i)] = T(join(before, after[i]).derivative);
      }
    });
  });
}

const Kernel prod_kernel{.run = prod_run, .any_strides = true}, prod_of_others_kernel{.run = prod_of_others_run},
    prod_of_others_grad_kernel{.run = prod_of_others_grad_run};

}  // namespace

void register_prod_kernels() {
  register_kernel(prod_op, Device::Type::cpu, prod_kernel);
  register_kernel(prod_of_others_op, Device::Type::cpu, prod_of_others_kernel);
  register_kernel(prod_of_others_grad_op, Device::Type::cpu, prod_of_others_grad_kernel);
}

}  // namespace triptych
