// Finds the coefficients of a polynomial from its values, batch by batch, with one linear layer and gradient descent
// written out. After pytorch/examples/regression.
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
using tt::Tensor;

namespace {

constexpr std::int64_t degree = 4;

/// x (n) as rows x, x^2, x^3, x^4.
Tensor make_features(const Tensor& x) {
  std::vector<Tensor> powers;
  for (int i = 1; i <= degree; ++i) powers.push_back(x.pow(i));
  return tt::stack(powers, 1);
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const auto seed = options.get("seed", 1), batch_size = options.get("batch-size", 32);
  const auto most_batches = options.get("most-batches", 5000);
  options.end();

  tt::manual_seed(seed);
  const Tensor w_target = tt::randn({degree, 1}) * 5, b_target = tt::randn({1}) * 5;
  const auto get_batch = [&]() -> std::pair<Tensor, Tensor> {
    const Tensor x = make_features(tt::randn({batch_size}));
    return {x, x.mm(w_target) + b_target};
  };

  nn::Linear fc(degree, 1);
  double loss = 1;
  int batch = 0;
  while (loss > 1e-3 && batch++ < most_batches) {
    const auto [x, y] = get_batch();
    fc.zero_grad();
    const Tensor output = F::smooth_l1_loss(fc(x), y);
    loss = output.item<double>();
    output.backward();
    const tt::eager::NoGrad guard;
    for (Tensor parameter : fc.parameters()) parameter.sub_(0.1 * parameter.grad());
  }

  std::cout << "loss " << loss << " after " << batch << " batches\n"
            << "learned " << fc.weight.flatten() << " " << fc.bias << "\n"
            << "actual  " << w_target.flatten() << " " << b_target << "\n";
  return loss <= 1e-3 ? 0 : 1;
}
