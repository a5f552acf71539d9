// A layer, a callback and a metric of one's own.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

/// Dense, with a loss for each element that is far from zero.
struct Antirectifier : keras::LayerBase {
  tt::Tensor kernel;

  void build(const tt::Shape& input) override {
    kernel = add_weight({.shape = {2 * input[-1], input[-1]}, .initializer = "he_normal", .name = "kernel"});
  }
  tt::Tensor call(const tt::Tensor& x, bool) override {
    const tt::Tensor centred = x - tt::mean(x, -1, true);
    const tt::Tensor both = tt::concat({tt::relu(centred), tt::relu(-centred)}, -1);
    add_loss(tt::mean(tt::square(both)) * 1e-4);
    return tt::matmul(both, kernel);
  }
};

/// Ends training once a number is good enough, and remembers the epoch.
struct StopAt : keras::CallbackBase {
  StopAt(std::string name, double enough) : name_(std::move(name)), enough_(enough) {}
  void on_epoch_end(int epoch, keras::Logs& logs) override {
    if (logs[name_] < enough_) return;
    std::cout << "epoch " << epoch + 1 << ": " << name_ << " is " << logs[name_] << "\n";
    model().stop_training();
  }

 private:
  std::string name_;
  double enough_;
};

/// The share of examples whose class is among the wrong ones with a probability above one half.
struct SureAndWrong : keras::MetricBase {
  SureAndWrong() : keras::MetricBase("sure_and_wrong") {}
  tt::Tensor values(const tt::Tensor& y_true, const tt::Tensor& y_pred) override {
    const tt::Tensor wrong = tt::not_equal(tt::argmax(y_pred, -1), tt::cast(tt::reshape(y_true, {-1}), tt::int64));
    return tt::cast(tt::logical_and(wrong, tt::greater(tt::max(y_pred, -1), 0.5)), tt::float32);
  }
};

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const auto mnist = tt::data::mnist();
  const tt::Tensor x = tt::slice(mnist.train.x, 0, {0, 6000}), y = tt::slice(mnist.train.y, 0, {0, 6000});
  const keras::Sequential model(
      {Input({1, 28, 28}), Flatten(), Dense(64), keras::layer<Antirectifier>(), Dense(10, "softmax")});
  model.compile({.optimizer = "adam",
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy", keras::metric<SureAndWrong>()}});
  const keras::History history = model.fit(
      x, y, {.batch_size = 64, .epochs = 20, .verbose = 2, .callbacks = {keras::callback<StopAt>("accuracy", 0.97)}});
  std::cout << "sure and wrong: " << history["sure_and_wrong"].back() << "\n";
  return history.epoch.size() < 20 && history["sure_and_wrong"].back() < 0.05 ? 0 : 1;
}
