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

Path a_register_at_once("product of the others: a register of outputs at once"),
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

/// `formula::zero_wins` of registers.
template <class C>
Lanes<C> zero_wins(const Lanes<C>& a, const Lanes<C>& b) {
  const auto zero = ((a == 0) & (b == b)) | ((b == 0) & (a == a));
  return zero ? Lanes<C>{} : a * b;
}

/// Reads or writes `n` factors of as many outputs as a register has lanes: outputs[k] is where those of output k lie,
/// one after the other, and in the tile the same factors of all stand side by side.
template <class T, class C>
void read_tile(const T* const* outputs, std::int64_t begin, std::int64_t n, C* tile) {
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < lanes_at_once<C>; ++k)
      tile[i * lanes_at_once<C> + k] = static_cast<C>(outputs[k][begin + i]);
}
template <class T, class C>
void write_tile(const C* tile, T* const* outputs, std::int64_t begin, std::int64_t n) {
  for (std::int64_t k = 0; k < lanes_at_once<C>; ++k)
    for (std::int64_t i = 0; i < n; ++i) outputs[k][begin + i] = T(tile[i * lanes_at_once<C> + k]);
}

/// For each factor of some outputs, one a lane, the product of those before it and that of those after it. No division,
/// so zeros are nothing special; each product waits for the one before, so that a register of them costs what one does.
/// Factors that lie side by side are turned, a tile at a time.
template <class T, class C>
void products_of_others(const ReduceLoops<1>& loops, std::int64_t output, const T* x, T* out, C* after) {
  constexpr std::int64_t lanes = lanes_at_once<C>, tile = 64;
  const T* from[lanes];
  T* to[lanes];
  for (std::int64_t k = 0; k < lanes; ++k) {
    const std::int64_t first = Factors(loops, output + k).first;
    from[k] = x + first;
    to[k] = out + first;
  }
  alignas(64) C values[tile * lanes];
  const std::int64_t tiles = (loops.count + tile - 1) / tile;
  const auto length = [&](std::int64_t t) { return std::min(tile, loops.count - t * tile); };
  Lanes<C> products = Lanes<C>{} + 1;
  for (std::int64_t t = tiles; t-- > 0;) {
    read_tile(from, t * tile, length(t), values);
    for (std::int64_t i = length(t); i-- > 0;) {
      std::memcpy(after + (t * tile + i) * lanes, &products, sizeof products);
      products = zero_wins<C>(load_lanes<C>(values + i * lanes), products);
    }
  }
  products = Lanes<C>{} + 1;
  for (std::int64_t t = 0; t < tiles; ++t) {
    read_tile(from, t * tile, length(t), values);
    for (std::int64_t i = 0; i < length(t); ++i) {
      const Lanes<C> factor = load_lanes<C>(values + i * lanes),
                     others = zero_wins<C>(products, load_lanes<C>(after + (t * tile + i) * lanes));
      std::memcpy(values + i * lanes, &others, sizeof others);
      products = zero_wins<C>(products, factor);
    }
    write_tile(values, to, t * tile, length(t));
  }
}

/// The same for one output, whose factors lie anywhere.
template <class T, class C>
void products_of_others_of_one(const ReduceLoops<1>& loops, std::int64_t output, const T* x, T* out, C* after) {
  const Factors factors(loops, output);
  C product = 1;
  for (std::int64_t i = loops.count; i-- > 0;) {
    after[i] = product;
    product = formula::zero_wins(static_cast<C>(x[factors.at(i)]), product);
  }
  product = 1;
  for (std::int64_t i = 0; i < loops.count; ++i) {
    const std::int64_t at = factors.at(i);
    const C factor = static_cast<C>(x[at]);
    out[at] = T(formula::zero_wins(product, after[i]));
    product = formula::zero_wins(product, factor);
  }
}

void prod_of_others_run(const KernelCall& call) {
  const TensorMeta& x = *call.inputs[0].meta;
  const auto loops = loops_over<1>({&x}, call.attributes_as<ReduceAttributes>().axes);
  const bool dense = loops.reduced == 1 && loops.reduced_axes[0].in[0] == 1;
  visit_floating(x.dtype, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    constexpr std::int64_t lanes = lanes_at_once<C>;
    const T* values = call.inputs[0].as<const T>();
    T* out = call.outputs[0].as<T>();
    in_parts<C>(loops, lanes, [&](std::int64_t first, std::int64_t last, C* after) {
      if (dense && first + lanes <= last) a_register_at_once.take();
      for (; dense && first + lanes <= last; first += lanes) products_of_others(loops, first, values, out, after);
      if (first < last) one_at_a_time.take();
      for (; first < last; ++first) products_of_others_of_one(loops, first, values, out, after);
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
