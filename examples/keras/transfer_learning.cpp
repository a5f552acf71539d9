// Transfer learning: what was learned from the digits 0 to 4 helps with 5 to 9, of which there are a hundred pictures.
// First the trunk is frozen, then all of it learns, slowly.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

namespace {

struct Digits {
  tt::Tensor x, y;
};

/// The first `count` of the digits from `first` to `first + 4`, numbered from 0.
Digits digits(const tt::data::TensorDataset& all, std::int64_t first, std::int64_t count) {
  const tt::Tensor rows =
      tt::reshape(tt::nonzero(tt::logical_and(tt::greater_equal(all.y, first), tt::less(all.y, first + 5))), {-1});
  const tt::Tensor chosen = tt::slice(rows, 0, {0, count});
  return {tt::take(all.x, chosen, 0), tt::take(all.y, chosen, 0) - first};
}

double train(const keras::Model& model, const Digits& train, const Digits& test, double rate, int epochs) {
  model.compile(
      {.optimizer = keras::optimizers::Adam(rate), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(train.x, train.y, {.batch_size = 32, .epochs = epochs, .verbose = 0});
  return model.evaluate(test.x, test.y, {.verbose = 0})["accuracy"];
}

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const auto mnist = tt::data::mnist({.data_format = "channels_last"});
  const Digits many = digits(mnist.train, 0, 5000), few = digits(mnist.train, 5, 100),
               test = digits(mnist.test, 5, 2000);

  const keras::Sequential trunk({Input({28, 28, 1}), Conv2D(16, 3, {.activation = "relu"}), BatchNormalization(),
                                 MaxPooling2D(2), Conv2D(32, 3, {.activation = "relu"}), MaxPooling2D(2), Flatten(),
                                 Dense(64, "relu")});
  train(keras::Sequential({trunk, Dense(5, "softmax")}), many, test, 1e-3, 4);

  trunk.set_trainable(false);
  const tt::Tensor images = Input({28, 28, 1});
  // In a frozen trunk the normalization does not move, in training either.
  const keras::Model model(images, Dense(5, "softmax")(Dropout(0.2)(trunk(images, false))));
  const double frozen = train(model, few, test, 1e-2, 20);
  const std::size_t weights_of_head = model.trainable_weights().size();

  trunk.set_trainable(true);
  const double tuned = train(model, few, test, 1e-4, 10);
  std::cout << "accuracy with a frozen trunk " << frozen << " (" << weights_of_head
            << " weights learn), after fine-tuning " << tuned << "\n";
  return frozen > 0.7 && tuned > frozen - 0.02 && weights_of_head == 2 ? 0 : 1;
}
