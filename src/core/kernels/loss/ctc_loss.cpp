#include "core/ops/loss/ctc_loss.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/formulas/compute_type.h"
#include "core/formulas/ctc_loss.h"
#include "core/kernels/strided.h"
#include "core/support/checked.h"
#include "triptych/core/error.h"

namespace triptych {

extern const Op ctc_loss_op, ctc_loss_grad_op;

namespace {

/// Targets and lengths of a call, checked. `first` is the place of log_probs among the inputs.
class Sequences {
 public:
  Sequences(const KernelCall& call, std::size_t first) : call_(call), scores_(call.inputs[first].shape()) {
    const Operand& targets = call.inputs[first + 1];
    labels_ = whole_numbers(targets);
    inputs_ = whole_numbers(call.inputs[first + 2]);
    counts_ = whole_numbers(call.inputs[first + 3]);
    const bool padded = targets.shape().rank() == 2;
    const std::int64_t room = padded ? targets.shape()[1] : targets.size();
    std::int64_t next = 0;
    for (std::int64_t n = 0; n < batch(); ++n) {
      starts_.push_back(padded ? n * room : next);
      check("an input's length is out of range", input(n), scores_[0]);
      check("a target's length is out of range", count(n), padded ? room : room - next);
      if (!padded) next += count(n);
      for (std::int64_t i = 0; i < count(n); ++i) check("a label is out of range", labels(n)[i], scores_[2] - 1);
    }
  }
  std::int64_t batch() const { return scores_[1]; }
  std::int64_t classes() const { return scores_[2]; }
  std::int64_t input(std::int64_t n) const { return inputs_[static_cast<std::size_t>(n)]; }
  std::int64_t count(std::int64_t n) const { return counts_[static_cast<std::size_t>(n)]; }
  const std::int64_t* labels(std::int64_t n) const { return labels_.data() + starts_[static_cast<std::size_t>(n)]; }

  template <class T>
  auto sequence(const T* scores, std::int64_t n) const {
    using C = compute_type<T>;
    const std::int64_t row = batch() * classes();
    const auto score = [from = scores + n * classes(), row](std::int64_t t, std::int64_t c) {
      return static_cast<C>(from[t * row + c]);
    };
    const auto label = [from = labels(n)](std::int64_t i) { return from[i]; };
    return formula::CtcSequence<C, decltype(score), decltype(label)>{score, label, input(n), count(n),
                                                                     call_.attributes_as<CtcLossAttributes>().blank};
  }

 private:
  static std::vector<std::int64_t> whole_numbers(const Operand& x) {
    std::vector<std::int64_t> values(static_cast<std::size_t>(x.size()));
    convert(x.data, x.dtype(), values.data(), int64, x.size());
    return values;
  }
  void check(const char* wrong, std::int64_t value, std::int64_t most) const {
    if (value < 0 || value > most)
      throw ArgumentError("ctc_loss", wrong, std::to_string(value), "It is from 0 to " + std::to_string(most),
                          call_.context.where);
  }

  const KernelCall& call_;
  const Shape& scores_;
  std::vector<std::int64_t> labels_, inputs_, counts_, starts_;
};

void ctc_loss_run(const KernelCall& call) {
  const Sequences sequences(call, 0);
  const bool zero_infinity = call.attributes_as<CtcLossAttributes>().zero_infinity;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    parallel_for(sequences.batch(), [&](std::int64_t n) {
      const auto of = sequences.sequence(call.inputs[0].as<const T>(), n);
      const std::int64_t states = of.states();
      Scratch work(bytes_of(sizeof(C), states, 2));
      C *last = work.as<C>(), *next = last + states;
      for (std::int64_t t = 0; t < of.steps; ++t) {
        for (std::int64_t s = 0; s < states; ++s) next[s] = of.alpha(t, s, last);
        std::swap(last, next);
      }
      const C loss = of.loss(last);
      call.outputs[0].as<T>()[n] = T(zero_infinity && loss == -formula::log_of_zero<C>() ? C(0) : loss);
    });
  });
}

void ctc_loss_grad_run(const KernelCall& call) {
  const Sequences sequences(call, 2);
  const bool zero_infinity = call.attributes_as<CtcLossAttributes>().zero_infinity;
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const std::int64_t steps = call.outputs[0].shape()[0], classes = sequences.classes(),
                       row = sequences.batch() * classes;
    parallel_for(sequences.batch(), [&](std::int64_t n) {
      const auto of = sequences.sequence(call.inputs[2].as<const T>(), n);
      const std::int64_t states = of.states();
      Scratch work(bytes_of(sizeof(C), states, of.steps + 2) + bytes_of(sizeof(C), classes + 1));
      C *alphas = work.as<C>(), *last = alphas + states * of.steps, *next = last + states, *posterior = next + states;
      for (std::int64_t t = 0; t < of.steps; ++t)
        for (std::int64_t s = 0; s < states; ++s)
          alphas[t * states + s] = of.alpha(t, s, alphas + std::max<std::int64_t>(t - 1, 0) * states);
      // What is rounded to 16 bits would not fit the alphas: the loss is found again.
      const C loss = of.loss(alphas + std::max<std::int64_t>(of.steps - 1, 0) * states),
              upstream = static_cast<C>(call.inputs[0].as<const T>()[n]);
      T* out = call.outputs[0].as<T>() + n * classes;
      const bool nothing = zero_infinity && loss == -formula::log_of_zero<C>();
      for (std::int64_t t = steps - 1; t >= 0; --t) {
        T* to = out + t * row;
        if (t >= of.steps || nothing) {
          std::fill_n(to, classes, T(C(0)));
          continue;
        }
        std::fill_n(posterior, classes, formula::log_of_zero<C>());
        for (std::int64_t s = 0; s < states; ++s) {
          next[s] = of.beta(t, s, last);
          C& sum = posterior[of.label(s)];
          sum = formula::log_sum(sum, alphas[t * states + s] + next[s], formula::log_of_zero<C>());
        }
        std::swap(last, next);
        for (std::int64_t c = 0; c < classes; ++c)
          to[c] = T(formula::ctc_grad(of.scores(t, c), posterior[c], loss, upstream));
      }
    });
  });
}

const Kernel ctc_loss_kernel{.run = ctc_loss_run}, ctc_loss_grad_kernel{.run = ctc_loss_grad_run};

}  // namespace

void register_ctc_loss_kernels() {
  register_kernel(ctc_loss_op, Device::Type::cpu, ctc_loss_kernel);
  register_kernel(ctc_loss_grad_op, Device::Type::cpu, ctc_loss_grad_kernel);
}

}  // namespace triptych
