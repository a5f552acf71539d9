// Callbacks: what happens around epochs and batches. Your own derive from CallbackBase and enter by
// `callback<Mine>(args)`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "triptych/core/text.h"
#include "triptych/keras/logs.h"

namespace triptych::keras {

class LayerBase;
class Model;

/// How the run that a callback sees was set up.
struct FitParameters {
  int verbose = 1;
  int epochs = 1;
  std::int64_t steps = 0;
};

/// Base of callbacks: override the hooks that you need. Hooks may change `logs`.
class TRIPTYCH_API CallbackBase {
 public:
  CallbackBase() = default;
  virtual ~CallbackBase();
  CallbackBase(const CallbackBase&) = delete;
  CallbackBase& operator=(const CallbackBase&) = delete;

  virtual void on_train_begin(Logs&) {}
  virtual void on_train_end(Logs&) {}
  virtual void on_epoch_begin(int, Logs&) {}
  virtual void on_epoch_end(int, Logs&) {}
  virtual void on_train_batch_begin(std::int64_t, Logs&) {}
  virtual void on_train_batch_end(std::int64_t, Logs&) {}
  virtual void on_test_begin(Logs&) {}
  virtual void on_test_end(Logs&) {}
  virtual void on_test_batch_begin(std::int64_t, Logs&) {}
  virtual void on_test_batch_end(std::int64_t, Logs&) {}
  virtual void on_predict_begin(Logs&) {}
  virtual void on_predict_end(Logs&) {}
  virtual void on_predict_batch_begin(std::int64_t, Logs&) {}
  virtual void on_predict_batch_end(std::int64_t, Logs&) {}

  /// The model that is trained, or was last; ArgumentError before it is used, and once the model is gone.
  Model model(Location where = Location::here()) const;
  const FitParameters& params() const { return params_; }
  void attach(const Model& model, const FitParameters& params);

 private:
  std::weak_ptr<LayerBase> model_;
  bool used_ = false;
  FitParameters params_;
};

/// A handle to a callback.
class TRIPTYCH_API Callback {
 public:
  explicit Callback(std::shared_ptr<CallbackBase> base, Location where = Location::here());
  // Copies only: a handle that was moved from is one still.
  Callback(const Callback&) = default;
  Callback& operator=(const Callback&) = default;
  ~Callback() = default;
  CallbackBase& base() const { return *base_; }
  /// The callback as its class, or null.
  template <class T>
  T* as() const {
    return dynamic_cast<T*>(base_.get());
  }

 private:
  std::shared_ptr<CallbackBase> base_;
};

/// A handle to a new callback of your own class.
template <class Mine, class... Args>
Callback callback(Args&&... args) {
  return Callback(std::make_shared<Mine>(std::forward<Args>(args)...));
}

/// Options, in Keras's order.
struct EarlyStoppingOptions {
  OwnedText monitor = "val_loss";
  double min_delta = 0;
  int patience = 0;
  int verbose = 0;
  /// "min", "max", or "auto": as losses and the built-in metrics are known to get better, with or without "val_".
  OwnedText mode = "auto";
  /// What the metric must reach; NaN: nothing.
  double baseline = __builtin_nan("");
  bool restore_best_weights = false;
  int start_from_epoch = 0;
};
struct ModelCheckpointOptions {
  OwnedText monitor = "val_loss";
  int verbose = 0;
  bool save_best_only = false;
  bool save_weights_only = false;
  OwnedText mode = "auto";
};
struct CSVLoggerOptions {
  OwnedText separator = ",";
  bool append = false;
};
struct LambdaCallbackOptions {
  std::function<void(int epoch, Logs&)> on_epoch_begin = {};
  std::function<void(int epoch, Logs&)> on_epoch_end = {};
  std::function<void(Logs&)> on_train_begin = {};
  std::function<void(Logs&)> on_train_end = {};
  std::function<void(std::int64_t batch, Logs&)> on_train_batch_begin = {};
  std::function<void(std::int64_t batch, Logs&)> on_train_batch_end = {};
};

namespace callbacks {

/// Stops training when the monitored metric has stopped improving by more than `min_delta` for `patience` epochs. With
/// mode "auto" the first epoch ends with an ArgumentError if it is not known which values of the metric are better.
TRIPTYCH_API Callback EarlyStopping(EarlyStoppingOptions options = {}, Location where = Location::here());
/// Saves the model (or its weights) after every epoch, or only when the monitored metric is the best so far (or
/// missing: a warning says so). `filepath` may hold `{epoch:02d}`, `{val_loss:.2f}` and the like; folders are made.
TRIPTYCH_API Callback ModelCheckpoint(OwnedText filepath, ModelCheckpointOptions options = {},
                                      Location where = Location::here());
/// Writes a line with the epoch's metrics after every epoch.
TRIPTYCH_API Callback CSVLogger(OwnedText filename, CSVLoggerOptions options = {}, Location where = Location::here());
/// Ends training, and says so, when the loss is NaN or infinite.
TRIPTYCH_API Callback TerminateOnNaN();
TRIPTYCH_API Callback LambdaCallback(LambdaCallbackOptions options);

}  // namespace callbacks
}  // namespace triptych::keras
