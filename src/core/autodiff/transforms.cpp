#include "triptych/core/transforms.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/autodiff/walker.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/graph/subgraph_trace.h"
#include "core/support/users_function.h"
#include "triptych/core/autograd.h"
#include "triptych/core/batching.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op identity_op;

namespace detail {
namespace {

std::string text_of(const Tensor& tensor) {
  return tensor.defined() ? std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text()
                          : "a default-constructed Tensor";
}

void check_floating(std::string_view op, const Tensor& tensor, const char* rule, Location where) {
  if (!tensor.defined() || !is_floating(tensor.dtype())) throw ArgumentError(op, rule, text_of(tensor), "", where);
}

/// A tensor of its own with the values of `x` that gradients stop at: of a graph if one is traced, else recorded as
/// made of x if `recorded` and x requires a gradient.
Tensor differentiable_copy(const Tensor& x, bool recorded, Location where) {
  if (x.is_symbolic() || (recorded && x.requires_grad())) return identity(Arg(x, where));
  if (modes.trace) {
    Tensor copy;
    append(*modes.trace, identity_op, {&x, 1}, nullptr, {&copy, 1}, where);
    return copy;
  }
  Tensor leaf = alias(x);
  leaf.set_requires_grad(true, where);
  gradient_edge(*leaf.impl());
  return leaf;
}

/// Whether the tape leads from `y` to a leaf that is none of `copies`.
bool depends_on_more(std::span<const Tensor> ys, std::span<const Tensor> copies) {
  std::vector<const Node*> stack;
  PointerMap seen;
  const auto meet = [&](const Tensor& tensor) {
    const Node* node = tensor.defined() && !tensor.is_symbolic() ? tensor.impl()->node.get() : nullptr;
    if (node && seen.insert(node, 0)) stack.push_back(node);
  };
  for (const Tensor& y : ys)
    if (y.defined() && y.requires_grad()) {
      if (!y.impl()->node) return true;  // a leaf that nothing was recorded of yet
      meet(y);
    }
  while (!stack.empty()) {
    const Node& node = *stack.back();
    stack.pop_back();
    if (node.op == &leaf_op && std::none_of(copies.begin(), copies.end(),
                                            [&](const Tensor& copy) { return copy.impl()->node.get() == &node; }))
      return true;
    for (const Tensor& input : node.inputs()) meet(input);
  }
  return false;
}

/// Where gradients of `tensor` come from and go to, if it takes part.
std::optional<Place> place_of_gradient(const Tensor& tensor) {
  if (!is_floating(tensor.dtype())) return std::nullopt;
  if (tensor.is_symbolic()) return place_of(tensor);
  if (!tensor.requires_grad()) return std::nullopt;
  return Place{gradient_edge(*tensor.impl()).get(), tensor.impl()->output};
}

}  // namespace

Differentiated::Differentiated(std::string_view op, const std::function<CallResult(std::span<const Tensor>)>& function,
                               std::span<const Tensor> inputs, const std::vector<bool>& wanted, Location where)
    : op_(op), recorded_(grad_enabled()) {
  const GradMode recording(true);
  std::vector<Tensor> arguments(inputs.begin(), inputs.end());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].defined())
      throw ArgumentError(op_, "an argument is undefined", "tensor " + std::to_string(i), "Give it a value first",
                          where);
    if (!wanted[i]) continue;
    check_floating(op_, arguments[i], "what is differentiated with respect to is not floating-point", where);
    wanted_.push_back(arguments[i] = differentiable_copy(arguments[i], recorded_, where));
  }
  if (wanted_.empty())
    throw ArgumentError(op_, "there is nothing to differentiate with respect to", "no tensor among the arguments", "",
                        where);
  CallResult called = [&] {
    const UsersFunction its_lines(where);
    return function(arguments);
  }();
  differentiated_ = std::move(called.tensors);
  for (std::size_t i = 0; i < differentiated_.size(); ++i)
    if (!differentiated_[i].defined())
      throw ArgumentError(op_, "the function gives an undefined tensor", "result " + std::to_string(i), "", where);
  const std::size_t kept = called.differentiated;
  if (kept == 0) throw ArgumentError(op_, "the function gives no tensor", "an empty result", "", where);
  additional_.assign(differentiated_.begin() + static_cast<std::ptrdiff_t>(kept), differentiated_.end());
  differentiated_.resize(kept);
  for (const Tensor& result : differentiated_)
    check_floating(op_, result, "a result that is differentiated is not floating-point", where);
  depends_more_ = depends_on_more(differentiated_, wanted_);
}

std::vector<Tensor> Differentiated::for_caller(std::vector<Tensor> tensors, std::span<const Tensor> copies) const {
  for (Tensor& tensor : tensors)
    if (tensor.defined() && !tensor.is_symbolic() && tensor.requires_grad() &&
        (!recorded_ || !depends_on_more({&tensor, 1}, copies)))
      tensor = alias(tensor);
  return tensors;
}

