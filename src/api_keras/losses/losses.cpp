#include "triptych/keras/losses.h"

#include <array>

#include "api_keras/names.h"
#include "api_keras/training/targets.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

class SparseCategoricalCrossentropy : public LossBase {
 public:
  explicit SparseCategoricalCrossentropy(bool from_logits)
      : LossBase("sparse_categorical_crossentropy"), from_logits_(from_logits) {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor labels = class_numbers(y_true, y_pred);
    if (from_logits_) return sparse_softmax_cross_entropy(y_pred, labels);
    return sparse_softmax_cross_entropy(log_probabilities(y_pred),
                                        labels);  // log_softmax(log p) = log p if p sums to 1
  }

 private:
  bool from_logits_;
};

class CategoricalCrossentropy : public LossBase {
 public:
  explicit CategoricalCrossentropy(bool from_logits)
      : LossBase("categorical_crossentropy"), from_logits_(from_logits) {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor target = same_rank(y_true, y_pred);
    const Tensor logp = from_logits_ ? log_softmax(y_pred, -1) : log_probabilities(y_pred / sum(y_pred, -1, true));
    return neg(sum(target * logp, -1));
  }

 private:
  bool from_logits_;
};

class BinaryCrossentropy : public LossBase {
 public:
  explicit BinaryCrossentropy(bool from_logits) : LossBase("binary_crossentropy"), from_logits_(from_logits) {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor y = same_rank(y_true, y_pred);
    if (from_logits_) return mean(binary_cross_entropy_with_logits(y_pred, y, {.reduction = Reduction::none}), -1);
    const Tensor p = clip(y_pred, epsilon, 1 - epsilon);
    return mean(neg(y * log(p) + (1 - y) * log(1 - p)), -1);
  }

 private:
  bool from_logits_;
};

class MeanSquaredError : public LossBase {
 public:
  MeanSquaredError() : LossBase("mean_squared_error") {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor difference = y_pred - same_rank(y_true, y_pred);
    return mean(difference * difference, -1);
  }
};

class MeanAbsoluteError : public LossBase {
 public:
  MeanAbsoluteError() : LossBase("mean_absolute_error") {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor error = y_pred - same_rank(y_true, y_pred);
    return mean(error * sign(error), -1);  // |error|; at NaN its gradient is NaN, as TensorFlow's, and that of abs 0
  }
};

struct NamedLoss {
  const char* name;
  Loss (*make)();
};

constexpr std::array named_losses{
    NamedLoss{"sparse_categorical_crossentropy", [] { return losses::SparseCategoricalCrossentropy(); }},
    NamedLoss{"categorical_crossentropy", [] { return losses::CategoricalCrossentropy(); }},
    NamedLoss{"binary_crossentropy", [] { return losses::BinaryCrossentropy(); }},
    NamedLoss{"mean_squared_error", [] { return losses::MeanSquaredError(); }},
    NamedLoss{"mse", [] { return losses::MeanSquaredError(); }},
    NamedLoss{"mean_absolute_error", [] { return losses::MeanAbsoluteError(); }},
    NamedLoss{"mae", [] { return losses::MeanAbsoluteError(); }},
};

}  // namespace

LossBase::~LossBase() = default;

Loss::Loss(std::shared_ptr<LossBase> base, Location where) : base_(std::move(base)), where_(where) {
  if (!base_) throw ArgumentError("loss", "there is no loss", "a null pointer", "", where);
}
Loss::Loss(const char* name, Location where) : Loss(std::string(not_null(name, where)), where) {}
Loss::Loss(const std::string& name, Location where) {
  std::vector<std::string> names;
  for (const NamedLoss& entry : named_losses) {
    if (to_snake_case(name) == entry.name) {
      base_ = entry.make().base_;
      where_ = where;
      return;
    }
    names.emplace_back(entry.name);
  }
  throw ArgumentError("loss", "there is no loss of this name", "'" + name + "'", "There are " + quoted_list(names),
                      where);
}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, Location where) const {
  Frame frame(where);
  check_targets("loss", y_true, y_pred);
  Tensor values = base_->call(y_true, y_pred);
  if (!values.defined())
    throw ArgumentError("loss", "the loss function returned an undefined tensor", "loss '" + name() + "'");
  if (sample_weight.defined()) values = weighted(values, sample_weight);
  return values.ndim() == 0 ? values : mean(values);
}

namespace losses {

Loss SparseCategoricalCrossentropy(CrossentropyOptions options, Location where) {
  return Loss(std::make_shared<keras::SparseCategoricalCrossentropy>(options.from_logits), where);
}
Loss CategoricalCrossentropy(CrossentropyOptions options, Location where) {
  return Loss(std::make_shared<keras::CategoricalCrossentropy>(options.from_logits), where);
}
Loss BinaryCrossentropy(CrossentropyOptions options, Location where) {
  return Loss(std::make_shared<keras::BinaryCrossentropy>(options.from_logits), where);
}
Loss MeanSquaredError(Location where) { return Loss(std::make_shared<keras::MeanSquaredError>(), where); }
Loss MeanAbsoluteError(Location where) { return Loss(std::make_shared<keras::MeanAbsoluteError>(), where); }

}  // namespace losses
}  // namespace triptych::keras
