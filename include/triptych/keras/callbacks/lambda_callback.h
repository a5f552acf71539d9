// A callback made of functions.
#pragma once

#include <cstdint>
#include <functional>

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

/// One function for each hook; the first six stand in Keras's order.
struct LambdaCallbackOptions {
  std::function<void(int epoch, Logs&)> on_epoch_begin = {};
  std::function<void(int epoch, Logs&)> on_epoch_end = {};
  std::function<void(Logs&)> on_train_begin = {};
  std::function<void(Logs&)> on_train_end = {};
  std::function<void(std::int64_t batch, Logs&)> on_train_batch_begin = {};
  std::function<void(std::int64_t batch, Logs&)> on_train_batch_end = {};
  std::function<void(Logs&)> on_test_begin = {};
  std::function<void(Logs&)> on_test_end = {};
  std::function<void(std::int64_t batch, Logs&)> on_test_batch_begin = {};
  std::function<void(std::int64_t batch, Logs&)> on_test_batch_end = {};
  std::function<void(Logs&)> on_predict_begin = {};
  std::function<void(Logs&)> on_predict_end = {};
  std::function<void(std::int64_t batch, Logs&)> on_predict_batch_begin = {};
  std::function<void(std::int64_t batch, Logs&)> on_predict_batch_end = {};
};

namespace callbacks {

TRIPTYCH_API Callback LambdaCallback(LambdaCallbackOptions options);

}  // namespace callbacks
}  // namespace triptych::keras