std::vector<Tensor> Differentiated::results() const {
  std::vector<Tensor> all = differentiated_;
  all.insert(all.end(), additional_.begin(), additional_.end());
  return for_caller(std::move(all), wanted_);
}

std::vector<Tensor> Differentiated::walk(std::span<const Tensor> ys, std::span<const Tensor> xs,
                                         std::span<const Tensor> cotangents, bool create_graph, Location where) const {
  std::vector<Tensor> together(ys.begin(), ys.end());
  together.insert(together.end(), cotangents.begin(), cotangents.end());
  std::optional<TraceScope> trace;
  GraphImpl* const graph = graph_around(together);
  if (graph) trace.emplace(GraphHandle(graph));
  const GradMode recording(graph || create_graph);
  const WithoutAutocast as_recorded;
  const FrameAt its_line(where);

  std::vector<Place> roots, targets;
  std::vector<std::size_t> of_targets;
  std::vector<Tensor> initial, results(xs.size());
  for (std::size_t i = 0; i < ys.size(); ++i)
    if (const auto place = place_of_gradient(ys[i])) {
      roots.push_back(*place);
      initial.push_back(cotangents[i]);
    }
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (const auto place = place_of_gradient(xs[i])) {
      targets.push_back(*place);
      of_targets.push_back(i);
    }
  if (!roots.empty() && !targets.empty()) {
    Walk walk(Walk::Saved::keep, true);
    walk.start(roots);
    for (std::size_t i = 0; i < roots.size(); ++i) walk.contribute(roots[i], initial[i]);
    walk.want(targets);
    walk.run([&](Node& node, std::span<Tensor> upstream) {
      for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i].node == &node) results[of_targets[i]] = own(upstream[targets[i].output], grad_enabled());
    });
  }
  return results;
}

void Differentiated::check_like(std::span<const Tensor> given, std::span<const Tensor> like, const char* what,
                                Location where) const {
  if (given.size() != like.size())
    throw ArgumentError(op_, std::string("the number of ") + what + " differs from that of what they belong to",
                        std::to_string(given.size()) + " for " + std::to_string(like.size()), "", where);
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!given[i].defined() || given[i].dtype() != like[i].dtype() || !given[i].shape().compatible(like[i].shape()))
      throw ArgumentError(op_, std::string("one of the ") + what + " differs from what it belongs to",
                          "number " + std::to_string(i) + " is " + text_of(given[i]) + " for " + text_of(like[i]), "",
                          where);
}

namespace {

/// Zeros for what nothing depends on.
std::vector<Tensor> with_zeros(std::vector<Tensor> found, std::span<const Tensor> like) {
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!found[i].defined()) {
      const GradMode off(false);
      found[i] = zeros_like(like[i]);
    }
  return found;
}

}  // namespace

std::vector<Tensor> Differentiated::pull_back(std::span<const Tensor> cotangents, Location where) const {
  const Frame frame(where);
  check_like(cotangents, differentiated_, "cotangents", where);
  // A cotangent may require a gradient itself.
  const bool more = depends_more_ || std::any_of(cotangents.begin(), cotangents.end(),
                                                 [](const Tensor& t) { return t.requires_grad(); });
  std::vector<Tensor> found = walk(differentiated_, wanted_, cotangents, recorded_ && more, where);
  return for_caller(with_zeros(std::move(found), wanted_), wanted_);
}

std::vector<Tensor> Differentiated::push_forward(std::span<const Tensor> tangents, Location where) const {
  const Frame frame(where);
  check_like(tangents, wanted_, "tangents", where);
  const GradMode recording(true);
  std::vector<Tensor> cotangents;
  for (const Tensor& y : differentiated_) {
    const Tensor zero = [&] {
      const GradMode off(false);
      return zeros_like(y);
    }();
    cotangents.push_back(differentiable_copy(zero, false, where));
  }
  const std::vector<Tensor> gradients = walk(differentiated_, wanted_, cotangents, true, where);
  std::vector<Tensor> found, seeds;
  for (std::size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined()) {
      found.push_back(gradients[i]);
      seeds.push_back(tangents[i]);
    }
  std::vector<Tensor> results(differentiated_.size());
  if (!found.empty()) results = walk(found, cotangents, seeds, recorded_, where);
  std::vector<Tensor> copies = wanted_;
  copies.insert(copies.end(), cotangents.begin(), cotangents.end());
  return for_caller(with_zeros(std::move(results), differentiated_), copies);
}

