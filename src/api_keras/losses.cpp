#include "triptych/keras/losses.h"

#include <array>

#include "api_keras/names.h"
#include "api_keras/targets.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

class MeanSquaredError : public LossBase {
 public:
  MeanSquaredError() : LossBase("mean_squared_error") {}
  Tensor call(const Tensor& y_true, const Tensor& y_pred) override {
    const Tensor difference = y_pred - same_rank(y_true, y_pred);
    return mean(difference * difference, -1);
  }
};

struct NamedLoss {
  const char* name;
  Loss (*make)();
};

constexpr std::array named_losses{
    NamedLoss{"mean_squared_error", [] { return losses::MeanSquaredError(); }},
    NamedLoss{"mse", [] { return losses::MeanSquaredError(); }},
};

}  // namespace

LossBase::~LossBase() = default;

Loss::Loss(const char* name, Location where) : Loss(std::string(name), where) {}
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
  Tensor values = base_->call(y_true, y_pred);
  if (sample_weight.defined()) {
    Tensor weight = cast(sample_weight, values.dtype());
    while (weight.ndim() < values.ndim()) weight = unsqueeze(weight, -1);
    values = values * weight;
  }
  return values.ndim() == 0 ? values : mean(values);
}

namespace losses {

Loss MeanSquaredError(Location where) { return Loss(std::make_shared<keras::MeanSquaredError>(), where); }

}  // namespace losses
}  // namespace triptych::keras
