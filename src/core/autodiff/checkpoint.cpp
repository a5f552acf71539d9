// Checkpointing: a part of a computation whose values are not kept, but computed once more in backward.
#include <algorithm>
#include <optional>
#include <string>

#include "core/autodiff/tape_number.h"
#include "core/autodiff/walker.h"
#include "core/dispatch/modes.h"
#include "core/support/users_function.h"
#include "core/tensor/state_log.h"
#include "triptych/core/autocast.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"
#include "triptych/core/random.h"
#include "triptych/core/saved_tensors.h"

namespace triptych::detail {
namespace {

using Head = TensorHead;

/// While alive, this thread computes as it did when this was made.
class Surroundings {
 public:
  Surroundings() : numerics_(modes.numerics), autocast_on_(modes.autocast != nullptr) {
    if (!autocast_on_) return;
    autocast_ = *modes.autocast;
    autocast_.cache = nullptr;
    autocast_.caches = false;
  }

  class [[nodiscard]] Scope {
   public:
    explicit Scope(const Surroundings& as)
        : numerics_(as.numerics_), outer_(std::exchange(modes.autocast, as.autocast_on_ ? &as.autocast_ : nullptr)) {}
    ~Scope() { modes.autocast = outer_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    NumericsMode numerics_;
    const AutocastState* outer_;
  };

 private:
  Numerics numerics_;
  bool autocast_on_;
  AutocastState autocast_;
};

/// While alive, states have the values that they had before a function ran; what it writes then is forgotten.
class AsBefore {
 public:
  AsBefore(const std::vector<std::pair<Tensor, Tensor>>& states, const Tensor& generator) {
    if (generator.defined()) generator_.set_state(generator);
    std::vector<Tensor> before;
    for (const auto& [state, value] : states) {
      now_.emplace_back(state, alias(state));
      before.push_back(alias(value));
    }
    for (std::size_t i = 0; i < before.size(); ++i) rebind(now_[i].first, std::move(before[i]));
    if (generator.defined()) modes.generator = &generator_;
  }
  ~AsBefore() {
    modes.generator = outer_;
    for (auto& [state, value] : now_) rebind(state, std::move(value));
  }
  AsBefore(const AsBefore&) = delete;
  AsBefore& operator=(const AsBefore&) = delete;

 private:
  std::vector<std::pair<Tensor, Tensor>> now_;
  Generator generator_;  // takes the default one's place
  Generator* outer_ = modes.generator;
};

/// A tensor of this shape and dtype with next to no memory, of which gradients go to `slot`'s edge.
Tensor stand_in(const Tensor& slot) {
  const GradMode off(false);
  Tensor tensor = alias(expand(to(zeros({}, slot.dtype()), slot.device()), slot.shape()));
  tensor.impl()->node = slot.impl()->node;
  tensor.impl()->output = slot.impl()->output;
  tensor.impl()->flags |= Head::requires_grad;
  return tensor;
}

/// What was recorded before number `since` and is read by what `ys` were made of, but for the leaves of `copies`.
std::vector<Tensor> read_from_outside(std::span<const Tensor> ys, std::span<const Tensor> copies, std::uint64_t since) {
  std::vector<Tensor> found;
  std::vector<const Node*> stack;
  PointerMap seen;
  const auto is_copy = [&](const Node* node) {
    return std::any_of(copies.begin(), copies.end(),
                       [&](const Tensor& copy) { return copy.impl()->node.get() == node; });
  };
  const auto meet = [&](const Tensor& tensor) {
    const Node* node = tensor.defined() && tensor.requires_grad() ? tensor.impl()->node.get() : nullptr;
    if (!node || is_copy(node)) return;
    if (node->sequence >= since) {
      if (seen.insert(node, 0)) stack.push_back(node);
      return;
    }
    const bool known = std::any_of(found.begin(), found.end(), [&](const Tensor& other) {
      return other.impl()->node.get() == node && other.impl()->output == tensor.impl()->output;
    });
    if (!known) found.push_back(stand_in(tensor));
  };
  for (const Tensor& y : ys) meet(y);
  while (!stack.empty()) {
    const Node& node = *stack.back();
    stack.pop_back();
    for (const Tensor& input : node.inputs()) meet(input);
  }
  return found;
}

/// What backward needs to compute the function again.
struct Again {
  FunctionOfTensors function;
  Surroundings surroundings;
  std::vector<std::pair<Tensor, Tensor>> states;
  Tensor generator;
  std::vector<bool> differentiated;  // which of the results have gradients
  std::size_t inputs = 0;
  std::vector<Tensor> outside;
  Location where;

