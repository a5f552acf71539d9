#include "triptych/lowlevel/losses.h"

#include <optional>

#include "core/graph/subgraph_trace.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/names.h"

namespace triptych::lowlevel::losses {
namespace {

/// While alive, nodes belong to the loss; errors name it and the user's line.
class LossScope {
 public:
  LossScope(const char* loss, const Arg& first, const Arg* second, const std::string& name)
      : called_(loss), frame_(first.where()), loss_(loss), where_(first.where()) {
    std::vector<Tensor> operands{defined(first)};
    if (second) operands.push_back(defined(*second));
    if (GraphImpl* graph = graph_around(operands)) scope_.emplace(GraphHandle(graph), name.empty() ? loss : name);
  }

  /// In the dtype that is computed in.
  Tensor predictions(const Arg& given) const {
    const Tensor& x = given.tensor();
    return is_floating(x.dtype()) && size_of(x.dtype()) >= size_of(float32) ? x : cast(x, float32);
  }
  Tensor labels(const Arg& given, const Tensor& predictions) const {
    if (!given.tensor().shape().compatible(predictions.shape()))
      wrong("labels and predictions differ in shape",
            given.tensor().shape().text() + " and " + predictions.shape().text(), "");
    return expand_like(cast(given.tensor(), predictions.dtype()), predictions);
  }

  [[noreturn]] void wrong(const char* rule, const std::string& given, const char* hint) const {
    throw ArgumentError(loss_, rule, given, hint, where_);
  }

 private:
  const Tensor& defined(const Arg& operand) const {
    if (!operand.tensor().defined()) wrong("an input is undefined", "a default-constructed Tensor", "");
    return operand.tensor();
  }

