#include "triptych/keras/callbacks/progbar_logger.h"

#include "api_keras/callbacks/progbar_logger.h"

namespace triptych::keras {

void ProgbarLogger::on_epoch_begin(int epoch, Logs&) {
  const FitParameters& run = params();
  bar_.reset();
  seen_ = 0;
  if (run.verbose == 0) return;
  if (run.epochs > 1) print("Epoch " + std::to_string(epoch + 1) + "/" + std::to_string(run.epochs) + "\n");
  bar_.emplace(run.steps, run.verbose);
}

void ProgbarLogger::on_train_batch_end(std::int64_t batch, Logs& logs) {
  seen_ = batch + 1;
  if (bar_ && params().verbose == 1) bar_->update(seen_, logs);
}

void ProgbarLogger::on_epoch_end(int, Logs& logs) {
  if (bar_) bar_->update(seen_, logs, true);
}

Callback callbacks::ProgbarLogger() { return Callback(std::make_shared<keras::ProgbarLogger>()); }

}  // namespace triptych::keras
