// "12+7" to "19", letter by letter: an encoder reads the question, a decoder writes the answer.
#include <triptych/keras.h>

#include <iostream>

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

#include <random>
#include <set>
#include <string>

namespace {

const std::string letters = "0123456789+ ";
constexpr std::int64_t question_length = 5, answer_length = 3;  // two numbers of two digits

struct Sums {
  tt::Tensor questions, answers;
};

std::vector<std::int64_t> numbers_of(std::string text, std::int64_t length) {
  text.resize(static_cast<std::size_t>(length), ' ');
  std::vector<std::int64_t> numbers;
  for (const char c : text) numbers.push_back(static_cast<std::int64_t>(letters.find(c)));
  return numbers;
}

Sums sums(const std::vector<std::pair<int, int>>& pairs) {
  std::vector<std::int64_t> questions, answers;
  for (const auto& [a, b] : pairs) {
    // Backwards, as in Keras's example: the digits that decide first come first.
    std::string question = std::to_string(a) + "+" + std::to_string(b);
    for (const std::int64_t number : numbers_of({question.rbegin(), question.rend()}, question_length))
      questions.push_back(number);
    for (const std::int64_t number : numbers_of(std::to_string(a + b), answer_length)) answers.push_back(number);
  }
  const auto count = static_cast<std::int64_t>(pairs.size()), kinds = static_cast<std::int64_t>(letters.size());
  return {keras::utils::to_categorical(tt::reshape(tt::tensor(questions), {count, question_length}), kinds),
          tt::reshape(tt::tensor(answers), {count, answer_length})};
}

}  // namespace

int main() {
  keras::utils::set_random_seed(1);
  std::vector<std::pair<int, int>> pairs;
  for (int a = 0; a < 60; ++a)
    for (int b = 0; b < 60; ++b) pairs.emplace_back(a, b);
  std::mt19937 random(1);
  std::shuffle(pairs.begin(), pairs.end(), random);
  const Sums train = sums({pairs.begin() + 300, pairs.end()}), test = sums({pairs.begin(), pairs.begin() + 300});

  const auto kinds = static_cast<std::int64_t>(letters.size());
  const keras::Sequential model({Input({question_length, kinds}), LSTM(96), RepeatVector(answer_length),
                                 LSTM(96, {.return_sequences = true}), Dense(kinds, "softmax")});
  model.compile(
      {.optimizer = keras::optimizers::Adam(5e-3), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  model.fit(train.questions, train.answers, {.batch_size = 64, .epochs = 25, .verbose = 2});

  const double accuracy = model.evaluate(test.questions, test.answers, {.verbose = 0})["accuracy"];
  std::cout << "share of right letters " << accuracy << "\n";
  return accuracy > 0.9 ? 0 : 1;
}
