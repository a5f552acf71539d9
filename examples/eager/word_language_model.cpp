// Word after word: an LSTM whose decoder shares its weights with the embedding. After pytorch/examples/
// word_language_model, on Shakespeare. The perplexity says among how many words it hesitates.
//
// Tested: --epochs 3 --emsize 64 --nhid 64 --batch-size 40 --train-tokens 60000 --at-most 200
#include <triptych/eager.h>

#include <cctype>
#include <cmath>
#include <iostream>

#include "../options.h"
#include "../text.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor, tt::Slice;

namespace {

/// The words and marks of a text, each line with an end; those that come less than five times are all "<unk>".
struct Corpus {
  explicit Corpus(const std::string& text) {
    std::vector<std::string> tokens(1);
    for (const char c : text) {
      if (std::isalpha(static_cast<unsigned char>(c)) || c == '\'') {
        tokens.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        continue;
      }
      if (!tokens.back().empty()) tokens.emplace_back();
      if (c == ' ') continue;
      tokens.back() = c == '\n' ? "<eos>" : std::string(1, c);
      tokens.emplace_back();
    }
    tokens.pop_back();
    std::map<std::string, int> counts;
    for (const std::string& token : tokens) ++counts[token];
    std::map<std::string, std::int64_t> numbers;
    for (const auto& [token, count] : counts)
      if (count >= 5) numbers[token] = static_cast<std::int64_t>(words.size()), words.push_back(token);
    std::vector<std::int64_t> ids;
    for (const std::string& token : tokens) {
      const auto found = numbers.find(token);
      ids.push_back(found == numbers.end() ? static_cast<std::int64_t>(words.size()) : found->second);
    }
    words.emplace_back("<unk>");
    data = tt::tensor(ids);
  }
  std::vector<std::string> words;
  Tensor data;
};

using Hidden = std::pair<Tensor, Tensor>;

struct RNNModel : nn::Module {
  RNNModel(std::int64_t ntoken, std::int64_t ninp, std::int64_t nhid, std::int64_t nlayers, double dropout)
      : drop(add<nn::Dropout>("drop", dropout)),
        encoder(add<nn::Embedding>("encoder", ntoken, ninp)),
        rnn(add<nn::LSTM>("rnn", {.input_size = ninp, .hidden_size = nhid, .num_layers = nlayers, .dropout = dropout})),
        decoder(add<nn::Linear>("decoder", nhid, ntoken)) {
    decoder.weight = encoder.weight;  // https://arxiv.org/abs/1611.01462: ninp is nhid
    nn::init::uniform_(encoder.weight, -0.1, 0.1);
    nn::init::zeros_(decoder.bias);
  }
  /// Words (t, n) become logits (t n, ntoken).
  std::pair<Tensor, Hidden> operator()(const Tensor& input, const Hidden& hidden) {
    const auto [output, hx] = rnn(drop(encoder(input)), hidden);
    return {decoder(drop(output)).flatten(0, 1), hx};
  }

  nn::Dropout& drop;
  nn::Embedding& encoder;
  nn::LSTM& rnn;
  nn::Linear& decoder;
};

/// One long text as `bsz` columns that are read side by side.
Tensor batchify(const Tensor& data, std::int64_t bsz) {
  const std::int64_t nbatch = data.size(0) / bsz;
  return data[Slice(0, nbatch * bsz)].reshape({bsz, nbatch}).t().contiguous();
}

/// The mean loss over `source`, piece by piece, each from the state behind the one before; `step` is given each loss.
template <class Step>
double go_through(RNNModel& model, const Tensor& source, std::int64_t bptt, Step step) {
  Hidden hidden;
  tt::Mean mean;
  for (std::int64_t i = 0; i + 1 < source.size(0); i += bptt) {
    const std::int64_t length = std::min(bptt, source.size(0) - 1 - i);
    if (hidden.first.defined()) hidden = {hidden.first.detach(), hidden.second.detach()};
    Tensor output;
    std::tie(output, hidden) = model(source[Slice(i, i + length)], hidden);
    const Tensor loss = F::cross_entropy(output, source[Slice(i + 1, i + 1 + length)].flatten());
    step(loss);
    mean.update(loss.item<double>(), static_cast<double>(length));
  }
  return mean.result();
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int epochs = options.get("epochs", 3), batch_size = options.get("batch-size", 20);
  const int emsize = options.get("emsize", 100), nhid = options.get("nhid", 100), nlayers = options.get("nlayers", 2);
  const int bptt = options.get("bptt", 35), train_tokens = options.get("train-tokens", 1000000);
  double lr = options.get("lr", 20.0);
  const double clip = options.get("clip", 0.25), dropout = options.get("dropout", 0.2);
  const double at_most = options.get("at-most", 160.0);
  options.end();

  tt::manual_seed(1111);
  const Corpus corpus(examples::read_text("tinyshakespeare/input.txt"));
  const std::int64_t border = corpus.data.size(0) * 9 / 10, ntokens = static_cast<std::int64_t>(corpus.words.size());
  const Tensor train_data = batchify(corpus.data[Slice(0, std::min<std::int64_t>(border, train_tokens))], batch_size);
  const Tensor val_data = batchify(corpus.data[Slice(border, tt::none)], 10);
  std::cout << corpus.data.size(0) << " words, " << ntokens << " different ones\n";

  RNNModel model(ntokens, emsize, nhid, nlayers, dropout);
  optim::SGD optimizer(model.parameters(), {.lr = lr});
  double best = INFINITY;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    model.train();
    const double train_loss = go_through(model, train_data, bptt, [&](const Tensor& loss) {
      optimizer.zero_grad();
      loss.backward();
      nn::utils::clip_grad_norm_(model.parameters(), clip);
      optimizer.step();
    });
    model.eval();
    const tt::eager::NoGrad guard;
    const double val_loss = go_through(model, val_data, bptt, [](const Tensor&) {});
    std::cout << "epoch " << epoch << ", lr " << lr << ", perplexity of training " << std::exp(train_loss)
              << ", of the rest " << std::exp(val_loss) << std::endl;
    if (val_loss >= best) optimizer.set_lr(lr /= 4);
    best = std::min(best, val_loss);
  }

  const tt::eager::NoGrad guard;
  Tensor word = tt::randint(0, ntokens, {1, 1});
  Hidden hidden;
  for (int i = 0; i < 60; ++i) {
    Tensor output;
    std::tie(output, hidden) = model(word, hidden);
    word = F::softmax(output, -1).multinomial(1);
    const std::string& text = corpus.words[static_cast<std::size_t>(word.item<std::int64_t>())];
    std::cout << (text == "<eos>" ? "\n" : text + " ");
  }
  std::cout << "\nperplexity " << std::exp(best) << "\n";
  return std::exp(best) <= at_most ? 0 : 1;
}
