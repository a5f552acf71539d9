// What `fit` returns, as a callback.
#pragma once

#include "triptych/keras/callbacks/callback.h"
#include "triptych/keras/logs.h"

namespace triptych::keras {

/// Keeps each metric's value after every epoch, of the latest `fit`.
class TRIPTYCH_API HistoryCallback : public CallbackBase {
 public:
  void on_train_begin(Logs&) override { history = {}; }
  void on_epoch_end(int epoch, Logs& logs) override { history.append(epoch, logs); }

  History history;
};

namespace callbacks {

/// The history is `callback.as<HistoryCallback>()->history`, and every `fit` begins it anew.
TRIPTYCH_API Callback History();

}  // namespace callbacks
}  // namespace triptych::keras
