// Are two pictures of one digit? Both go through one network, and what it makes of them is compared. After
// pytorch/examples/siamese_network.
//
// Tested: --epochs 2 --train-pairs 6000 --at-least 0.85
#include <triptych/eager.h>

#include <iostream>
#include <random>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

/// Pairs of pictures x (2, 1, 28, 28) of one digit, y = 1, and of two, y = 0, by turns.
class AppMatcher : public tt::data::Dataset {
 public:
  AppMatcher(tt::data::TensorDataset digits, std::int64_t size) : digits_(std::move(digits)), size_(size) {
    for (int digit = 0; digit < 10; ++digit)
      of_digit_.push_back(digits_.y.eq(digit).nonzero().flatten().to_vector<std::int64_t>());
  }
  std::int64_t size() const override { return size_; }
  tt::data::Example get(std::int64_t index) const override {
    std::mt19937_64 random(static_cast<std::uint64_t>(index));
    const std::size_t a = random() % 10, b = index % 2 == 0 ? a : (a + 1 + random() % 9) % 10;
    const Tensor images = tt::stack({picture(a, random()), picture(b, random())});
    return {images, tt::tensor(a == b ? 1.0 : 0.0)};
  }

 private:
  Tensor picture(std::size_t digit, std::uint64_t number) const {
    return digits_.x[of_digit_[digit][number % of_digit_[digit].size()]];
  }

  tt::data::TensorDataset digits_;
  std::int64_t size_;
  std::vector<std::vector<std::int64_t>> of_digit_;
};

struct SiameseNetwork : nn::Module {
  nn::Sequential& encoder =
      add<nn::Sequential>("encoder", nn::make<nn::Conv2d>(1, 16, 3, 2), nn::make<nn::BatchNorm2d>(16),
                          nn::make<nn::ReLU>(), nn::make<nn::Conv2d>(16, 32, 3, 2), nn::make<nn::BatchNorm2d>(32),
                          nn::make<nn::ReLU>(), nn::make<nn::Flatten>(), nn::make<nn::Linear>(32 * 6 * 6, 64));
  nn::Sequential& fc =
      add<nn::Sequential>("fc", nn::make<nn::Linear>(64 * 2, 64), nn::make<nn::ReLU>(), nn::make<nn::Linear>(64, 1));

  /// Pairs (n, 2, 1, 28, 28) become the logits of "the same", (n).
  Tensor forward(const Tensor& pairs) override {
    const Tensor a = encoder(pairs[{tt::Slice(), 0}]), b = encoder(pairs[{tt::Slice(), 1}]);
    return fc(tt::cat({(a - b).abs(), a * b}, 1)).squeeze(1);
  }
};

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 5), batch_size = options.get("batch-size", 64);
  const int train_pairs = options.get("train-pairs", 60000);
  const double lr = options.get("lr", 1e-3), gamma = options.get("gamma", 0.7);
  const double at_least = options.get("at-least", 0.97);
  options.end();

  tt::manual_seed(1);
  const auto [train_digits, test_digits] = tt::data::mnist();
  tt::data::DataLoader train_loader(AppMatcher(train_digits, train_pairs),
                                    {.batch_size = batch_size, .shuffle = true, .num_workers = 1});
  tt::data::DataLoader test_loader(AppMatcher(test_digits, 4000), {.batch_size = 500});

  SiameseNetwork model;
  nn::BCEWithLogitsLoss criterion;
  optim::Adam optimizer(model.parameters(), {.lr = lr});
  optim::lr_scheduler::StepLR scheduler(optimizer, 1, gamma);
  double accuracy = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    model.train();
    tt::Mean train_loss, correct;
    for (const auto& [pairs, targets] : train_loader) {
      optimizer.zero_grad();
      const Tensor loss = criterion(model(pairs), targets);
      loss.backward();
      optimizer.step();
      train_loss.update(loss);
    }
    scheduler.step();

    model.eval();
    const tt::eager::NoGrad guard;
    for (const auto& [pairs, targets] : test_loader) correct.update((model(pairs) > 0).eq(targets > 0.5));
    accuracy = correct.result();
    std::cout << "epoch " << epoch << ", loss " << train_loss.result() << ", accuracy " << accuracy << std::endl;
  }
  return accuracy >= at_least ? 0 : 1;
}
