// A siamese network: are two pictures of one digit? Both go through one encoder; the loss is of their distance.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

#include <random>

namespace {

struct Pairs {
  tt::Tensor left, right, alike;
};

/// Half of the pairs are of one digit.
Pairs pairs(const tt::data::TensorDataset& digits, int count, unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<std::int64_t> labels = digits.y.to_vector<std::int64_t>();
  std::vector<std::vector<std::int64_t>> of_digit(10);
  for (std::size_t i = 0; i < labels.size(); ++i)
    of_digit[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::int64_t>(i));
  std::vector<std::int64_t> left, right;
  std::vector<float> alike;
  for (int i = 0; i < count; ++i) {
    const std::size_t a = random() % 10, b = i % 2 == 0 ? a : (a + 1 + random() % 9) % 10;
    left.push_back(of_digit[a][random() % of_digit[a].size()]);
    right.push_back(of_digit[b][random() % of_digit[b].size()]);
    alike.push_back(a == b ? 1 : 0);
  }
  return {tt::take(digits.x, tt::tensor(left), 0), tt::take(digits.x, tt::tensor(right), 0),
          tt::reshape(tt::tensor(alike), {count, 1})};
}

/// Alike: the square of the distance. Else: of how much it is below the margin. Hadsell et al., 2006.
tt::Tensor contrastive(const tt::Tensor& alike, const tt::Tensor& distance) {
  constexpr double margin = 1;
  return tt::mean(alike * tt::square(distance) + (1 - alike) * tt::square(tt::relu(margin - distance)), -1);
}

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const auto mnist = tt::data::mnist({.data_format = "channels_last"});
  const Pairs train = pairs(mnist.train, 20000, 1), test = pairs(mnist.test, 1000, 2);

  const keras::Sequential encoder({Input({28, 28, 1}), Conv2D(16, 3, {.strides = 2, .activation = "relu"}),
                                   Conv2D(32, 3, {.strides = 2, .activation = "relu"}), Flatten(), Dense(16)});
  const tt::Tensor left = Input({28, 28, 1}), right = Input({28, 28, 1});
  const keras::Layer distance = Lambda([](const std::vector<tt::Tensor>& xs) {
    return tt::sqrt(tt::maximum(tt::sum(tt::square(xs[0] - xs[1]), -1, true), 1e-7));
  });
  const keras::Model siamese({left, right}, distance({encoder(left), encoder(right)}));

  siamese.compile({.optimizer = "adam", .loss = contrastive});
  siamese.fit({train.left, train.right}, train.alike, {.batch_size = 64, .epochs = 6, .verbose = 2});

  const tt::Tensor near = tt::less(siamese.predict({test.left, test.right}, {.verbose = 0}), 0.5);
  const double accuracy =
      tt::mean(tt::cast(tt::equal(tt::cast(near, tt::float32), test.alike), tt::float32)).item<double>();
  std::cout << "accuracy " << accuracy << "\n";
  return accuracy > 0.9 ? 0 : 1;
}
