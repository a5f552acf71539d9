// A transformer that continues text, trained from nothing, sampled, and resumed where it stopped. After Karpathy's
// nanoGPT (https://github.com/karpathy/nanoGPT).
//
// Tested: --max-iters 100 --n-layer 2 --n-embd 64 --lr 4e-3 --warmup-iters 10 --sample 0 --at-most 2.7
// Tested: --max-iters 100 --n-layer 2 --n-embd 64 --lr 4e-3 --warmup-iters 10 --sample 0 --at-most 2.7 --dtype bfloat16
// --out nanogpt16.safetensors Tested: --max-iters 150 --n-layer 2 --n-embd 64 --lr 4e-3 --warmup-iters 10 --sample 100
// --at-most 2.6 --resume
#include <triptych/eager.h>

#include <cmath>
#include <iostream>
#include <numbers>

#include "../options.h"
#include "../text.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

struct GPTConfig {
  std::int64_t block_size = 64, vocab_size = 65;
  std::int64_t n_layer = 4, n_head = 4, n_embd = 128;
  double dropout = 0;
};

struct CausalSelfAttention : nn::Module {
  explicit CausalSelfAttention(const GPTConfig& config)
      : c_attn(add<nn::Linear>("c_attn", config.n_embd, 3 * config.n_embd, false)),
        c_proj(add<nn::Linear>("c_proj", config.n_embd, config.n_embd, false)),
        resid_dropout(add<nn::Dropout>("resid_dropout", config.dropout)),
        n_head(config.n_head) {}

  Tensor forward(const Tensor& x) override {
    const std::int64_t B = x.size(0), T = x.size(1), C = x.size(2);
    std::vector<Tensor> qkv = c_attn(x).split(C, 2);
    for (Tensor& part : qkv) part = part.reshape({B, T, n_head, C / n_head}).transpose(1, 2);  // (B, nh, T, hs)
    const Tensor y = F::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], {.is_causal = true});
    return resid_dropout(c_proj(y.transpose(1, 2).reshape({B, T, C})));
  }

  nn::Linear &c_attn, &c_proj;
  nn::Dropout& resid_dropout;
  const std::int64_t n_head;
};

struct Block : nn::Module {
  explicit Block(const GPTConfig& config)
      : ln_1(add<nn::LayerNorm>("ln_1", config.n_embd)),
        attn(add<CausalSelfAttention>("attn", config)),
        ln_2(add<nn::LayerNorm>("ln_2", config.n_embd)),
        mlp(add<nn::Sequential>("mlp", nn::make<nn::Linear>(config.n_embd, 4 * config.n_embd, false),
                                nn::make<nn::GELU>(), nn::make<nn::Linear>(4 * config.n_embd, config.n_embd, false),
                                nn::make<nn::Dropout>(config.dropout))) {}

  Tensor forward(const Tensor& input) override {
    const Tensor x = input + attn(ln_1(input));
    return x + mlp(ln_2(x));
  }

  nn::LayerNorm& ln_1;
  CausalSelfAttention& attn;
  nn::LayerNorm& ln_2;
  nn::Sequential& mlp;
};

struct GPT : nn::Module {
  explicit GPT(const GPTConfig& config)
      : config(config),
        wte(add<nn::Embedding>("wte", config.vocab_size, config.n_embd)),
        wpe(add<nn::Embedding>("wpe", config.block_size, config.n_embd)),
        drop(add<nn::Dropout>("drop", config.dropout)),
        h(add<nn::ModuleList>("h")),
        ln_f(add<nn::LayerNorm>("ln_f", config.n_embd)),
        lm_head(add<nn::Linear>("lm_head", config.n_embd, config.vocab_size, false)) {
    for (int i = 0; i < config.n_layer; ++i) h.append(nn::make<Block>(config));
    wte.weight = lm_head.weight;  // https://arxiv.org/abs/1608.05859
    for (auto& [name, parameter] : named_parameters())
      if (parameter.dim() == 2)
        nn::init::normal_(parameter, 0,
                          name.ends_with("c_proj.weight") ? 0.02 / std::sqrt(2.0 * config.n_layer) : 0.02);
  }

  /// Tokens (B, T) become logits (B, T, vocab_size).
  Tensor forward(const Tensor& idx) override {
    Tensor x = drop(wte(idx) + wpe(tt::arange(idx.size(1))));
    for (nn::Module& block : h) x = block(x);
    return lm_head(ln_f(x));
  }

  Tensor loss(const tt::data::Batch& batch) {
    return F::cross_entropy((*this)(batch.x).flatten(0, 1), batch.y.flatten());
  }

  /// idx (1, T) with tokens behind it that are drawn from the `top_k` most likely ones.
  Tensor generate(Tensor idx, int max_new_tokens, double temperature, std::int64_t top_k) {
    eval();
    const tt::eager::NoGrad guard;
    for (int i = 0; i < max_new_tokens; ++i) {
      const Tensor seen = idx[{tt::Slice(), tt::Slice(-config.block_size, tt::none)}];
      Tensor logits = (*this)(seen)[{tt::Slice(), -1}] / temperature;
      const Tensor least = tt::topk(logits, top_k).values[{tt::Slice(), tt::Slice(-1, tt::none)}];
      logits = logits.masked_fill(logits < least, -INFINITY);
      idx = tt::cat({idx, F::softmax(logits, -1).multinomial(1)}, 1);
    }
    return idx;
  }

