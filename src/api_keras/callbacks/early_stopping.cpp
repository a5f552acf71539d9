#include "triptych/keras/callbacks/early_stopping.h"

#include <cmath>
#include <optional>

#include "api_keras/callbacks/monitor.h"
#include "api_keras/callbacks/progbar.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

class EarlyStopping : public CallbackBase {
 public:
  EarlyStopping(EarlyStoppingOptions options, Location where)
      : monitor_("EarlyStopping", options.monitor, options.mode, options.min_delta, where),
        options_(std::move(options)) {}

  void on_train_begin(Logs&) override {
    wait_ = 0;
    stopped_epoch_ = best_epoch_ = 0;
    best_.reset();
    best_weights_.clear();
  }

  void on_epoch_end(int epoch, Logs& logs) override {
    const double* value = monitor_.find(logs);
    if (value) monitor_.settle(model());
    if (!value || epoch < options_.start_from_epoch) return;
    if (options_.restore_best_weights && best_weights_.empty()) remember(epoch);
    ++wait_;
    if (monitor_.better(*value, best_)) {
      best_ = *value;
      best_epoch_ = epoch;
      if (options_.restore_best_weights) remember(epoch);
      if (std::isnan(options_.baseline) || monitor_.better(*value, options_.baseline)) wait_ = 0;
      return;
    }
    if (wait_ >= options_.patience && epoch > 0) {
      stopped_epoch_ = epoch;
      model().stop_training();
    }
  }

  void on_train_end(Logs&) override {
    if (stopped_epoch_ > 0 && options_.verbose > 0)
      print("Epoch " + std::to_string(stopped_epoch_ + 1) + ": early stopping\n");
    if (best_weights_.empty()) return;
    if (options_.verbose > 0)
      print("Restoring model weights from the end of the best epoch: " + std::to_string(best_epoch_ + 1) + ".\n");
    model().set_weights(best_weights_);
  }

 private:
  void remember(int epoch) {
    best_weights_ = model().get_weights();
    best_epoch_ = epoch;
  }

  Monitor monitor_;
  EarlyStoppingOptions options_;
  int wait_ = 0, stopped_epoch_ = 0, best_epoch_ = 0;
  std::optional<double> best_;
  std::vector<Tensor> best_weights_;
};

}  // namespace

Callback callbacks::EarlyStopping(EarlyStoppingOptions options, Location where) {
  if (options.patience < 0)
    throw ArgumentError("EarlyStopping", "patience is negative", std::to_string(options.patience), "", where);
  if (options.start_from_epoch < 0)
    throw ArgumentError("EarlyStopping", "start_from_epoch is negative", std::to_string(options.start_from_epoch), "",
                        where);
  return Callback(std::make_shared<keras::EarlyStopping>(std::move(options), where));
}

}  // namespace triptych::keras
