#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op argmax_op, argmin_op;

namespace {

Path dense_row("argmax: a dense row"), any_steps("argmax: any steps");

/// The place of the largest (smallest) of n elements side by side, the first of equal ones: first the extreme itself,
/// by registers, then where it is.
template <bool largest, class C, class T>
std::int64_t place_in_row(const T* x, std::int64_t n) {
  using Combine = std::conditional_t<largest, formula::Larger, formula::Smaller>;
  constexpr C identity = largest ? formula::lowest_value<C>() : formula::highest_value<C>();
  C best = identity;
  for (std::int64_t i = 0; i < n; i += reduce_block)
    best = Combine()(best, reduce_block_of(std::array<const T*, 1>{x + i}, identity, std::min(reduce_block, n - i),
                                           identity, pick_first, Combine()));
  const auto is_it = [best](T element) {
    const C value = static_cast<C>(element);
    return static_cast<std::uint32_t>(formula::Ties()(value, best));
  };
  constexpr std::int64_t stretch = 64;
  std::int64_t i = 0;
  for (std::uint32_t found = 0; i + stretch <= n; i += stretch) {
    for (std::int64_t k = 0; k < stretch; ++k) found |= is_it(x[i + k]);
    if (found) break;
  }
  while (!is_it(x[i])) ++i;
  return i;
}

template <bool largest>
void run(const KernelCall& call) {
  const auto loops = loops_over<1>({call.inputs[0].meta}, call.attributes_as<ReduceAttributes>().axes);
  visit_dtype(call.inputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = lane_type<T>;
    std::int64_t* out = call.outputs[0].as<std::int64_t>();
    const std::int64_t per_part = std::max<std::int64_t>(1, reduce_grain / std::max<std::int64_t>(1, loops.count));
    // Less than a vector is looked at one by one.
    const bool dense = loops.reduced == 1 && loops.reduced_axes[0].in[0] == 1 && loops.count >= reduce_lanes;
    (dense ? dense_row : any_steps).take();
    parallel_for((loops.outputs + per_part - 1) / per_part, [&](std::int64_t part) {
      for (std::int64_t o = part * per_part; o < std::min(loops.outputs, (part + 1) * per_part); ++o) {
        const T* x = call.inputs[0].as<const T>();
        std::int64_t rest = o, place = 0;
        for (int axis = loops.kept - 1; axis >= 0; --axis) {
          const auto& loop = loops.kept_axes[static_cast<std::size_t>(axis)];
          x += rest % loop.length * loop.in[0];
          place += rest % loop.length * loop.out;
          rest /= loop.length;
        }
        if (dense) {
          out[place] = place_in_row<largest, C>(x, loops.count);
          continue;
        }
        const auto element = [&](std::int64_t i) {
          std::int64_t offset = 0;
          for (int axis = loops.reduced - 1; axis >= 0; --axis) {
            const auto& loop = loops.reduced_axes[static_cast<std::size_t>(axis)];
            offset += (axis ? i % loop.length : i) * loop.in[0];
            i /= loop.length;
          }
          return static_cast<C>(x[offset]);
        };
        C best = element(0);
        std::int64_t at = 0;
        for (std::int64_t i = 1; i < loops.count; ++i)
          if (const C value = element(i); formula::Beyond<largest>()(value, best)) {
            best = value;
            at = i;
          }
        out[place] = at;
      }
    });
  });
}

const Kernel argmax_kernel{.run = run<true>, .any_strides = true},
    argmin_kernel{.run = run<false>, .any_strides = true};

}  // namespace

void register_argmax_kernels() {
  register_kernel(argmax_op, Device::Type::cpu, argmax_kernel);
  register_kernel(argmin_op, Device::Type::cpu, argmin_kernel);
}

}  // namespace triptych
