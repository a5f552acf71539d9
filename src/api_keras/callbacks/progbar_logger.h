// The progress bar of a run, as one of its callbacks.
#pragma once

#include <optional>

#include "api_keras/callbacks/progbar.h"
#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

class ProgbarLogger : public CallbackBase {
 public:
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_train_batch_end(std::int64_t batch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;

 private:
  std::optional<Progbar> bar_;
  std::int64_t seen_ = 0;  // batches
};

}  // namespace triptych::keras
