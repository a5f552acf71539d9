#include "triptych/keras/callbacks/learning_rate.h"

#include <algorithm>
#include <optional>

#include "api_keras/callbacks/monitor.h"
#include "api_keras/callbacks/progbar.h"
#include "core/support/hyperparameter.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

/// As Python prints a float.
std::string python_float(double value) {
  const std::string text = number_text(value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

/// Keras keeps learning rates in float32.
double learning_rate_of(const Model& model) { return static_cast<float>(model.optimizer().learning_rate()); }

class ReduceLROnPlateau : public CallbackBase {
 public:
  ReduceLROnPlateau(ReduceLROnPlateauOptions options, Location where)
      : monitor_("ReduceLROnPlateau", options.monitor, options.mode, options.min_delta, where),
        options_(std::move(options)),
        where_(where) {}

  void on_train_begin(Logs&) override {
    best_.reset();
    cooldown_ = wait_ = 0;
  }

  void on_epoch_end(int epoch, Logs& logs) override {
    const Model model = this->model();
    logs.set("learning_rate", learning_rate_of(model));
    const double* value = monitor_.find(logs);
    if (!value) return;
    monitor_.settle(model);
    if (cooldown_ > 0) {
      --cooldown_;
      wait_ = 0;
    }
    if (monitor_.better(*value, best_)) {
      best_ = *value;
      wait_ = 0;
    } else if (cooldown_ == 0 && ++wait_ >= options_.patience) {
      reduce(model, epoch);
    }
  }

 private:
  void reduce(const Model& model, int epoch) {
    const double old = learning_rate_of(model);
    if (old <= static_cast<float>(options_.min_lr)) return;
    const double reduced = std::max(old * options_.factor, options_.min_lr);
    model.optimizer().set_learning_rate(reduced, where_);
    if (options_.verbose > 0)
      print("\nEpoch " + std::to_string(epoch + 1) + ": ReduceLROnPlateau reducing learning rate to " +
            python_float(reduced) + ".\n");
    cooldown_ = options_.cooldown;
    wait_ = 0;
  }

  Monitor monitor_;
  ReduceLROnPlateauOptions options_;
  Location where_;
  std::optional<double> best_;
  int cooldown_ = 0, wait_ = 0;
};

class LearningRateScheduler : public CallbackBase {
 public:
  LearningRateScheduler(EpochSchedule schedule, int verbose, Location where)
      : schedule_(std::move(schedule)), verbose_(verbose), where_(where) {}

  void on_epoch_begin(int epoch, Logs&) override {
    const Model model = this->model();
    const double learning_rate = schedule_(epoch, learning_rate_of(model));
    model.optimizer().set_learning_rate(learning_rate, where_);
    if (verbose_ > 0)
      print("\nEpoch " + std::to_string(epoch + 1) + ": LearningRateScheduler setting learning rate to " +
            python_float(learning_rate) + ".\n");
  }
  void on_epoch_end(int, Logs& logs) override { logs.set("learning_rate", learning_rate_of(model())); }

 private:
  EpochSchedule schedule_;
  int verbose_;
  Location where_;
};

}  // namespace

namespace callbacks {

Callback ReduceLROnPlateau(ReduceLROnPlateauOptions options, Location where) {
  const Hyperparameters check("ReduceLROnPlateau", where);
  check.decay("factor", options.factor);
  check.not_negative("min_lr", options.min_lr);
  for (const auto& [name, value] : {std::pair{"patience", options.patience}, std::pair{"cooldown", options.cooldown}})
    if (value < 0)
      throw ArgumentError("ReduceLROnPlateau", std::string(name) + " is negative", std::to_string(value), "", where);
  return Callback(std::make_shared<keras::ReduceLROnPlateau>(std::move(options), where));
}

Callback LearningRateScheduler(EpochSchedule schedule, LearningRateSchedulerOptions options, Location where) {
  return Callback(std::make_shared<keras::LearningRateScheduler>(std::move(schedule), options.verbose, where));
}

}  // namespace callbacks
}  // namespace triptych::keras
