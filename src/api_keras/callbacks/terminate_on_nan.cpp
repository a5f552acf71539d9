#include "triptych/keras/callbacks/terminate_on_nan.h"

#include <cmath>

#include "api_keras/callbacks/progbar.h"
#include "core/support/hyperparameter.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

class TerminateOnNaN : public CallbackBase {
 public:
  TerminateOnNaN(bool raises, Location where) : raises_(raises), where_(where) {}
  void on_batch_end(std::int64_t batch, Logs& logs) override {
    const double* loss = logs.find("loss");
    if (!loss || std::isfinite(*loss)) return;
    if (raises_)
      throw ArgumentError("TerminateOnNaN", "the loss is no finite number",
                          number_text(*loss) + " at batch " + std::to_string(batch), "", where_);
    print("Batch " + std::to_string(batch) + ": Invalid loss, terminating training\n");
    model().stop_training();
  }

 private:
  bool raises_;
  Location where_;
};

}  // namespace

Callback callbacks::TerminateOnNaN(TerminateOnNaNOptions options, Location where) {
  return Callback(std::make_shared<keras::TerminateOnNaN>(options.raise_error, where));
}

}  // namespace triptych::keras
