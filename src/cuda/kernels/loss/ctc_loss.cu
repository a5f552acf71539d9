// A block takes a sequence through its steps; its threads share the states, and wait for each other after each step.
#include <string>

#include "core/formulas/compute_type.h"
#include "core/formulas/ctc_loss.h"
#include "core/kernels/strided.h"
#include "core/ops/loss/ctc_loss.h"
#include "cuda/kernels/loaded.h"
#include "cuda/kernels/run.h"
#include "cuda/kernels/scratch.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op ctc_loss_op, ctc_loss_grad_op;

namespace cuda {
namespace {

/// What kernels see of whole numbers of any dtype.
struct Numbers {
  const void* data;
  DType dtype;
  __device__ std::int64_t operator[](std::int64_t i) const { return loaded<std::int64_t>(data, dtype, i); }
};

template <class T>
struct Scores {
  using C = compute_type<T>;
  const T* from;
  std::int64_t row;
  __device__ C operator()(std::int64_t t, std::int64_t c) const { return static_cast<C>(from[t * row + c]); }
};
/// Labels that are out of range are reported before; here they stand for the first class.
struct TargetLabels {
  Numbers numbers;
  std::int64_t start, classes;
  __device__ std::int64_t operator()(std::int64_t i) const {
    const std::int64_t label = numbers[start + i];
    return label >= 0 && label < classes ? label : 0;
  }
};

std::string length_text(const Fault& fault) {
  return std::to_string(fault.value) + " for at most " + std::to_string(fault.limit);
}

template <class T>
struct Sequences {
  using C = compute_type<T>;
  const T* scores;
  Numbers targets, inputs, counts;
  std::int64_t steps, batch, classes, blank, room;  // places of a padded row of targets, or of all
  bool padded, zero_infinity;
  FaultReport input_fault, target_fault, label_fault;

