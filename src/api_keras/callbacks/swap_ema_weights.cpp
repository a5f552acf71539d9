#include "triptych/keras/callbacks/swap_ema_weights.h"

#include "api_keras/access.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

class SwapEMAWeights : public CallbackBase {
 public:
  SwapEMAWeights(bool on_epoch, Location where) : on_epoch_(on_epoch), where_(where) {}

  void on_epoch_begin(int, Logs&) override {
    if (on_epoch_) put_back();
  }
  void on_epoch_end(int epoch, Logs&) override {
    if (!on_epoch_) return;
    put_averages();
    if (epoch + 1 == params().epochs) keep_averages();
  }
  void on_test_begin(Logs&) override { put_averages(); }
  void on_test_end(Logs&) override { put_back(); }
  void on_predict_begin(Logs&) override { put_averages(); }
  void on_predict_end(Logs&) override { put_back(); }

 private:
  /// What the optimizer keeps of each weight: its average.
  std::vector<OptimizerBase::Slot> averages() const {
    std::vector<OptimizerBase::Slot> found;
    for (OptimizerBase::Slot& slot : model().optimizer(where_).base().slots())
      if (slot.name == "average") found.push_back(std::move(slot));
    if (found.empty())
      throw ArgumentError("SwapEMAWeights", "the optimizer keeps no averages of the weights",
                          "'" + model().optimizer(where_).name() + "'",
                          "Compile the model with one that does, and train it before it is tested", where_);
    return found;
  }

  void put_averages() {
    if (!swapped_) swap();
    swapped_ = true;
  }
  void put_back() {
    if (swapped_) swap();
    swapped_ = false;
  }
  void swap() {
    const RunNow now;
    const Transaction whole;
    for (auto& [name, weight, average] : averages()) {
      const Tensor before = alias(weight);
      weight.copy_(average);
      average.copy_(before);
    }
  }
  /// The end of training puts the averages in the weights' place: they are there, so these are they.
  void keep_averages() {
    const RunNow now;
    for (auto& [name, weight, average] : averages()) average.copy_(weight);
    swapped_ = false;
  }

  bool on_epoch_, swapped_ = false;
  Location where_;
};

}  // namespace

Callback callbacks::SwapEMAWeights(SwapEMAWeightsOptions options, Location where) {
  return Callback(std::make_shared<keras::SwapEMAWeights>(options.swap_on_epoch, where));
}

}  // namespace triptych::keras
