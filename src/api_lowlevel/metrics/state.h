// What streaming metrics are made of: a scope with local variables, and how values are weighted.
#pragma once

#include <string>
#include <vector>

#include "api_lowlevel/graph/side.h"
#include "api_lowlevel/train/own_scope.h"
#include "core/graph/subgraph_trace.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/metrics.h"

namespace triptych::lowlevel::metrics {

/// While alive, nodes belong to the metric; errors name it and the user's line.
class MetricScope {
 public:
  MetricScope(const char* metric, const Arg& first, std::initializer_list<const Arg*> others, const std::string& name)
      : metric_(metric),
        where_(first.where()),
        called_(metric),
        frame_(first.where()),
        graph_(graph_of(metric, first, others)),
        scope_(graph_, name.empty() ? std::string_view(metric) : std::string_view(name)) {}

  Location where() const { return where_; }

  /// Labels and predictions of one shape: a last dimension of one that only one of them has is left out.
  struct Pair {
    Tensor labels, predictions;
  };
  Pair pair(const Arg& labels, const Arg& predictions) const {
    const auto fitted = [](const Arg& given, const Arg& other) {
      const Tensor& x = given.tensor();
      const bool column = x.ndim() == other.tensor().ndim() + 1 && x.shape().dim(-1).raw() == 1;
      return column ? squeeze(given, {-1}) : x;
    };
    const Tensor truth = fitted(labels, predictions), answer = fitted(predictions, labels);
    if (!truth.shape().compatible(answer.shape()))
      throw ArgumentError(metric_, "labels and predictions differ in shape",
                          truth.shape().text() + " and " + answer.shape().text(), "", labels.where());
    return {truth, answer};
  }

  /// A local variable of zeros.
  Variable local(const char* name, const Shape& shape, DType dtype = float32) {
    GraphImpl& graph = graph_.impl();
    const OwnScope own(graph, graph.scope);
    const Variable variable = graph_.variable(name, shape, [](const Shape& s, DType d) { return zeros(s, d); },
                                              {.dtype = dtype, .trainable = false});
    GraphSide& side = side_of(graph);
    side.local.insert(variable.impl()->node.get());
    side.collections[GraphKeys::METRIC_VARIABLES].push_back(place_of(variable));
    return variable;
  }

  Metric finish(const Tensor& value, const Tensor& update, const std::vector<std::string>& metrics,
                const std::vector<std::string>& updates) const {
    add_to_collections(metrics, value);
    add_to_collections(updates, update);
    return {value, update};
  }
  Metric finish(const Tensor& value, const Tensor& update, const MetricOptions& options) const {
    return finish(value, update, options.metrics_collections, options.updates_collections);
  }

 private:
  static Graph graph_of(const char* metric, const Arg& first, std::initializer_list<const Arg*> others) {
    std::vector<Tensor> tensors{defined(metric, first)};
    for (const Arg* other : others) tensors.push_back(defined(metric, *other));
    GraphImpl* graph = graph_around(tensors);
    return graph ? Graph(GraphHandle(graph)) : get_default_graph();
  }
  static const Tensor& defined(const char* metric, const Arg& operand) {
    if (!operand.tensor().defined())
      throw ArgumentError(metric, "an input is undefined", "a default-constructed Tensor", "Give it a value first",
                          operand.where());
    return operand.tensor();
  }

  const char* metric_;
  Location where_;
  Called called_;
  Frame frame_;
  Graph graph_;
  NameScope scope_;
};

/// As a symbolic or concrete tensor in float32.
inline Tensor in_float(const Arg& x) { return cast(x.tensor(), float32); }
/// The weights as they count for `values`; undefined: none. A last dimension of one is added or left out.
inline Tensor weights_for(Tensor weights, const Tensor& values, Location where) {
  if (!weights.defined()) return ones_like(values);
  const Shape given = weights.shape(), &of = values.shape();
  if (given.rank() == of.rank() + 1 && given.dim(-1).raw() == 1)
    weights = squeeze(weights, {-1});
  else if (given.rank() > 0 && given.rank() == of.rank() - 1)
    weights = unsqueeze(weights, -1);
  const Shape& now = weights.shape();
  bool fits = now.rank() == 0 || now.rank() == of.rank();
  for (int i = 0; fits && i < now.rank(); ++i) fits = now.dim(i).raw() == 1 || !conflict(now.dim(i), of.dim(i));
  if (!fits)
    throw ArgumentError("metrics", "the weights do not fit the values", given.text() + " for values " + of.text(),
                        "They are a number, or have the values' rank, with their lengths or lengths of one", where);
  return cast(weights, float32) * ones_like(values);
}

/// Sums of values and of what they count, and their quotient.
struct RunningMean {
  RunningMean(MetricScope& scope, const Tensor& values, const Tensor& weights)
      : total(scope.local("total", {})), count(scope.local("count", {})) {
    const Tensor counts = weights_for(weights, values, scope.where());
    value = divide_no_nan(total, count);
    update = divide_no_nan(total.assign_add(sum(values * counts)), count.assign_add(sum(counts)));
  }
  Variable total, count;
  Tensor value, update;
};

}  // namespace triptych::lowlevel::metrics
