// Shakespeare, character by character: a recurrent network learns what comes next, and then writes on its own. After
// Karpathy's char-rnn (http://karpathy.github.io/2015/05/21/rnn-effectiveness).
//
// Tested: --steps 150 --batch-size 16 --at-most 2.3
#include <triptych/eager.h>

#include <iostream>

#include "../options.h"
#include "../text.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

using State = std::pair<Tensor, Tensor>;  // h and c

struct CharRNN : nn::Module {
  CharRNN(std::int64_t characters, std::int64_t hidden_size)
      : encoder(add<nn::Embedding>("encoder", characters, hidden_size)),
        rnn(add<nn::LSTM>("rnn", {.input_size = hidden_size, .hidden_size = hidden_size, .batch_first = true})),
        decoder(add<nn::Linear>("decoder", hidden_size, characters)) {}

  /// Characters (n, t) become the logits of those that follow, (n, t, characters), and the state behind them.
  std::pair<Tensor, State> operator()(const Tensor& x, const State& state = {}) {
    const auto [output, hx] = rnn(encoder(x), state);
    return {decoder(output), hx};
  }

  nn::Embedding& encoder;
  nn::LSTM& rnn;
  nn::Linear& decoder;
};

std::string generate(CharRNN& model, const examples::Characters& characters, const std::string& prime, int length,
                     double temperature) {
  const tt::eager::NoGrad guard;
  auto [logits, state] = model(characters.encode(prime).unsqueeze(0));
  std::string text = prime;
  for (int i = 0; i < length; ++i) {
    const Tensor next = F::softmax(logits[{0, -1}] / temperature, -1).multinomial(1);
    text += characters.decode(next);
    std::tie(logits, state) = model(next.unsqueeze(0), state);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int steps = options.get("steps", 1000), batch_size = options.get("batch-size", 32);
  const int chunk_len = options.get("chunk-len", 64), hidden_size = options.get("hidden-size", 128);
  const double lr = options.get("lr", 5e-3), temperature = options.get("temperature", 0.7);
  const std::string prime = options.get("prime", "ROMEO:");
  const double at_most = options.get("at-most", 1.8);
  options.end();

  tt::manual_seed(1);
  const std::string text = examples::read_text("tinyshakespeare/input.txt");
  const examples::Characters characters(text);
  const Tensor corpus = characters.encode(text);

  CharRNN model(characters.size(), hidden_size);
  optim::Adam optimizer(model.parameters(), {.lr = lr});
  optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, steps);
  double average = 0;  // of the last losses
  for (int step = 0; step < steps; ++step) {
    const auto [x, y] = examples::random_pieces(corpus, batch_size, chunk_len);
    const Tensor logits = model(x).first;
    const Tensor loss = F::cross_entropy(logits.flatten(0, 1), y.flatten());
    optimizer.zero_grad();
    loss.backward();
    nn::utils::clip_grad_norm_(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
    average = step == 0 ? loss.item<double>() : 0.95 * average + 0.05 * loss.item<double>();
    if (step % 100 == 0) std::cout << "step " << step << ", loss " << average << std::endl;
  }
  std::cout << "loss " << average << "\n\n" << generate(model, characters, prime, 300, temperature) << "\n";
  return average <= at_most ? 0 : 1;
}