namespace {

std::int64_t numel_of(std::string_view op, const Tensor& tensor, Location where) {
  if (!tensor.shape().known())
    throw UnsupportedError(op, "a derivative of or with respect to a tensor of unknown size", text_of(tensor),
                           "Give the placeholder its shape", where);
  return tensor.numel();
}

/// The rows of the unit matrix, cut into parts that look like the tensors.
std::vector<Tensor> basis_of(std::string_view op, std::span<const Tensor> like, Location where) {
  const GradMode off(false);
  const Frame frame(where);
  std::int64_t total = 0;
  for (const Tensor& tensor : like) total += numel_of(op, tensor, where);
  std::vector<Tensor> basis;
  std::int64_t start = 0;
  for (const Tensor& tensor : like) {
    const std::int64_t count = tensor.numel();
    Shape shape = tensor.shape();
    shape.insert(0, total);
    const Tensor unit = to(eye(total, {}, tensor.dtype()), tensor.device());
    basis.push_back(reshape(slice(unit, 1, Slice(start, start + count)), shape));
    start += count;
  }
  return basis;
}

Shape joined(const Shape& first, const Shape& second, Location where) {
  std::vector<std::int64_t> dims = first.to_vector();
  const std::vector<std::int64_t> more = second.to_vector();
  dims.insert(dims.end(), more.begin(), more.end());
  return Shape(dims, where);
}

}  // namespace

std::vector<Tensor> Differentiated::jacobian(bool forward, std::int64_t chunk_size, Location where) const {
  const Frame frame(where);
  const std::span<const Tensor> given = forward ? wanted_ : differentiated_;
  const std::vector<Tensor> basis = basis_of(op_, given, where);
  const std::vector<ExampleAxis> rows(basis.size(), 0), front{0};
  const FunctionOfTensors derivative = [&](std::span<const Tensor> row) {
    return forward ? push_forward(row, where) : pull_back(row, where);
  };
  const std::vector<Tensor> all = vmap_tensors(derivative, basis, rows, front, Randomness::error, chunk_size, where);
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < result_count(); ++i)
    for (std::size_t j = 0; j < wanted_count(); ++j) {
      std::int64_t start = 0;
      for (std::size_t k = 0; k < (forward ? j : i); ++k) start += given[k].numel();
      const Tensor part = slice(all[forward ? i : j], 0, Slice(start, start + given[forward ? j : i].numel()));
      results.push_back(reshape(forward ? moveaxis(part, 0, -1) : part,
                                joined(differentiated_[i].shape(), wanted_[j].shape(), where)));
    }
  return results;
}

std::vector<Tensor> Differentiated::jacobian_by_rows(Location where) const {
  const Frame frame(where);
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < result_count(); ++i) {
    std::vector<std::vector<Tensor>> rows(wanted_count());
    std::vector<Tensor> cotangents;
    {
      const GradMode off(false);
      for (const Tensor& y : differentiated_) cotangents.push_back(zeros_like(y));
    }
    const Tensor unit = basis_of(op_, {&differentiated_[i], 1}, where)[0];
    for (std::int64_t row = 0; row < differentiated_[i].numel(); ++row) {
      cotangents[i] = select(unit, 0, row);
      const std::vector<Tensor> gradients = pull_back(cotangents, where);
      for (std::size_t j = 0; j < rows.size(); ++j) rows[j].push_back(unsqueeze(gradients[j], 0));
    }
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const Shape shape = joined(differentiated_[i].shape(), wanted_[j].shape(), where);
      results.push_back(rows[j].empty() ? zeros(shape, wanted_[j].dtype()) : reshape(concat(rows[j], 0), shape));
    }
  }
  return results;
}

void Differentiated::check_dependence(Location where) const {
  for (std::size_t i = 0; i < result_count(); ++i) {
    const Tensor one = ones_like(differentiated_[i]);
    const std::vector<Tensor> found = walk({&differentiated_[i], 1}, wanted_, {&one, 1}, false, where);
    for (std::size_t j = 0; j < found.size(); ++j)
      if (!found[j].defined())
        throw ArgumentError(op_, "a result does not depend on an input",
                            "result " + std::to_string(i) + ", input " + std::to_string(j),
                            "Its derivative is zero: without `strict` that is given", where);
  }
}

std::vector<Tensor> Differentiated::gradients(Location where) const {
  const Frame frame(where);
  if (result_count() != 1 || differentiated_[0].ndim() != 0)
    throw ArgumentError(op_, "the function does not give a scalar",
                        result_count() == 1 ? text_of(differentiated_[0]) : std::to_string(result_count()) + " tensors",
                        "Reduce it with sum or mean, or use jacrev", where);
  const Tensor one = [&] {
    const GradMode off(false);
    return ones_like(differentiated_[0]);
  }();
  return pull_back({&one, 1}, where);
}

}  // namespace detail
}  // namespace triptych
