// What users call: backward() walks the tape to the leaves, gradients() walks tape or graph to the tensors that are
// asked for.
#include <algorithm>
#include <optional>

#include "core/autodiff/gradient_stop.h"
#include "core/autodiff/gradients_until.h"
#include "core/autodiff/leaf.h"
#include "core/autodiff/walker.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/support/scopes.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

std::string text_of(const Tensor& tensor) {
  return tensor.defined() ? std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text()
                          : "a default-constructed Tensor";
}

std::optional<Place> place_of(const Tensor& tensor, GraphImpl* graph, Location where) {
  if (!tensor.defined()) return std::nullopt;
  if (graph) {
    const Tensor symbolic = graph->import(tensor, where);
    return Place{symbolic.impl()->node.get(), symbolic.impl()->output};
  }
  if (!tensor.requires_grad()) return std::nullopt;
  return Place{gradient_edge(*tensor.impl()).get(), tensor.impl()->output};
}

/// full_like(y, 1) of one number, without an op: each small step has one.
Tensor scalar_one(const Tensor& y) {
  const Tensor one = scalar_tensor(1.0, y.dtype(), y.device());
  return y.ndim() == 0 ? one
                       : make_view(*one.impl(), {y.shape(), contiguous_strides(y.shape()), y.dtype(), y.device()}, 0);
}

/// The gradient that a walk starts with.
Tensor initial_gradient(const Tensor& y, const Tensor& given, bool on_tape, std::string_view op, Location where) {
  if (given.defined()) {
    if (on_tape && given.is_symbolic())
      throw ArgumentError(op, "the gradient of a computed tensor is symbolic",
                          "node '" + describe(*given.impl()->node) + "'", "Pass a tensor with values", where);
    if (!given.shape().compatible(y.shape()) || given.dtype() != y.dtype())
      throw ArgumentError(op, "a gradient differs from its tensor in shape or dtype",
                          "tensor " + text_of(y) + ", gradient " + text_of(given), "", where);
    return given;
  }
  if (on_tape && y.numel() != 1)
    throw ArgumentError(op, "the gradient is left out, and the tensor is no scalar",
                        "the tensor has shape " + y.shape().text(), "Reduce it with sum or mean, or pass the gradient",
                        where);
  return on_tape && !modes.trace ? scalar_one(y) : full_like(Arg(y, where), 1.0);
}

void check_ys(std::span<const Tensor> ys, std::span<const Tensor> grad_ys, std::string_view op, Location where) {
  if (ys.empty()) throw ArgumentError(op, "there is no y", "an empty list", "", where);
  if (grad_ys.size() > ys.size())
    throw ArgumentError(op, "there are more grad_ys than ys",
                        std::to_string(grad_ys.size()) + " for " + std::to_string(ys.size()), "", where);
}

/// Starts the walk at the ys, with their own gradients in place.
void start(Walk& walk, GraphImpl* graph, std::span<const Tensor> ys, std::span<const Tensor> grad_ys,
           std::string_view op, Location where) {
  std::vector<Place> roots;
  std::vector<Tensor> initial;
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const auto place = place_of(ys[i], graph, where);
    if (!place) {
      const std::string stop = remembered_stop(ys[i]);
      throw ArgumentError(
          op, "the tensor does not depend on anything that requires a gradient", text_of(ys[i]),
          stop.empty()
              ? "Call set_requires_grad() on a leaf; check that no NoGrad guard was active and nothing on the way "
                "detached"
              : stop,
          where);
    }
    roots.push_back(*place);
    const Tensor given = i < grad_ys.size() ? grad_ys[i] : Tensor();
    const Tensor gradient = initial_gradient(ys[i], given, !graph, op, where);
    initial.push_back(graph ? graph->import(gradient, where) : gradient);
  }
  walk.start(roots);
  for (std::size_t i = 0; i < roots.size(); ++i) walk.contribute(roots[i], std::move(initial[i]));
}

}  // namespace

bool grad_enabled() {
  forget_ended_scopes();
  return !modes.no_grad;
}
GradMode::GradMode(bool enabled) { open_scopes().begin(this, modes.no_grad, !enabled); }
GradMode::~GradMode() { end_scope(this); }

