// Several callbacks as one, for training loops of one's own.
//
//   keras::callbacks::CallbackList callbacks({EarlyStopping()}, model, {.add_history = true, .epochs = 3});
//   callbacks.on_train_begin();
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "triptych/keras/callbacks/callback.h"
#include "triptych/keras/logs.h"

namespace triptych::keras {

struct CallbackListOptions {
  /// Whether a `History` and a `ProgbarLogger` are added, where there is none.
  bool add_history = false;
  bool add_progbar = false;
  // What callbacks see as params().
  int verbose = 1;
  int epochs = 1;
  std::int64_t steps = 0;
};

namespace callbacks {

/// Calls a hook of all callbacks, in their order; each sees what those before it wrote to the logs. Errors of callbacks
/// of ours name the line that made the list.
class TRIPTYCH_API CallbackList {
 public:
  CallbackList(const std::vector<Callback>& callbacks, const Model& model, const CallbackListOptions& options = {},
               Location where = Location::here());

  void on_train_begin(Logs logs = {}) const;
  void on_train_end(Logs logs = {}) const;
  void on_epoch_begin(int epoch, Logs logs = {}) const;
  void on_epoch_end(int epoch, Logs logs = {}) const;
  void on_train_batch_begin(std::int64_t batch, Logs logs = {}) const;
  void on_train_batch_end(std::int64_t batch, Logs logs = {}) const;
  void on_batch_begin(std::int64_t batch, Logs logs = {}) const { on_train_batch_begin(batch, std::move(logs)); }
  void on_batch_end(std::int64_t batch, Logs logs = {}) const { on_train_batch_end(batch, std::move(logs)); }
  void on_test_begin(Logs logs = {}) const;
  void on_test_end(Logs logs = {}) const;
  void on_test_batch_begin(std::int64_t batch, Logs logs = {}) const;
  void on_test_batch_end(std::int64_t batch, Logs logs = {}) const;
  void on_predict_begin(Logs logs = {}) const;
  void on_predict_end(Logs logs = {}) const;
  void on_predict_batch_begin(std::int64_t batch, Logs logs = {}) const;
  void on_predict_batch_end(std::int64_t batch, Logs logs = {}) const;

  const std::vector<Callback>& callbacks() const { return callbacks_; }
  /// ArgumentError without a `History` among the callbacks.
  const keras::History& history(Location where = Location::here()) const;

 private:
  std::vector<Callback> callbacks_;
  Location where_;
};

}  // namespace callbacks
}  // namespace triptych::keras
