// A traced function, node by node, on the values of all examples.
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/dispatch/modes.h"
#include "core/graph/batching/random_calls.h"
#include "core/graph/graph.h"
#include "core/graph/subgraph_trace.h"
#include "core/support/users_function.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace batching {
namespace {

/// Whether the op writes one of so many inputs.
bool writes(const Op& op, std::size_t count) {
  for (std::size_t i = 0; op.writes && i < count; ++i)
    if (op.writes(static_cast<int>(i), static_cast<int>(count))) return true;
  return false;
}

/// What the tape kept the metadata of only: for ops that ask for no more, a tensor of that shape with next to no
/// memory.
Tensor with_memory(const Tensor& tensor) {
  if (!tensor.impl()->has(triptych::detail::TensorHead::metadata_only) || tensor.is_symbolic()) return tensor;
  const GradMode off(false);
  return expand(to(zeros({}, tensor.dtype()), tensor.device()), tensor.shape());
}

/// Computes the nodes of one trace.
class Evaluation {
 public:
  Evaluation(const TracedSubgraph& traced, std::int64_t size, Randomness randomness)
      : traced_(traced), size_(size), randomness_(randomness) {}

  /// The outputs, for values of the inputs.
  std::vector<Value> run(std::span<const Value> inputs) {
    const Subgraph& subgraph = traced_.subgraph;
    for (std::size_t i = 0; i < inputs.size(); ++i) values_[place_of(subgraph.inputs[i]).node] = {inputs[i]};
    std::vector<Place> wanted;
    for (const auto* list : {&subgraph.outputs, &subgraph.effects})
      for (const Tensor& tensor : *list) wanted.push_back(place_of(tensor));
    const std::vector<Node*> nodes = needed_nodes(*subgraph.outputs[0].impl()->graph, wanted, {});
    const auto last_uses = last_uses_of(nodes);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!values_.contains(nodes[i])) compute(*nodes[i]);
      for (const Node* node : last_uses[i]) values_.erase(node);
    }
    std::vector<Value> outputs;
    for (const Tensor& output : subgraph.outputs) outputs.push_back(value_at(place_of(output)));
    return outputs;
  }

 private:
  const Value& value_at(const Place& place) const { return values_.at(place.node)[place.output]; }

  /// For each node those whose values nobody reads after it.
  std::vector<std::vector<const Node*>> last_uses_of(std::span<Node* const> nodes) const {
    std::unordered_map<const Node*, std::size_t> last;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (const Tensor& input : nodes[i]->inputs()) last[place_of(input).node] = i;
    for (const Tensor& output : traced_.subgraph.outputs) last.erase(place_of(output).node);
    std::vector<std::vector<const Node*>> result(nodes.size());
    for (const auto& [node, at] : last) result[at].push_back(node);
    return result;
  }

  void compute(const Node& node) {
    if (node.op == &group_op) return;
    if (node.op == &constant_op)
      return void(values_[&node] = {{with_memory(node.attributes_as<ConstantAttributes>().value), false}});
    if (node.op == &variable_op) return void(values_[&node] = {{initial_value(node), false}});
    if (node.op == &captured_op)
      return void(values_[&node] = {{node.attributes_as<CapturedAttributes>().tensor, false}});
    const GradMode recording(!node.no_grad && !modes.no_grad);
    const FrameAt its_line(node.where);
    std::vector<Value> inputs;
    std::vector<const TensorMeta*> examples, results;
    for (const Tensor& input : node.inputs()) {
      inputs.push_back(value_at(place_of(input)));
      examples.push_back(&input.meta());
    }
    for (const Tensor& output : node.outputs()) results.push_back(&output.meta());
    const Call call{*node.op, node.attributes, inputs, examples, results, size_, node.where};
    values_[&node] = apply_to(call);
  }

  std::vector<Value> apply_to(const Call& call) const {
    if (is_random(call.op)) return run_random(call, randomness_);
    // Of these the op reads the shape only, which is that of one example.
    const auto reads = [&](std::size_t i) { return call.batched(i) && !in_mask(call.op.metadata_inputs, i); };
    bool any = false;
    for (std::size_t i = 0; i < call.count(); ++i) any |= reads(i);
    std::vector<Value> results;
    if (!any) {
      for (Tensor& made : call.run(of_example(call, 0), call.attributes)) results.push_back({std::move(made), false});
      return results;
    }
    if (writes(call.op, call.count()))
      throw UnsupportedError("vmap", "an op writes what all examples share from values of each",
                             std::string("'") + call.op.name + "'",
                             "Compute the new value in the function, return it, and write it outside", call.where);
    const Rule rule = find_rule(call.op);
    Tensors made = rule ? rule(call) : Tensors();
    if (made.empty()) made = one_by_one(call);
    for (Tensor& tensor : made) results.push_back({std::move(tensor), true});
    return results;
  }

  static Tensors of_example(const Call& call, std::int64_t number) {
    Tensors inputs;
    for (const Value& value : call.inputs)
      inputs.push_back(value.batched ? select(value.tensor, 0, number) : value.tensor);
    return inputs;
  }

  static Tensors one_by_one(const Call& call) {
    std::vector<Tensors> rows(call.results.size());
    for (std::int64_t i = 0; i < call.size; ++i) {
      const Tensors made = call.run(of_example(call, i), call.attributes);
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const Tensor row = unsqueeze(made[k], 0);
        if (i > 0 && row.shape() != rows[k][0].shape())
          throw ArgumentError("vmap", "examples have results of different shapes",
                              std::string("'") + call.op.name + "' gives " + made[k].shape().text(),
                              "Choose with where, which keeps shapes", call.where);
        rows[k].push_back(row);
      }
    }
    Tensors results;
    for (const Tensors& parts : rows) results.push_back(concat(parts, 0));
    return results;
  }

  const TracedSubgraph& traced_;
  std::int64_t size_;
  Randomness randomness_;
  std::unordered_map<const Node*, std::vector<Value>> values_;
};

