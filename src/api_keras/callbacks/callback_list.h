// The callbacks of one run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "api_keras/callbacks/progbar.h"
#include "api_keras/callbacks/progbar_logger.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

class CallbackList {
 public:
  CallbackList(const std::vector<Callback>& callbacks, ModelBase& model, const FitParameters& params)
      : callbacks_(callbacks) {
    const Model handle = Model::of(model);
    for (const Callback& callback : callbacks_) callback.base().attach(handle, params);
  }
  /// Whether one of them shows a progress bar.
  bool shows_bar() const {
    return std::any_of(callbacks_.begin(), callbacks_.end(),
                       [](const Callback& callback) { return callback.as<ProgbarLogger>() != nullptr; });
  }
  /// A bar that follows the batches of a test.
  void show(Progbar* bar) { bar_ = bar; }

  void on_train_begin(Logs& logs) { each(&CallbackBase::on_train_begin, logs); }
  void on_train_end(Logs& logs) { each(&CallbackBase::on_train_end, logs); }
  void on_epoch_begin(int epoch, Logs& logs) { each(&CallbackBase::on_epoch_begin, epoch, logs); }
  void on_epoch_end(int epoch, Logs& logs) { each(&CallbackBase::on_epoch_end, epoch, logs); }
  void on_train_batch_begin(std::int64_t batch, Logs& logs) { each(&CallbackBase::on_train_batch_begin, batch, logs); }
  void on_train_batch_end(std::int64_t batch, Logs& logs) { each(&CallbackBase::on_train_batch_end, batch, logs); }
  void on_test_begin(Logs& logs) { each(&CallbackBase::on_test_begin, logs); }
  void on_test_end(Logs& logs) {
    each(&CallbackBase::on_test_end, logs);
    if (bar_) bar_->update(tested_, logs, true);
  }
  void on_test_batch_begin(std::int64_t batch, Logs& logs) { each(&CallbackBase::on_test_batch_begin, batch, logs); }
  void on_test_batch_end(std::int64_t batch, Logs& logs) {
    each(&CallbackBase::on_test_batch_end, batch, logs);
    tested_ = batch + 1;
    if (bar_) bar_->update(tested_, logs);
  }
  void on_predict_begin(Logs& logs) { each(&CallbackBase::on_predict_begin, logs); }
  void on_predict_end(Logs& logs) { each(&CallbackBase::on_predict_end, logs); }
  void on_predict_batch_begin(std::int64_t batch, Logs& logs) {
    each(&CallbackBase::on_predict_batch_begin, batch, logs);
  }
  void on_predict_batch_end(std::int64_t batch, Logs& logs) { each(&CallbackBase::on_predict_batch_end, batch, logs); }

 private:
  template <class Hook, class... Args>
  void each(Hook hook, Args&&... args) {
    for (const Callback& callback : callbacks_) (callback.base().*hook)(args...);
  }

  std::vector<Callback> callbacks_;
  Progbar* bar_ = nullptr;
  std::int64_t tested_ = 0;  // batches
};

}  // namespace triptych::keras
