#include "triptych/keras/metrics/auc.h"

#include <algorithm>

#include "api_keras/metrics/counts.h"
#include "api_keras/metrics/mean_of.h"
#include "api_keras/metrics/registered.h"
#include "api_keras/names.h"
#include "api_keras/training/targets.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

enum class Curve : std::uint8_t { roc, pr, prgain };
enum class Summation : std::uint8_t { interpolation, minoring, majoring };

/// Rows 0 to T - 2, and 1 to T - 1: both ends of each step of a curve.
Tensor starts(const Tensor& x) { return slice(x, 0, Slice{0, -1}); }
Tensor ends(const Tensor& x) { return slice(x, 0, Slice{1, none}); }

class AUC : public MetricBase {
 public:
  AUC(OwnedText name, Curve curve, Summation summation, std::vector<double> thresholds, const AUCOptions& options)
      : MetricBase(std::move(name)),
        curve_(curve),
        summation_(summation),
        thresholds_(std::move(thresholds)),
        from_logits_(options.from_logits),
        label_weights_(options.label_weights) {
    answers_.multi_label = options.multi_label;
    if (!options.multi_label) answers_.label_weights = label_weights_;
    if (!options.multi_label)
      make_state({});
    else if (options.num_labels)
      make_state({*options.num_labels});
  }

  void update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) override {
    if (answers_.multi_label) check_labels(y_pred.shape());
    if (!state_.true_positives.defined()) make_state({y_pred.shape()[1]});
    const Tensor p = from_logits_ ? sigmoid(y_pred) : y_pred;
    const ConfusionCounts counts = counts_of(y_true, p, sample_weight, thresholds_, answers_);
    assign_add(state_.true_positives, counts.true_positives);
    assign_add(state_.false_positives, counts.false_positives);
    assign_add(state_.true_negatives, counts.true_negatives);
    assign_add(state_.false_negatives, counts.false_negatives);
  }

  Tensor result() override {
    if (!state_.true_positives.defined()) return full({}, 0, float64);
    if (curve_ == Curve::pr && summation_ == Summation::interpolation) return over_labels(interpolated_pr());
    const auto [x, y] = points();
    Tensor heights;
    if (summation_ == Summation::interpolation)
      heights = (starts(y) + ends(y)) / 2;
    else
      heights = summation_ == Summation::minoring ? minimum(starts(y), ends(y)) : maximum(starts(y), ends(y));
    return over_labels((starts(x) - ends(x)) * heights);
  }

  Direction direction() const override { return Direction::up; }

 private:
  void make_state(const Shape& labels) {
    Shape shape{static_cast<std::int64_t>(thresholds_.size())};
    for (const std::int64_t count : labels) shape.append(count);
    std::vector<MetricVariableOptions> options;
    for (const char* name : {"true_positives", "false_positives", "true_negatives", "false_negatives"})
      options.push_back({.shape = shape, .dtype = float64, .name = name});
    const auto made = add_variables(options);
    state_ = {
        .true_positives = made[0], .false_positives = made[1], .true_negatives = made[2], .false_negatives = made[3]};
  }

  void check_labels(const Shape& shape) const {
    const bool fits = shape.rank() == 2 && shape.dim(1).known() &&
                      (!state_.true_positives.defined() || state_.true_positives.size(1) == shape[1]) &&
                      (label_weights_.empty() || static_cast<std::int64_t>(label_weights_.size()) == shape[1]);
    if (!fits)
      throw ArgumentError("AUC", "multi_label is given, and predictions are not (n, labels) as before",
                          "y_pred is " + shape.text());
  }

  struct Points {
    Tensor x, y;
  };
  Points points() const {
    const auto& [tp, fp, tn, fn] = state_;
    if (curve_ == Curve::roc) return {share(fp, fp + tn), share(tp, tp + fn)};
    if (curve_ == Curve::pr) return {share(tp, tp + fn), share(tp, tp + fp)};
    // Flach and Kull, 2015. Without a true positive the gains are 0 and 1; a negative recall gain is 0.
    const Tensor scale = share(tp + fn, tn + fp), nothing = equal(tp, 0);
    const Tensor recall_gain = where(nothing, zeros_like(tp), 1 - scale * share(fn, tp));
    const Tensor precision_gain = where(nothing, ones_like(tp), 1 - scale * share(fp, tp));
    return {maximum(recall_gain, 0), precision_gain};
  }

  /// The area of each step, where precision is interpolated along with the number of positive answers.
  Tensor interpolated_pr() const {
    const auto& [tp, fp, tn, fn] = state_;
    const Tensor gained = starts(tp) - ends(tp), answers = tp + fp;
    const Tensor slope = share(gained, maximum(starts(answers) - ends(answers), 0));
    const Tensor intercept = ends(tp) - slope * ends(answers);
    const Tensor both = logical_and(greater(starts(answers), 0), greater(ends(answers), 0));
    const Tensor ratio = where(both, share(starts(answers), maximum(ends(answers), 0)), ones_like(slope));
    return share(slope * (gained + intercept * log(ratio)), maximum(ends(tp + fn), 0));
  }

  Tensor over_labels(const Tensor& areas) const {
    if (!answers_.multi_label) return sum(areas);
    const Tensor of_label = sum(areas, 0);
    if (label_weights_.empty()) return mean(of_label);
    const DeviceScope here(state_.true_positives.device());
    const Tensor weights = tensor(label_weights_);
    return share(sum(of_label * weights), sum(weights));
  }

  Curve curve_;
  Summation summation_;
  std::vector<double> thresholds_;
  bool from_logits_;
  AnswerOptions answers_;
  std::vector<double> label_weights_;
  ConfusionCounts state_;
};