std::vector<Tensor> gradients(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> grad_ys,
                              GradientOptions options, Location where) {
  return gradients_until({}, ys, xs, grad_ys, options, where);
}

std::vector<Tensor> gradients_until(std::span<const Tensor> stops, std::span<const Tensor> ys,
                                    std::span<const Tensor> xs, std::span<const Tensor> grad_ys,
                                    GradientOptions options, Location where) {
  check_ys(ys, grad_ys, "gradients", where);
  GraphImpl* graph = nullptr;
  for (const Tensor& y : ys)
    if (y.is_symbolic()) graph = y.impl()->graph.get();
  std::optional<TraceScope> trace;
  if (graph) trace.emplace(GraphHandle(graph));
  GradMode recording(graph || options.create_graph);
  const WithoutAutocast as_recorded;

  Walk walk(graph || options.retain_graph || options.create_graph ? Walk::Saved::keep : Walk::Saved::release);
  start(walk, graph, ys, grad_ys, "gradients", where);
  std::vector<Place> targets, ends;
  for (const Tensor& stop : stops)
    if (const auto place = place_of(stop, graph, where)) ends.push_back(*place);
  for (const Tensor& x : xs) {
    const auto place = place_of(x, graph, where);
    if (!place)
      throw ArgumentError("gradients", "an x does not require a gradient", text_of(x), "Call set_requires_grad() on it",
                          where);
    targets.push_back(*place);
  }
  walk.want(targets);

  std::vector<Tensor> results(xs.size());
  walk.run([&](Node& node, std::span<Tensor> upstream) {
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (targets[i].node == &node) results[i] = own(upstream[targets[i].output], grad_enabled());
    for (const Place& end : ends)
      if (end.node == &node) upstream[end.output].reset();
  });
  if (!options.allow_unused)
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!results[i].defined())
        throw ArgumentError("gradients", "no y depends on an x",
                            "x number " + std::to_string(i) + " of shape " + xs[i].shape().text(),
                            "Leave it out, or set allow_unused", where);
  return results;
}

void Tensor::backward(Location where) const { backward(BackwardOptions{}, where); }

void Tensor::backward(const Tensor& gradient, bool retain_graph, bool create_graph, Location where) const {
  backward(BackwardOptions{.gradient = gradient, .retain_graph = retain_graph, .create_graph = create_graph}, where);
}

void Tensor::backward(const BackwardOptions& options, Location where) const {
  triptych::backward({this, 1}, {&options.gradient, 1}, options, where);
}

void backward(std::span<const Tensor> ys, std::span<const Tensor> grad_ys, const BackwardOptions& options,
              Location where) {
  check_ys(ys, grad_ys, "backward", where);
  for (const Tensor& y : ys)
    if (y.is_symbolic())
      throw ArgumentError("backward", "a symbolic tensor has no tape", describe(*y.impl()->node),
                          "Use lowlevel::gradients or an optimizer's minimize", where);
  GradMode recording(options.create_graph);
  const WithoutAutocast as_recorded;
  Walk walk(options.retain_graph || options.create_graph ? Walk::Saved::keep : Walk::Saved::release);
  start(walk, nullptr, ys, grad_ys, "backward", where);
  if (options.inputs.empty()) {
    walk.want_everything();
    walk.run([&](Node& node, std::span<Tensor> upstream) {
      if (node.op == &leaf_op) walk.found.add(node, nullptr, std::move(upstream[0]));
    });
    return;
  }
  std::vector<Place> targets;
  for (const Tensor& input : options.inputs) {
    const auto place = place_of(input, nullptr, where);
    if (!place)
      throw ArgumentError("backward", "an input does not require a gradient", text_of(input),
                          "Call set_requires_grad() on it", where);
    targets.push_back(*place);
  }
  walk.want(targets);
  walk.run([&](Node& node, std::span<Tensor> upstream) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const bool twice = std::find(targets.begin(), targets.begin() + static_cast<std::ptrdiff_t>(i), targets[i]) !=
                         targets.begin() + static_cast<std::ptrdiff_t>(i);
      const Tensor& gradient = upstream[targets[i].output];
      if (targets[i].node == &node && gradient.defined() && !twice)
        walk.found.add(node, options.inputs[i].impl(), gradient);
    }
  });
}

}  // namespace triptych
