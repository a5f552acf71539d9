#include "core/autodiff/decomposition.h"

#include "core/graph/graph.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {

void differentiate_decomposition(const Node& node, Gradient& context) {
  if (!node.op->decompose)
    throw UnsupportedError(node.op->name, "the op has no gradient rule", describe(node),
                           "Add one in src/core/ops/, or detach() the input", node.where);
  GradMode recording(true);
  std::vector<Tensor> inputs, wanted, upstream;
  std::vector<int> places;
  for (int i = 0; i < context.input_count(); ++i) {
    // An identity of its own, so that one input's gradient does not run on into another input that depends on it.
    // What the op does not save does not enter its decomposition.
    const Tensor input = context.input(i);
    const bool needed = context.needs(i) && !(input.flags() & detail::TensorHead::metadata_only);
    inputs.push_back(needed ? identity(input) : input);
    if (!needed) continue;
    wanted.push_back(inputs.back());
    places.push_back(i);
  }
  std::vector<Tensor> parts = node.op->decompose(inputs, node.attributes), outputs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // An output may depend on none of the inputs that are wanted.
    if (!context.has_upstream(static_cast<int>(i)) || !(parts[i].requires_grad() || parts[i].is_symbolic())) continue;
    outputs.push_back(std::move(parts[i]));
    upstream.push_back(context.upstream(static_cast<int>(i)));
  }
  if (outputs.empty() || wanted.empty()) return;
  std::vector<Tensor> results =
      gradients(outputs, wanted, upstream, {.create_graph = true, .allow_unused = true}, node.where);
  for (std::size_t i = 0; i < places.size(); ++i) context.set(places[i], std::move(results[i]));
}

namespace {

void run_own_rule(Node& node, const NodeGradient& rule, Gradient& context) {
  std::vector<Tensor> upstream;
  for (int k = 0; k < context.output_count(); ++k) upstream.push_back(context.upstream(k));
  std::vector<Tensor> gradients = rule(node, upstream);
  if (static_cast<int>(gradients.size()) != context.input_count())
    throw ArgumentError(node.op->name, "a registered gradient does not give one tensor for each input",
                        std::to_string(gradients.size()) + " for " + std::to_string(context.input_count()),
                        "Return an undefined Tensor where there is none", node.where);
  for (int i = 0; i < context.input_count(); ++i)
    if (context.needs(i)) context.set(i, std::move(gradients[static_cast<std::size_t>(i)]));
}

}  // namespace

void run_rule(Node& node, Gradient& context) {
  if (const NodeGradient* own = node.graph ? node.graph->info_of(node).gradient.get() : nullptr)
    run_own_rule(node, *own, context);
  else if (node.op->gradient)
    node.op->gradient(context);
  else
    differentiate_decomposition(node, context);
}

}  // namespace triptych
