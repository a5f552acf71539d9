// A callback: what happens around epochs and batches. Your own derive from CallbackBase and enter by
// `callback<Mine>(args)`.
#pragma once

#include <cstdint>
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
  /// By default on_batch_begin (on_batch_end), as in Keras. A hook that throws ends training after the last whole step.
  virtual void on_train_batch_begin(std::int64_t batch, Logs& logs) { on_batch_begin(batch, logs); }
  virtual void on_train_batch_end(std::int64_t batch, Logs& logs) { on_batch_end(batch, logs); }
  virtual void on_batch_begin(std::int64_t, Logs&) {}
  virtual void on_batch_end(std::int64_t, Logs&) {}
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

}  // namespace triptych::keras
