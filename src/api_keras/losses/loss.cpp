#include "triptych/keras/losses/loss.h"

#include <algorithm>
#include <array>

#include "api_keras/losses/function_loss.h"
#include "api_keras/losses/reduction.h"
#include "api_keras/names.h"
#include "api_keras/saving/registry.h"
#include "api_keras/training/targets.h"
#include "triptych/core/ops.h"
#include "triptych/keras/layer.h"
#include "triptych/keras/losses.h"

namespace triptych::keras {
namespace {

/// "crossentropy": which one it is, the shapes say.
MaskedLosses crossentropy_by_shape(const Tensor& y_true, const Tensor& y_pred) {
  const Dim classes = y_pred.ndim() == 0 ? Dim(1) : y_pred.shape().dim(-1);
  const bool one_target = y_true.ndim() > 0 && y_true.shape().dim(-1).raw() == 1;
  if (classes.raw() == 1) return {losses::binary_crossentropy(y_true, y_pred), {}};
  if (y_true.ndim() < y_pred.ndim() || one_target) return {losses::sparse_categorical_crossentropy(y_true, y_pred), {}};
  return {losses::categorical_crossentropy(y_true, y_pred), {}};
}

class CrossentropyByShape : public LossBase {
 public:
  CrossentropyByShape() : LossBase("crossentropy") {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    return crossentropy_by_shape(y_true, y_pred).values;
  }
};

struct LossByName {
  const char* name;
  Loss (*make)();
};

constexpr std::array named_losses{
    LossByName{"sparse_categorical_crossentropy", [] { return losses::SparseCategoricalCrossentropy(); }},
    LossByName{"categorical_crossentropy", [] { return losses::CategoricalCrossentropy(); }},
    LossByName{"binary_crossentropy", [] { return losses::BinaryCrossentropy(); }},
    LossByName{"bce", [] { return losses::BinaryCrossentropy(); }},
    LossByName{"crossentropy", [] { return Loss(std::make_shared<CrossentropyByShape>()); }},
    LossByName{"ce", [] { return Loss(std::make_shared<CrossentropyByShape>()); }},
    LossByName{"binary_focal_crossentropy", [] { return losses::BinaryFocalCrossentropy(); }},
    LossByName{"categorical_focal_crossentropy", [] { return losses::CategoricalFocalCrossentropy(); }},
    LossByName{"categorical_generalized_cross_entropy", [] { return losses::CategoricalGeneralizedCrossEntropy(); }},
    LossByName{"kl_divergence", [] { return losses::KLDivergence(); }},
    LossByName{"kld", [] { return losses::KLDivergence(); }},
    LossByName{"poisson", [] { return losses::Poisson(); }},
    LossByName{"mean_squared_error", [] { return losses::MeanSquaredError(); }},
    LossByName{"mse", [] { return losses::MeanSquaredError(); }},
    LossByName{"mean_absolute_error", [] { return losses::MeanAbsoluteError(); }},
    LossByName{"mae", [] { return losses::MeanAbsoluteError(); }},
    LossByName{"mean_absolute_percentage_error", [] { return losses::MeanAbsolutePercentageError(); }},
    LossByName{"mape", [] { return losses::MeanAbsolutePercentageError(); }},
    LossByName{"mean_squared_logarithmic_error", [] { return losses::MeanSquaredLogarithmicError(); }},
    LossByName{"msle", [] { return losses::MeanSquaredLogarithmicError(); }},
    LossByName{"cosine_similarity", [] { return losses::CosineSimilarity(); }},
    LossByName{"huber", [] { return losses::Huber(); }},
    LossByName{"log_cosh", [] { return losses::LogCosh(); }},
    LossByName{"hinge", [] { return losses::Hinge(); }},
    LossByName{"squared_hinge", [] { return losses::SquaredHinge(); }},
    LossByName{"categorical_hinge", [] { return losses::CategoricalHinge(); }},
    LossByName{"dice", [] { return losses::Dice(); }},
    LossByName{"tversky", [] { return losses::Tversky(); }},
    LossByName{"circle", [] { return losses::Circle(); }},
    LossByName{"ctc", [] { return losses::CTC(); }},
};

/// `tensor` as the loss computes: 16 bits in float32 unless it asks for them. Class numbers stay.
Tensor converted(const Tensor& tensor, const std::optional<DType>& asked) {
  if (!is_floating(tensor.dtype())) return tensor;
  const bool is_short = tensor.dtype() == float16 || tensor.dtype() == bfloat16;
  const DType wanted = asked ? *asked : is_short ? float32 : tensor.dtype();
  return tensor.dtype() == wanted ? tensor : cast(tensor, wanted);
}

}  // namespace

LossBase::~LossBase() = default;
std::string LossBase::class_name() const { return class_name_of(typeid(*this)); }
LossBase::LossBase(OwnedText name, const LossReductionOptions& options, Location where)
    : name_(std::move(name)), reduction_(options.reduction), dtype_(options.dtype) {
  const std::array known{"sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"};
  if (std::find(known.begin(), known.end(), reduction_) == known.end())
    no_such("reduction", reduction_, {known.begin(), known.end()}, where);
  if (dtype_ && !is_floating(*dtype_))
    throw ArgumentError("loss", "the dtype of a loss is not floating-point", dtype_name(*dtype_), "", where);
}

Loss::Loss(std::shared_ptr<LossBase> base, Location where) : base_(std::move(base)), where_(where) {
  if (!base_) throw ArgumentError("loss", "there is no loss", "a null pointer", "", where);
}
Loss::Loss(const char* name, Location where) : Loss(std::string(not_null(name, where)), where) {}
Loss::Loss(const std::string& name, Location where) {
  std::vector<std::string> names;
  const std::string wanted = to_snake_case(name);
  for (const LossByName& entry : named_losses) {
    if (wanted == entry.name) {
      base_ = entry.make().base_;
      where_ = where;
      return;
    }
    names.emplace_back(entry.name);
  }
  if (auto function = custom_function<Tensor(const Tensor&, const Tensor&)>(name)) {
    base_ = std::make_shared<RegisteredLoss>(name, std::move(function));
    where_ = where;
  } else if (const auto make = custom_function<Loss(const Config&)>(name)) {
    *this = make({});
  } else {
    no_such("loss", name, names, where);
  }
}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, Location where) const {
  return masked(y_true, y_pred, sample_weight, mask_of(y_pred), where);
}

Tensor Loss::masked(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight, const Tensor& mask,
                    Location where) const {
  Frame frame(where);
  check_targets("loss", y_true, y_pred);
  const auto [values, of_loss] =
      base_->masked_call(converted(y_true, base_->dtype()), converted(y_pred, base_->dtype()));
  if (!values.defined())
    throw ArgumentError("loss", "the loss function returned an undefined tensor", "loss '" + name() + "'");
  const bool both = mask.defined() && of_loss.defined();
  return reduce_losses(values, sample_weight,
                       both             ? logical_and(mask, of_loss)
                       : mask.defined() ? mask
                                        : of_loss,
                       base_->reduction());
}

}  // namespace triptych::keras
