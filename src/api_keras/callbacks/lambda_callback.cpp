#include "triptych/keras/callbacks/lambda_callback.h"

namespace triptych::keras {
namespace {

class LambdaCallback : public CallbackBase {
 public:
  explicit LambdaCallback(LambdaCallbackOptions options) : hooks_(std::move(options)) {}
  void on_epoch_begin(int epoch, Logs& logs) override { run(hooks_.on_epoch_begin, epoch, logs); }
  void on_epoch_end(int epoch, Logs& logs) override { run(hooks_.on_epoch_end, epoch, logs); }
  void on_train_begin(Logs& logs) override { run(hooks_.on_train_begin, logs); }
  void on_train_end(Logs& logs) override { run(hooks_.on_train_end, logs); }
  void on_train_batch_begin(std::int64_t batch, Logs& logs) override { run(hooks_.on_train_batch_begin, batch, logs); }
  void on_train_batch_end(std::int64_t batch, Logs& logs) override { run(hooks_.on_train_batch_end, batch, logs); }
  void on_test_begin(Logs& logs) override { run(hooks_.on_test_begin, logs); }
  void on_test_end(Logs& logs) override { run(hooks_.on_test_end, logs); }
  void on_test_batch_begin(std::int64_t batch, Logs& logs) override { run(hooks_.on_test_batch_begin, batch, logs); }
  void on_test_batch_end(std::int64_t batch, Logs& logs) override { run(hooks_.on_test_batch_end, batch, logs); }
  void on_predict_begin(Logs& logs) override { run(hooks_.on_predict_begin, logs); }
  void on_predict_end(Logs& logs) override { run(hooks_.on_predict_end, logs); }
  void on_predict_batch_begin(std::int64_t batch, Logs& logs) override {
    run(hooks_.on_predict_batch_begin, batch, logs);
  }
  void on_predict_batch_end(std::int64_t batch, Logs& logs) override { run(hooks_.on_predict_batch_end, batch, logs); }

 private:
  template <class Hook, class... Args>
  static void run(const Hook& hook, Args&&... args) {
    if (hook) hook(args...);
  }
  LambdaCallbackOptions hooks_;
};

}  // namespace

Callback callbacks::LambdaCallback(LambdaCallbackOptions options) {
  return Callback(std::make_shared<keras::LambdaCallback>(std::move(options)));
}

}  // namespace triptych::keras