template <class Kind>
Kind one_of(const char* what, const std::string& name, std::initializer_list<std::pair<const char*, Kind>> known,
            Location where) {
  std::vector<std::string> names;
  for (const auto& [text, kind] : known) {
    if (name == text) return kind;
    names.emplace_back(text);
  }
  no_such(what, name, names, where);
}

}  // namespace

Metric metrics::AUC(AUCOptions options, Location where) {
  const Frame frame(where);
  const Curve curve = one_of<Curve>("curve", options.curve,
                                    {{"ROC", Curve::roc},
                                     {"PR", Curve::pr},
                                     {"PRGAIN", Curve::prgain},
                                     {"roc", Curve::roc},
                                     {"pr", Curve::pr},
                                     {"prgain", Curve::prgain}},
                                    where);
  const Summation summation = one_of<Summation>("summation_method", options.summation_method,
                                                {{"interpolation", Summation::interpolation},
                                                 {"minoring", Summation::minoring},
                                                 {"majoring", Summation::majoring}},
                                                where);
  const auto fail = [&](const char* wrong, const std::string& given) {
    throw ArgumentError("AUC", wrong, given, "", where);
  };
  if (options.thresholds.empty() && options.num_thresholds < 2)
    fail("num_thresholds is below 2", std::to_string(options.num_thresholds));
  if (options.num_labels && !options.multi_label)
    fail("num_labels is given without multi_label", std::to_string(*options.num_labels));
  if (options.num_labels && *options.num_labels < 1) fail("num_labels is below 1", std::to_string(*options.num_labels));
  for (const double threshold : options.thresholds) Hyperparameters("AUC", where).finite("threshold", threshold);
  for (const double weight : options.label_weights) Hyperparameters("AUC", where).not_negative("label_weight", weight);
  std::vector<double> thresholds = options.thresholds;
  if (thresholds.empty()) {
    thresholds = spread(options.num_thresholds);
    thresholds.front() = -epsilon;
    thresholds.back() = 1 + epsilon;
  } else {
    std::sort(thresholds.begin(), thresholds.end());
    thresholds.insert(thresholds.begin(), -epsilon);
    thresholds.push_back(1 + epsilon);
  }
  return known_as(
      "AUC", options,
      Metric(std::make_shared<keras::AUC>(options.name.empty() ? unique_name("auc") : std::string(options.name), curve,
                                          summation, std::move(thresholds), options)));
}

}  // namespace triptych::keras