using detail::ExampleAxis;

std::string text_of(const Tensor& tensor) {
  return std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text();
}

/// The inputs with their examples in front.
std::vector<Value> values_of(std::span<const Tensor> inputs, std::span<const ExampleAxis> axes, Location where) {
  if (axes.size() != inputs.size())
    throw ArgumentError("vmap", "in_dims do not fit the arguments",
                        std::to_string(axes.size()) + " for " + std::to_string(inputs.size()) + " tensors", "", where);
  std::vector<Value> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& input = inputs[i];
    if (!input.defined())
      throw ArgumentError("vmap", "an argument is undefined", "argument " + std::to_string(i), "Give it a value first",
                          where);
    if (!axes[i]) {
      values.push_back({input, false});
      continue;
    }
    const std::int64_t rank = input.ndim(), axis = *axes[i] < 0 ? *axes[i] + rank : *axes[i];
    if (axis < 0 || axis >= rank)
      throw ArgumentError("vmap", "an axis of in_dims is out of range",
                          std::to_string(*axes[i]) + " for argument " + std::to_string(i) + ", " + text_of(input),
                          "Say `none` for what all examples share", where);
    values.push_back({axis == 0 ? input : moveaxis(Arg(input, where), axis, 0), true});
  }
  return values;
}

std::int64_t size_of(std::span<const Value> values, Location where) {
  std::optional<std::int64_t> size;
  for (const Value& value : values) {
    if (!value.batched) continue;
    const Dim length = value.tensor.shape().dim(0);
    if (!length.known())
      throw UnsupportedError("vmap", "the number of examples is not known", text_of(value.tensor),
                             "Give the placeholder its length", where);
    if (size && *size != length.raw())
      throw ArgumentError("vmap", "the arguments differ in the number of examples",
                          std::to_string(*size) + " and " + std::to_string(length.raw()), "", where);
    size = length.raw();
  }
  if (!size)
    throw ArgumentError("vmap", "no argument has an axis of examples", "in_dims are all `none`",
                        "Name the axis of at least one", where);
  if (*size == 0) throw ArgumentError("vmap", "there is no example", "an axis of length 0", "", where);
  return *size;
}

TensorMeta of_one(const Value& value) {
  TensorMeta meta = value.tensor.meta();
  if (value.batched) meta.shape.erase(0);
  return {.shape = meta.shape, .strides = {}, .dtype = meta.dtype, .device = meta.device};
}

