#include "triptych/lowlevel/gradients.h"

#include <algorithm>
#include <mutex>

#include "api_lowlevel/graph/side.h"
#include "core/autodiff/gradients_until.h"
#include "core/graph/graph.h"
#include "core/support/fork.h"
#include "triptych/core/autograd.h"
#include "triptych/core/op.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {
namespace {

struct Registered {
  std::mutex& mutex = process_mutex();
  std::map<std::string, GradientFunction> functions;
};
Registered& registered() {
  static Registered instance;
  return instance;
}

/// "MatMul" and "matmul", "BiasAdd" and "bias_add": one op.
std::string plain(std::string_view name) {
  std::string result;
  for (const char c : name)
    if (c != '_') result += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return result;
}

const Op& op_of(const std::string& type, Location where) {
  for (const Op* op : registered_ops())
    if (plain(op->name) == plain(type)) return *op;
  throw ArgumentError("gradient_override_map", "there is no op of this name", "'" + type + "'", "", where);
}

NodeGradient rule_of(const GradientFunction& function) {
  return [function](const Node& node, std::span<const Tensor> upstream) {
    return function(operation_of(node), {upstream.begin(), upstream.end()});
  };
}

}  // namespace

std::vector<Tensor> gradients(const TensorList& ys, const TensorList& xs, const TensorList& grad_ys,
                              const GradientsOptions& options, Location where) {
  if (ys.empty()) throw ArgumentError("gradients", "there is no y", "an empty list", "", where);
  for (const Tensor& y : ys)
    if (!y.is_symbolic())
      throw ArgumentError("gradients", "a y is not a tensor of a graph", "a concrete or undefined tensor",
                          "Use backward() for values that have been computed", where);
  for (const Tensor& x : xs)
    if (!x.defined()) throw ArgumentError("gradients", "an x is undefined", "a default-constructed Tensor", "", where);
  for (const Tensor& stop : options.stop_gradients)
    if (!stop.defined())
      throw ArgumentError("gradients", "a tensor to stop at is undefined", "a default-constructed Tensor", "", where);
  if (!grad_ys.empty() && grad_ys.size() != ys.size())
    throw ArgumentError("gradients", "the number of grad_ys differs from that of the ys",
                        std::to_string(grad_ys.size()) + " for " + std::to_string(ys.size()), "", where);
  const NameScope scope(GraphHandle(ys.begin()->impl()->graph.get()), options.name);
  std::vector<Tensor> results = gradients_until(options.stop_gradients.tensors(), ys.tensors(), xs.tensors(),
                                                grad_ys.tensors(), {.allow_unused = true}, where);
  const auto is_found = [](const Tensor& gradient) { return gradient.defined(); };
  if (!results.empty() && std::none_of(results.begin(), results.end(), is_found))
    for (const Tensor& y : ys)
      if (y.impl()->node->no_grad)
        throw ArgumentError("gradients", "a y was made where nothing is recorded", "'" + name_of(y) + "'",
                            "Let the NoGrad end before the y is made", where);
  if (options.unconnected_gradients == UnconnectedGradients::ZERO)
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!results[i].defined()) results[i] = zeros_like(Arg(xs.tensors()[i], where));
  return results;
}

std::vector<Tensor> hessians(const TensorList& ys, const TensorList& xs, const HessiansOptions& options,
                             Location where) {
  for (const Tensor& x : xs)
    if (x.defined() && !x.shape().known())
      throw ArgumentError("hessians", "the shape of an x is not known", x.shape().text(),
                          "Each of its elements has a walk back of its own: give it a shape", where);
  constexpr std::int64_t most = 65536;
  for (const Tensor& x : xs)
    if (x.defined() && x.numel() > most)
      throw UnsupportedError("hessians", "an x has too many elements", std::to_string(x.numel()),
                             "Each of them has a walk back of its own: take parts of it", where);
  const std::vector<Tensor> firsts =
      gradients(ys, xs, {}, {.name = options.name, .unconnected_gradients = UnconnectedGradients::ZERO}, where);
  const NameScope scope(GraphHandle(ys.begin()->impl()->graph.get()), options.name);
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    const Tensor& x = xs.tensors()[i];
    Shape shape = x.shape();
    for (int axis = 0; axis < x.ndim(); ++axis) shape.append(x.shape()[axis], where);
    std::vector<Tensor> rows;
    const Tensor first = reshape(Arg(firsts[i], where), {-1});
    for (std::int64_t k = 0; k < x.numel(); ++k)
      rows.push_back(gradients(select(Arg(first, where), 0, k), x, {},
                               {.name = options.name, .unconnected_gradients = UnconnectedGradients::ZERO}, where)[0]);
    results.push_back(rows.empty() ? zeros(shape, x.dtype(), where)
                                   : reshape(Arg(stack(rows, 0, where), where), shape));
  }
  return results;
}

RegisterGradient::RegisterGradient(const OwnedText& gradient_type, GradientFunction function, Location where) {
  check_callable("RegisterGradient", function, where);
  Registered& all = registered();
  std::lock_guard lock(all.mutex);
  if (!all.functions.emplace(gradient_type, std::move(function)).second)
    throw ArgumentError("RegisterGradient", "a gradient of this name exists", "'" + gradient_type + "'",
                        "Choose another name", where);
}

GradientOverrideMap::GradientOverrideMap(const GraphHandle& graph,
                                         const std::map<std::string, std::string>& op_type_map, Location where)
    : graph_(graph) {
  GradientOverrides overrides;
  Registered& all = registered();
  for (const auto& [type, name] : op_type_map) {
    const Op& op = op_of(type, where);
    std::lock_guard lock(all.mutex);
    const auto found = all.functions.find(name);
    if (found == all.functions.end())
      throw ArgumentError("gradient_override_map", "no gradient is registered under this name", "'" + name + "'",
                          "RegisterGradient makes one known", where);
    overrides[op.name] = std::make_shared<const NodeGradient>(rule_of(found->second));
  }
  auto kept = std::make_shared<const GradientOverrides>(std::move(overrides));
  const GradientOverrides* inside = kept.get();
  GraphImpl& impl = graph_.impl();
  impl.open.begin(this, impl.gradient_overrides, inside, std::move(kept));
}
GradientOverrideMap::~GradientOverrideMap() { graph_.impl().open.end(this); }

}  // namespace triptych::lowlevel