  /// The gradients of the inputs and of what was read from outside.
  std::vector<Tensor> gradients(std::span<const Tensor> inputs_now, std::span<const Tensor> upstream) const {
    const bool create_graph = grad_enabled();
    const GradMode recording(true);
    std::vector<Tensor> arguments, outputs, results(inputs + outside.size());
    for (const Tensor& input : inputs_now) arguments.push_back(argument(input, create_graph));
    const std::uint64_t since = next_tape_number();
    {
      const Surroundings::Scope scope(surroundings);
      const AsBefore before(states, generator);
      const UsersFunction its_lines(where);
      outputs = function(arguments);
    }
    std::vector<Place> roots, targets;
    std::vector<std::size_t> places;
    if (outputs.size() != differentiated.size()) differs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!differentiated[i]) continue;
      const Tensor& gradient = upstream[roots.size()];
      if (!outputs[i].requires_grad() ||
          (gradient.defined() && (outputs[i].shape() != gradient.shape() || outputs[i].dtype() != gradient.dtype())))
        differs();
      roots.push_back({gradient_edge(*outputs[i].impl()).get(), outputs[i].impl()->output});
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Tensor& target = i < inputs ? arguments[i] : outside[i - inputs];
      if (!target.requires_grad()) continue;
      targets.push_back({gradient_edge(*target.impl()).get(), target.impl()->output});
      places.push_back(i);
    }
    const GradMode recording_gradients(create_graph);
    const WithoutAutocast as_recorded;
    Walk walk(create_graph ? Walk::Saved::keep : Walk::Saved::release);
    walk.start(roots, since);
    for (std::size_t i = 0; i < roots.size(); ++i) walk.contribute(roots[i], upstream[i]);
    walk.want(targets);
    walk.run([&](Node& node, std::span<Tensor> gradients) {
      for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i].node == &node) results[places[i]] = own(gradients[targets[i].output], create_graph);
    });
    return results;
  }

  /// A leaf of its own, or where gradients are to be differentiated, a copy that was made of the input.
  static Tensor argument(const Tensor& input, bool linked) {
    if (!input.defined() || !input.requires_grad()) return input;
    if (linked) return identity(input);
    return Tensor(alias(input)).set_requires_grad();
  }

  [[noreturn]] void differs() const {
    throw ArgumentError("checkpoint", "the function computes something else the second time",
                        "its results differ in number, shape, dtype or in what requires a gradient",
                        "It may depend on what the first call changed", where);
  }
};

}  // namespace

std::vector<Tensor> checkpoint_tensors(const FunctionOfTensors& function, std::span<const Tensor> inputs,
                                       bool preserve_rng_state, Location where) {
  check_callable("checkpoint", function, where);
  const bool symbolic =
      modes.trace || std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.is_symbolic(); });
  if (!grad_enabled() || symbolic) {  // nothing is saved, or a graph plans its memory itself
    const UsersFunction its_lines(where);
    return function(inputs);
  }
  auto again = std::make_shared<Again>();
  again->function = function;
  again->where = where;
  again->inputs = inputs.size();
  if (preserve_rng_state) again->generator = default_generator().get_state();
  std::vector<Tensor> results, copies, recorded;
  {
    std::vector<Tensor> arguments;
    for (const Tensor& input : inputs) {
      arguments.push_back(Again::argument(input, false));
      if (!arguments.back().defined() || !arguments.back().requires_grad()) continue;
      gradient_edge(*arguments.back().impl());
      copies.push_back(arguments.back());
    }
    const std::uint64_t since = next_tape_number();
    const StateLog log;
    const UsersFunction its_lines(where);
    results = function(arguments);
    again->states = log.written();
    for (const Tensor& result : results) {
      again->differentiated.push_back(result.defined() && result.requires_grad());
      if (again->differentiated.back()) recorded.push_back(result);
    }
    again->outside = read_from_outside(recorded, copies, since);
  }
  if (recorded.empty()) return results;
  for (Tensor& result : recorded) result = alias(result);
  std::vector<Tensor> all(inputs.begin(), inputs.end());
  all.insert(all.end(), again->outside.begin(), again->outside.end());
  const std::vector<Tensor> outputs = custom_gradient(
      "checkpoint", recorded, all, inputs,
      [again](std::span<const Tensor> saved, std::span<const Tensor> upstream, std::span<const bool>) {
        return again->gradients(saved, upstream);
      },
      where);
  std::size_t next = 0;
  for (std::size_t i = 0; i < results.size(); ++i)
    if (again->differentiated[i]) results[i] = outputs[next++];
  return results;
}

}  // namespace triptych::detail