/// The results of examples `values`, in front.
Tensors run_examples(const std::function<Tensors(std::span<const Tensor>)>& function, const std::vector<Value>& values,
                     std::int64_t size, Randomness randomness, Location where) {
  std::vector<TensorMeta> metas;
  Tensors tensors;
  for (const Value& value : values) {
    metas.push_back(of_one(value));
    tensors.push_back(value.tensor);
  }
  GraphImpl* const outer = graph_around(tensors);
  const TracedSubgraph traced = trace_function(metas, {}, function, outer, where);
  if (traced.subgraph.outputs.empty())
    throw ArgumentError("vmap", "the function gives no tensor", "an empty result", "", where);
  std::vector<Value> inputs = values;
  for (const Tensor& captured : traced.captured) inputs.push_back({with_memory(captured), false});
  const WithoutAutocast as_traced;
  Tensors results;
  for (Value& value : Evaluation(traced, size, randomness).run(inputs)) {
    if (!value.batched) {
      Shape shape{size};
      for (int i = 0; i < value.tensor.ndim(); ++i) shape.append(unknown);
      value.tensor = expand(unsqueeze(value.tensor, 0), shape);
    }
    results.push_back(std::move(value.tensor));
  }
  return results;
}

}  // namespace
}  // namespace batching

std::vector<Tensor> detail::vmap_tensors(const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function,
                                         std::span<const Tensor> inputs, std::span<const ExampleAxis> in_axes,
                                         std::span<const ExampleAxis> out_axes, Randomness randomness,
                                         std::int64_t chunk_size, Location where) {
  using batching::Tensors;
  using batching::Value;
  const Frame frame(where);
  if (chunk_size < 0) throw ArgumentError("vmap", "chunk_size is negative", std::to_string(chunk_size), "", where);
  const std::vector<Value> values = batching::values_of(inputs, in_axes, where);
  const std::int64_t size = batching::size_of(values, where),
                     step = chunk_size == 0 ? size : std::min(chunk_size, size);
  const auto called = [&](std::span<const Tensor> example) {
    const UsersFunction its_lines(where);
    return function(example);
  };
  std::vector<Tensors> parts;
  for (std::int64_t start = 0; start < size; start += step) {
    std::vector<Value> chunk = values;
    const std::int64_t count = std::min(step, size - start);
    if (count < size)
      for (Value& value : chunk)
        if (value.batched) value.tensor = slice(value.tensor, 0, Slice(start, start + count));
    const Tensors made = batching::run_examples(called, chunk, count, randomness, where);
    if (start > 0 && made.size() != parts.size())
      throw ArgumentError("vmap", "the function gives another number of results than for the first examples",
                          std::to_string(made.size()) + ", not " + std::to_string(parts.size()), "", where);
    parts.resize(made.size());
    for (std::size_t i = 0; i < made.size(); ++i) parts[i].push_back(made[i]);
  }
  if (out_axes.size() != 1 && out_axes.size() != parts.size())
    throw ArgumentError("vmap", "out_dims do not fit the results",
                        std::to_string(out_axes.size()) + " for " + std::to_string(parts.size()) + " tensors", "",
                        where);
  Tensors results;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Tensor result = parts[i].size() == 1 ? parts[i][0] : concat(parts[i], 0);
    const ExampleAxis axis = out_axes[out_axes.size() == 1 ? 0 : i];
    const std::int64_t rank = result.ndim();
    if (!axis)
      throw ArgumentError("vmap", "a result has no axis for the examples", "out_dims has `none` for it", "Name one",
                          where);
    if (*axis < -rank || *axis >= rank)
      throw ArgumentError("vmap", "an axis of out_dims is out of range",
                          std::to_string(*axis) + " for a result of " + std::to_string(rank) + " axes", "", where);
    results.push_back(*axis == 0 ? std::move(result) : moveaxis(result, 0, *axis));
  }
  return results;
}

std::string_view batching_of(const Op& op) {
  if (batching::is_random(op)) return "random";
  const int inputs = op.max_inputs == any_number ? std::max(op.inputs, 9) : op.inputs;
  if (inputs == 0 || batching::writes(op, static_cast<std::size_t>(inputs))) return "shared";
  return batching::find_rule(op) ? "rule" : "loop";
}

}  // namespace triptych
