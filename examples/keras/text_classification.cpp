// Is a sentence kind? A bidirectional LSTM answers, then a transformer block. The sentences are made here: "good" and
// "bad" words among others, and "not", which turns the next of them around.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

#include <random>

namespace {

enum Word : std::int64_t { padding, no, good, bad, others };
constexpr std::int64_t words = 20, longest = 12;

struct Sentences {
  tt::Tensor x, y;
};

Sentences sentences(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::vector<std::int64_t>> x;
  std::vector<float> y;
  for (int i = 0; i < count; ++i) {
    std::vector<std::int64_t> sentence;
    const std::size_t length = 4 + random() % 8;
    while (sentence.size() < length)
      sentence.push_back(others + static_cast<std::int64_t>(random() % (words - others)));
    bool kind = random() % 2 == 0;
    const std::size_t place = 1 + random() % (length - 1);
    sentence[place] = kind ? good : bad;
    if (random() % 2 == 0) {
      sentence[place - 1] = no;
      kind = !kind;
    }
    x.push_back(std::move(sentence));
    y.push_back(kind ? 1 : 0);
  }
  return {keras::utils::pad_sequences(x, {.maxlen = longest, .dtype = tt::int64, .padding = "post"}),
          tt::reshape(tt::tensor(y), {count, 1})};
}

keras::Model bidirectional_lstm() {
  const tt::Tensor text = Input({longest}, {.dtype = tt::int64});
  const tt::Tensor vectors = Embedding(words, 16, {.mask_zero = true})(text);
  return keras::Model(text, Dense(1, "sigmoid")(Bidirectional(LSTM(16))(vectors)));
}

/// Words and places as vectors.
struct TokenAndPositionEmbedding : keras::LayerBase {
  keras::Layer tokens = Embedding(words, 16), places = Embedding(longest, 16);
  tt::Tensor call(const tt::Tensor& x, bool) override { return tokens(x) + places(tt::arange(longest)); }
};

keras::Model transformer() {
  const tt::Tensor text = Input({longest}, {.dtype = tt::int64});
  tt::Tensor x = keras::layer<TokenAndPositionEmbedding>()(text);
  x = LayerNormalization()(Add()({x, MultiHeadAttention(2, 16)({x, x})}));
  x = LayerNormalization()(Add()({x, Dense(16)(Dense(32, "relu")(x))}));
  return keras::Model(text, Dense(1, "sigmoid")(GlobalAveragePooling1D()(x)));
}

double accuracy_of(const keras::Model& model, const Sentences& train, const Sentences& test) {
  model.compile({.optimizer = keras::optimizers::Adam(5e-3), .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  model.fit(train.x, train.y, {.batch_size = 32, .epochs = 8, .verbose = 2});
  return model.evaluate(test.x, test.y, {.verbose = 0})["accuracy"];
}

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  const Sentences train = sentences(3000, 1), test = sentences(500, 2);
  const double recurrent = accuracy_of(bidirectional_lstm(), train, test);
  const double attentive = accuracy_of(transformer(), train, test);
  std::cout << "accuracy of the LSTM " << recurrent << ", of the transformer " << attentive << "\n";
  return recurrent > 0.95 && attentive > 0.95 ? 0 : 1;
}