  const GPTConfig config;
  nn::Embedding &wte, &wpe;
  nn::Dropout& drop;
  nn::ModuleList& h;
  nn::LayerNorm& ln_f;
  nn::Linear& lm_head;
};

/// Up at first, then down by a cosine to a tenth.
double get_lr(int iter, double learning_rate, int warmup_iters, int lr_decay_iters) {
  if (iter < warmup_iters) return learning_rate * (iter + 1) / (warmup_iters + 1);
  const double ratio = std::min(1.0, static_cast<double>(iter - warmup_iters) / (lr_decay_iters - warmup_iters));
  return learning_rate * (0.1 + 0.9 * 0.5 * (1 + std::cos(std::numbers::pi * ratio)));
}

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  GPTConfig config;
  config.block_size = options.get("block-size", config.block_size);
  config.n_layer = options.get("n-layer", config.n_layer);
  config.n_head = options.get("n-head", config.n_head);
  config.n_embd = options.get("n-embd", config.n_embd);
  config.dropout = options.get("dropout", config.dropout);
  const int max_iters = options.get("max-iters", 1000), batch_size = options.get("batch-size", 12);
  const int eval_interval = options.get("eval-interval", 250), eval_iters = options.get("eval-iters", 20);
  const int warmup_iters = options.get("warmup-iters", 100), decay_iters = options.get("lr-decay-iters", 1000);
  const int length = options.get("sample", 500);
  const double learning_rate = options.get("lr", 1e-3), at_most = options.get("at-most", 2.3);
  const tt::DType dtype = tt::dtype_from_name(options.get("dtype", "float32"));  // of products
  const std::string out = options.get("out", "nanogpt.safetensors");
  const bool resume = options.flag("resume");
  options.end();

  tt::manual_seed(1337);
  const std::string text = examples::read_text("tinyshakespeare/input.txt");
  const examples::Characters characters(text);
  config.vocab_size = characters.size();
  const Tensor data = characters.encode(text);
  const std::int64_t border = data.size(0) * 9 / 10;
  const Tensor train_data = data[tt::Slice(0, border)], val_data = data[tt::Slice(border, tt::none)];

  GPT model(config);
  std::vector<Tensor> decay, no_decay;
  for (const Tensor& parameter : model.parameters()) (parameter.dim() >= 2 ? decay : no_decay).push_back(parameter);
  const optim::AdamWOptions decayed{.lr = learning_rate, .betas = {0.9, 0.99}, .weight_decay = 0.1};
  optim::AdamWOptions not_decayed = decayed;
  not_decayed.weight_decay = 0;
  optim::AdamW optimizer({{decay}, {no_decay, not_decayed}}, decayed);

  int iter = 0;
  if (resume) {
    const tt::Checkpoint checkpoint = tt::load_checkpoint(out);
    model.load_state_dict(checkpoint["model"]);
    optimizer.load_state_dict(checkpoint["optimizer"]);
    tt::default_generator().set_state(checkpoint["run"].at("random"));
    iter = checkpoint["run"].at("iter").item<int>();
    std::cout << "goes on behind iteration " << iter << std::endl;
  }

  const auto estimate_loss = [&](const Tensor& of) {
    model.eval();
    const tt::eager::NoGrad guard;
    const tt::eager::autocast scope(dtype, dtype != tt::float32);
    tt::Mean mean;
    for (int i = 0; i < eval_iters; ++i)
      mean.update(model.loss(examples::random_pieces(of, batch_size, config.block_size)));
    model.train();
    return mean.result();
  };
  while (iter < max_iters) {
    optimizer.set_lr(get_lr(iter, learning_rate, warmup_iters, decay_iters));
    const Tensor loss = [&] {
      const tt::eager::autocast scope(dtype, dtype != tt::float32);
      return model.loss(examples::random_pieces(train_data, batch_size, config.block_size));
    }();
    optimizer.zero_grad();
    loss.backward();
    nn::utils::clip_grad_norm_(model.parameters(), 1.0);
    optimizer.step();
    if (++iter % eval_interval == 0)
      std::cout << "iter " << iter << ", loss of training " << estimate_loss(train_data) << ", of the rest "
                << estimate_loss(val_data) << std::endl;
  }
  tt::save({{"model", model.state_dict()},
            {"optimizer", optimizer.state_dict()},
            {"run", {{"iter", tt::tensor(iter)}, {"random", tt::default_generator().get_state()}}}},
           out);
  const double val_loss = estimate_loss(val_data);
  std::cout << "loss " << val_loss << "; wrote " << out << "\n";
  if (length > 0)
    std::cout << characters.decode(model.generate(characters.encode("\n").unsqueeze(0), length, 0.8, 40)[0]) << "\n";
  return val_loss <= at_most ? 0 : 1;
}