  Called called_;
  Frame frame_;
  const char* loss_;
  Location where_;
  std::optional<NameScope> scope_;
};

/// As they count for `values`: of their shape.
Tensor weights_for(const LossScope& scope, const Tensor& weights, const Tensor& values) {
  if (!weights.defined()) return ones_like(values);
  const Shape &given = weights.shape(), &of = values.shape();
  bool fits = given.rank() == 0 || given.rank() == of.rank();
  for (int i = 0; fits && i < given.rank(); ++i) fits = given.dim(i).raw() == 1 || !conflict(given.dim(i), of.dim(i));
  if (!fits)
    scope.wrong("the weights do not fit the losses", given.text() + " for losses " + of.text(),
                "They are a number, or have the rank of the losses, with their lengths or lengths of one");
  return expand_like(cast(weights, values.dtype()), values);
}

/// How many weights are not 0, in `like`'s dtype; for each example with `axes`.
Tensor present(const Tensor& weights, const Axes& axes = {}) {
  const Tensor counts = cast(not_equal(weights, 0), weights.dtype());
  return axes.size() == 0 ? sum(counts) : sum(counts, axes, true);
}

Tensor collected(Tensor loss, const std::string& collection) {
  if (loss.is_symbolic() && !collection.empty()) add_to_collection(collection, loss);
  return loss;
}

Tensor reduced(const LossScope& scope, const Tensor& values, const Tensor& weights, Reduction reduction,
               const std::string& collection, DType dtype) {
  const Tensor counts = weights_for(scope, weights, values), weighted = values * counts;
  const auto loss = [&] {
    switch (reduction) {
      case Reduction::NONE:
        return weighted;
      case Reduction::SUM:
        return sum(weighted);
      case Reduction::MEAN:
        return divide_no_nan(sum(weighted), sum(counts));
      case Reduction::SUM_OVER_BATCH_SIZE:
        return divide_no_nan(sum(weighted), sum(ones_like(values)));
      case Reduction::SUM_BY_NONZERO_WEIGHTS:
        break;
    }
    return divide_no_nan(sum(weighted), present(counts));
  };
  return collected(cast(loss(), dtype), collection);
}

template <class Options>
Tensor reduced(const LossScope& scope, const Tensor& values, const Options& options, const Arg& predictions) {
  const DType given = predictions.tensor().dtype();
  return reduced(scope, values, options.weights, options.reduction, options.loss_collection,
                 is_floating(given) ? given : values.dtype());
}

}  // namespace

Tensor absolute_difference(const Arg& labels, const Arg& predictions, const LossOptions& options) {
  const LossScope scope("absolute_difference", labels, &predictions, options.scope);
  const Tensor x = scope.predictions(predictions);
  return reduced(scope, abs(x - scope.labels(labels, x)), options, predictions);
}

Tensor cosine_distance(const Arg& labels, const Arg& predictions, std::int64_t axis, const LossOptions& options) {
  const LossScope scope("cosine_distance", labels, &predictions, options.scope);
  const Tensor x = scope.predictions(predictions);
  return reduced(scope, 1 - sum(x * scope.labels(labels, x), {axis}, true), options, predictions);
}

Tensor hinge_loss(const Arg& labels, const Arg& logits, const LossOptions& options) {
  const LossScope scope("hinge_loss", labels, &logits, options.scope);
  const Tensor x = scope.predictions(logits);
  return reduced(scope, relu(1 - (2 * scope.labels(labels, x) - 1) * x), options, logits);
}

Tensor mean_squared_error(const Arg& labels, const Arg& predictions, const LossOptions& options) {
  const LossScope scope("mean_squared_error", labels, &predictions, options.scope);
  const Tensor x = scope.predictions(predictions);
  return reduced(scope, square(x - scope.labels(labels, x)), options, predictions);
}

Tensor sparse_softmax_cross_entropy(const Arg& labels, const Arg& logits, const LossOptions& options) {
  const LossScope scope("sparse_softmax_cross_entropy", labels, &logits, options.scope);
  Tensor classes = labels.tensor();
  const Tensor x = scope.predictions(logits);
  const bool column = classes.ndim() > 0 && classes.ndim() == x.ndim() && classes.shape().dim(-1).raw() == 1;
  if (column) classes = triptych::squeeze(classes, {-1});
  return reduced(scope, nn::sparse_softmax_cross_entropy_with_logits(classes, x), options, logits);
}

Tensor mean_pairwise_squared_error(const Arg& labels, const Arg& predictions, const LossOptions& options) {
  const LossScope scope("mean_pairwise_squared_error", labels, &predictions, options.scope);
  const Tensor x = scope.predictions(predictions);
  const Tensor differences = x - scope.labels(labels, x);
  if (differences.ndim() == 0)
    scope.wrong("the predictions have no dimension of examples", predictions.tensor().shape().text(), "");
  const Tensor counts = weights_for(scope, options.weights, differences);
  std::vector<std::int64_t> others;
  for (int i = 1; i < differences.ndim(); ++i) others.push_back(i);
  const auto of_example = [&](const Tensor& values) { return others.empty() ? values : sum(values, others, true); };
  const Tensor n = of_example(cast(not_equal(counts, 0), x.dtype()));
  const Tensor squares = 2 * divide_no_nan(of_example(square(differences)), maximum(n - 1, 0));
  const Tensor total = square(of_example(differences));
  const Tensor all = squares - 2 * divide_no_nan(total, maximum(n * (n - 1), 0));
  const Tensor weighted = options.weights.defined() ? all * cast(options.weights, x.dtype()) : all;
  return collected(sum(weighted), options.loss_collection);
}

Tensor huber_loss(const Arg& labels, const Arg& predictions, const HuberLossOptions& options) {
  const LossScope scope("huber_loss", labels, &predictions, options.scope);
  Hyperparameters("huber_loss", labels.where()).not_negative("delta", options.delta);
  const Tensor x = scope.predictions(predictions), error = abs(x - scope.labels(labels, x));
  const Tensor quadratic = minimum(error, options.delta);
  return reduced(scope, 0.5 * quadratic * quadratic + options.delta * (error - quadratic), options, predictions);
}

Tensor log_loss(const Arg& labels, const Arg& predictions, const LogLossOptions& options) {
  const LossScope scope("log_loss", labels, &predictions, options.scope);
  Hyperparameters("log_loss", labels.where()).not_negative("epsilon", options.epsilon);
  const Tensor x = scope.predictions(predictions), y = scope.labels(labels, x);
  return reduced(scope, -y * log(x + options.epsilon) - (1 - y) * log(1 - x + options.epsilon), options, predictions);
}

Tensor sigmoid_cross_entropy(const Arg& multi_class_labels, const Arg& logits, const CrossEntropyOptions& options) {
  const LossScope scope("sigmoid_cross_entropy", multi_class_labels, &logits, options.scope);
  Hyperparameters("sigmoid_cross_entropy", logits.where()).share("label_smoothing", options.label_smoothing);
  const Tensor x = scope.predictions(logits);
  Tensor y = scope.labels(multi_class_labels, x);
  if (options.label_smoothing > 0) y = y * (1 - options.label_smoothing) + 0.5 * options.label_smoothing;
  return reduced(scope, nn::sigmoid_cross_entropy_with_logits(y, x), options, logits);
}

Tensor softmax_cross_entropy(const Arg& onehot_labels, const Arg& logits, const CrossEntropyOptions& options) {
  const LossScope scope("softmax_cross_entropy", onehot_labels, &logits, options.scope);
  Hyperparameters("softmax_cross_entropy", logits.where()).share("label_smoothing", options.label_smoothing);
  const Tensor x = scope.predictions(logits);
  if (x.ndim() == 0) scope.wrong("the logits have no dimension of classes", x.shape().text(), "");
  Tensor y = scope.labels(onehot_labels, x).detach();
  if (options.label_smoothing > 0) {
    const Tensor classes = sum(ones_like(x), {-1}, true);
    y = y * (1 - options.label_smoothing) + options.label_smoothing / classes;
  }
  return reduced(scope, nn::softmax_cross_entropy_with_logits(y, x), options, logits);
}

Tensor compute_weighted_loss(const Arg& losses, const LossOptions& options) {
  const LossScope scope("compute_weighted_loss", losses, nullptr, options.scope);
  return reduced(scope, scope.predictions(losses), options, losses);
}

void add_loss(const Tensor& loss, Text loss_collection, Location where) {
  if (!loss_collection.empty()) add_to_collection(loss_collection, loss, where);
}

std::vector<Tensor> get_losses(Text scope, Text loss_collection) { return get_collection(loss_collection, scope); }

Tensor get_total_loss(bool add_regularization_losses, Text name, Text scope, Location where) {
  std::vector<Tensor> all = get_losses(scope);
  if (add_regularization_losses)
    for (const Tensor& loss : get_collection(GraphKeys::REGULARIZATION_LOSSES, scope)) all.push_back(loss);
  if (all.empty())
    throw ArgumentError("get_total_loss", "there is no loss", "'" + std::string(scope) + "'",
                        "The functions of tf::losses add theirs; add_loss adds one of your own", where);
  const Frame frame(where);
  const auto in = NameScope(graph_of(all[0]), name);
  return math::add_n(all);
}

}  // namespace triptych::lowlevel::losses
