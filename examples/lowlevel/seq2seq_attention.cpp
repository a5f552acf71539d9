// A sequence turned round, symbol by symbol: the decoder looks at what the encoder said of each place, and learns where
// to look. Attention after Luong and others, 2015.
#include <triptych/lowlevel.h>

#include <iostream>

#include "recurrent.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

constexpr std::int64_t symbols = 10, steps = 6, units = 48, batch_size = 64;

/// Predicts the symbols of the answer, one after the other, each from the one before.
class Decoder {
 public:
  explicit Decoder(const Tensor& encoded) : encoded_(encoded) {}

  /// Logits (steps, batch, symbols). Before each step stands the right symbol, of (steps, batch), or if that is
  /// undefined what was predicted.
  Tensor operator()(const examples::LSTMState& first, const Tensor& right) const {
    const auto body = [&](const Tensor& i, const Tensor& c, const Tensor& h, const Tensor& symbol,
                          const tf::TensorArray& all) {
      const auto next = lstm_(tf::one_hot(symbol, symbols), {c, h});
      const Tensor scores = tf::einsum("sbu,bu->bs", {encoded_, next.h});
      const Tensor seen = tf::einsum("bs,sbu->bu", {tf::nn::softmax(scores), encoded_});
      const Tensor logits = tf::matmul(tf::tanh(tf::matmul(tf::concat({next.h, seen}, 1), mix_)), out_);
      const Tensor then = right.defined() ? tf::gather(right, i) : tf::argmax(logits, 1);
      return std::tuple(i + 1, next.c, next.h, then, all.write(i, logits));
    };
    const auto going = [](const Tensor& i, const Tensor&, const Tensor&, const Tensor&, const tf::TensorArray&) {
      return i < steps;
    };
    const Tensor begin = tf::zeros({batch_size}, tt::int64);
    const auto result =
        tf::while_loop(going, body, std::tuple(0, first.c, first.h, begin, tf::TensorArray(tt::float32, steps)));
    return std::get<4>(result).stack();
  }

 private:
  Tensor encoded_;
  examples::LSTM lstm_{symbols, units, "decoder"};
  tf::Variable mix_ = tf::get_variable("mix", {2 * units, units}), out_ = tf::get_variable("out", {units, symbols});
};

}  // namespace

int main() {
  tt::manual_seed(1);
  const Tensor data = tt::randint(0, symbols, {500, steps, batch_size});

  tf::Graph graph;
  const auto here = tf::as_default(graph);
  const Tensor given = graph.placeholder("given", tt::int64, {steps, batch_size});
  const Tensor answer = tf::reverse(given, 0);
  const examples::LSTM encoder(symbols, units, "encoder");
  const auto [encoded, state] = encoder.unroll(tf::one_hot(given, symbols), encoder.zero_state(batch_size));
  const Decoder decoder(encoded);
  const Tensor loss = tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(
      tf::reshape(answer, {-1}), tf::reshape(decoder(state, answer), {-1, symbols})));
  const Tensor train = tf::train::AdamOptimizer(0.01).minimize(loss);
  const Tensor predicted = tf::argmax(decoder(state, {}), 2);

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable train_step = session.make_callable({given}, {loss, train});
  for (std::int64_t step = 1; step < 500; ++step) {
    const float now = train_step(data[step])[0].item<float>();
    if (step % 100 == 0) std::cout << "step " << step << ": loss " << now << "\n";
  }
  const auto results = session.run({predicted, answer}, {{given, data[0]}});
  const float right = tt::mean(tt::cast(tt::equal(results[0], results[1]), tt::float32)).item<float>();
  std::cout << "given   " << data[0].T()[0] << "\nanswer  " << results[0].T()[0] << "\n"
            << "symbols that are right: " << right << "\n";
  return right > 0.9 ? 0 : 1;
}