  Sequences(const KernelCall& call, std::size_t first)
      : scores(call.inputs[first].as<const T>()),
        targets{call.inputs[first + 1].data, call.inputs[first + 1].dtype()},
        inputs{call.inputs[first + 2].data, call.inputs[first + 2].dtype()},
        counts{call.inputs[first + 3].data, call.inputs[first + 3].dtype()} {
    const Shape &shape = call.inputs[first].shape(), &given = call.inputs[first + 1].shape();
    steps = shape[0];
    batch = shape[1];
    classes = shape[2];
    padded = given.rank() == 2;
    room = padded ? given[1] : given[0];
    const auto& a = call.attributes_as<CtcLossAttributes>();
    blank = a.blank;
    zero_infinity = a.zero_infinity;
    const auto report = [&](const char* wrong, FaultText text) {
      return fault_report(call.context.device.index, "ctc_loss", wrong, call.context.where, text);
    };
    input_fault = report("an input's length is out of range", length_text);
    target_fault = report("a target's length is out of range", length_text);
    label_fault = report("a label is out of range", index_text);
  }
  /// The length, 0 if it is out of range.
  __device__ std::int64_t checked(const Numbers& numbers, std::int64_t n, std::int64_t most, FaultReport fault) const {
    const std::int64_t value = numbers[n];
    if (value >= 0 && value <= most) return value;
    report_fault(fault, value, most);
    return 0;
  }
  __device__ formula::CtcSequence<C, Scores<T>, TargetLabels> sequence(std::int64_t n) const {
    std::int64_t start = n * room;
    if (!padded) {
      start = 0;
      for (std::int64_t k = 0; k < n; ++k) start += checked(counts, k, room - start, target_fault);
    }
    const std::int64_t count = checked(counts, n, padded ? room : room - start, target_fault);
    return {{scores + n * classes, batch * classes},
            {targets, start, classes},
            checked(inputs, n, steps, input_fault),
            count,
            blank};
  }
};

/// Calls f(s) for this thread's share of n states or classes, then waits for the others.
template <class F>
__device__ void share(std::int64_t n, F f) {
  for (std::int64_t s = threadIdx.x; s < n; s += blockDim.x) f(s);
  __syncthreads();
}

/// `work`: two rows of states for each sequence, `width` apart.
template <class T>
__global__ void loss_kernel(Sequences<T> all, std::int64_t width, compute_type<T>* work, T* losses) {
  using C = compute_type<T>;
  for (std::int64_t n = blockIdx.x; n < all.batch; n += gridDim.x) {
    const auto of = all.sequence(n);
    share(of.count, [&](std::int64_t i) { in_range(all.targets[of.labels.start + i], all.classes, all.label_fault); });
    C *last = work + 2 * n * width, *next = last + width;
    for (std::int64_t t = 0; t < of.steps; ++t) {
      share(of.states(), [&](std::int64_t s) { next[s] = of.alpha(t, s, last); });
      C* const made = next;
      next = last;
      last = made;
    }
    if (threadIdx.x == 0) {
      const C loss = of.loss(last);
      losses[n] = T(all.zero_infinity && loss == -formula::log_of_zero<C>() ? C(0) : loss);
    }
    __syncthreads();
  }
}

/// `work`: a row of states for each step, and two more, for each sequence.
template <class T>
__global__ void grad_kernel(Sequences<T> all, std::int64_t width, const T* upstream, compute_type<T>* work, T* out) {
  using C = compute_type<T>;
  for (std::int64_t n = blockIdx.x; n < all.batch; n += gridDim.x) {
    const auto of = all.sequence(n);
    C *alphas = work + n * (all.steps + 2) * width, *last = alphas + all.steps * width, *next = last + width;
    for (std::int64_t t = 0; t < of.steps; ++t)
      share(of.states(),
            [&](std::int64_t s) { alphas[t * width + s] = of.alpha(t, s, alphas + (t > 0 ? t - 1 : 0) * width); });
    const C loss = of.loss(alphas + (of.steps > 0 ? of.steps - 1 : 0) * width), up = static_cast<C>(upstream[n]);
    const bool nothing = all.zero_infinity && loss == -formula::log_of_zero<C>();
    for (std::int64_t t = all.steps - 1; t >= 0; --t) {
      T* to = out + (t * all.batch + n) * all.classes;
      if (t >= of.steps || nothing) {
        share(all.classes, [&](std::int64_t c) { to[c] = T(C(0)); });
        continue;
      }
      share(of.states(), [&](std::int64_t s) { next[s] = of.beta(t, s, last); });
      share(all.classes, [&](std::int64_t c) {
        C posterior = formula::log_of_zero<C>();
        for (std::int64_t s = 0; s < of.states(); ++s)
          if (of.label(s) == c)
            posterior = formula::log_sum(posterior, alphas[t * width + s] + next[s], formula::log_of_zero<C>());
        to[c] = T(formula::ctc_grad(of.scores(t, c), posterior, loss, up));
      });
      C* const made = next;
      next = last;
      last = made;
    }
  }
}

constexpr unsigned sequence_threads = 128;

void ctc_loss_run(const KernelCall& call) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Sequences<T> all(call, 0);
    if (all.batch == 0) return;
    const std::int64_t width = 2 * all.room + 1;
    const Scratch work(call.context, static_cast<std::size_t>(2 * all.batch * width) * sizeof(compute_type<T>));
    run(call, loss_kernel<T>, blocks_for(all.batch, 1), sequence_threads, 0, all, width,
        work.template as<compute_type<T>>(), call.outputs[0].as<T>());
  });
}

void ctc_loss_grad_run(const KernelCall& call) {
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const Sequences<T> all(call, 2);
    if (all.batch == 0) return;
    const std::int64_t width = 2 * all.room + 1;
    const Scratch work(call.context,
                       static_cast<std::size_t>(all.batch * (all.steps + 2) * width) * sizeof(compute_type<T>));
    run(call, grad_kernel<T>, blocks_for(all.batch, 1), sequence_threads, 0, all, width, call.inputs[0].as<const T>(),
        work.template as<compute_type<T>>(), call.outputs[0].as<T>());
  });
}

const Kernel ctc_loss_kernel{.run = ctc_loss_run}, ctc_loss_grad_kernel{.run = ctc_loss_grad_run};

}  // namespace

void register_ctc_loss_kernels() {
  register_kernel(ctc_loss_op, Device::Type::cuda, ctc_loss_kernel);
  register_kernel(ctc_loss_grad_op, Device::Type::cuda, ctc_loss_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
