// Sine waves go on: two LSTM cells, trained by L-BFGS on whole batches, in double precision. After pytorch/examples/
// time_sequence_prediction. What they foresee is drawn as a PNG file.
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor, tt::Slice;

namespace {

struct Sequence : nn::Module {
  explicit Sequence(std::int64_t hidden)
      : lstm1(add<nn::LSTMCell>("lstm1", {.input_size = 1, .hidden_size = hidden, .dtype = tt::float64})),
        lstm2(add<nn::LSTMCell>("lstm2", {.input_size = hidden, .hidden_size = hidden, .dtype = tt::float64})),
        linear(add<nn::Linear>("linear", {.in_features = hidden, .out_features = 1, .dtype = tt::float64})) {}

  /// Waves (n, t) become what follows each value, and `future` values behind them: (n, t + future).
  Tensor operator()(const Tensor& input, int future = 0) {
    std::vector<Tensor> outputs;
    std::pair<Tensor, Tensor> state1, state2;
    const auto step = [&](const Tensor& value) {
      state1 = lstm1(value, state1);
      state2 = lstm2(state1.first, state2);
      outputs.push_back(linear(state2.first));
    };
    for (const Tensor& value : input.split(1, 1)) step(value);
    for (int i = 0; i < future; ++i) step(Tensor(outputs.back()));
    return tt::cat(outputs, 1);
  }

  nn::LSTMCell &lstm1, &lstm2;
  nn::Linear& linear;
};

/// A curve (t) of values from -1.2 to 1.2, black on white: pixels that are near it.
Tensor picture(const Tensor& curve) {
  const Tensor points = F::interpolate(curve.reshape({1, 1, -1}), {.scale_factor = 4, .mode = "linear"}).flatten();
  const Tensor rows = tt::linspace(1.2, -1.2, 80, tt::float64).unsqueeze(1);
  return ((rows - points).abs() > 0.05).to(tt::float32);
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int steps = options.get("steps", 8), hidden = options.get("hidden", 24), waves = options.get("waves", 20);
  const int length = options.get("length", 80), future = options.get("future", 80);
  const std::string out = options.get("out", "time_sequence.png");
  const double at_most = options.get("at-most", 0.05);
  options.end();

  // sin(x / T) from random places on.
  tt::manual_seed(0);
  const double T = 4;
  const Tensor starts = tt::randint(-16, 16, {waves, 1});
  const Tensor data = ((starts + tt::arange(length + future)).to(tt::float64) / T).sin();
  const Tensor input = data[{Slice(3, tt::none), Slice(0, length - 1)}];
  const Tensor target = data[{Slice(3, tt::none), Slice(1, length)}];
  const Tensor test_input = data[{Slice(0, 3), Slice(0, length - 1)}];
  const Tensor to_come = data[{Slice(0, 3), Slice(length, tt::none)}];

  Sequence seq(hidden);
  nn::MSELoss criterion;
  optim::LBFGS optimizer(seq.parameters(), {.lr = 0.8});
  double error = 0;
  for (int step = 1; step <= steps; ++step) {
    const Tensor loss = optimizer.step([&] {
      optimizer.zero_grad();
      Tensor loss = criterion(seq(input), target);
      loss.backward();
      return loss;
    });
    const tt::eager::NoGrad guard;
    const Tensor pred = seq(test_input, future);
    error = criterion(pred[{Slice(), Slice(-future, tt::none)}], to_come).item<double>();
    std::cout << "step " << step << ", loss " << loss.item<double>() << ", error of the future " << error << std::endl;
    if (step == steps) tt::eager::utils::save_image(picture(pred[0]), out);
  }
  std::cout << "wrote " << out << "\n";
  return error <= at_most ? 0 : 1;
}
