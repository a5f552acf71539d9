// The zoo as modules, define by run.
#include "triptych/eager.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <tuple>
#include <utility>

#include "zoo.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

struct Tiny : nn::Module {
  nn::Linear& a = add<nn::Linear>("a", 2, 16);
  nn::Linear& b = add<nn::Linear>("b", 16, 16);
  nn::Linear& c = add<nn::Linear>("c", 16, 1);
  Tensor forward(const Tensor& x) override { return c(tt::tanh(b(tt::tanh(a(x))))); }
};

struct Mlp : nn::Module {
  nn::Linear& a = add<nn::Linear>("a", 784, 512);
  nn::Linear& b = add<nn::Linear>("b", 512, 256);
  nn::Linear& c = add<nn::Linear>("c", 256, 10);
  Tensor forward(const Tensor& x) override { return c(tt::relu(b(tt::relu(a(x))))); }
};

struct Cnn : nn::Module {
  nn::Conv2d& conv1 = add<nn::Conv2d>("conv1", {.in_channels = 1, .out_channels = 32, .kernel_size = 3});
  nn::Conv2d& conv2 = add<nn::Conv2d>("conv2", {.in_channels = 32, .out_channels = 64, .kernel_size = 3});
  nn::Linear& fc1 = add<nn::Linear>("fc1", 9216, 128);
  nn::Linear& fc2 = add<nn::Linear>("fc2", 128, 10);
  Tensor forward(const Tensor& x) override {
    const Tensor h = tt::max_pool2d(tt::relu(conv2(tt::relu(conv1(x)))), {.kernel_size = 2});
    return fc2(tt::relu(fc1(tt::flatten(h, 1))));
  }
};

struct ResidualBlock : nn::Module {
  ResidualBlock(std::int64_t inputs, std::int64_t outputs)
      : conv1(add<nn::Conv2d>("conv1", convolution(inputs, outputs, inputs == outputs ? 1 : 2))),
        norm1(add<nn::BatchNorm2d>("norm1", outputs)),
        conv2(add<nn::Conv2d>("conv2", convolution(outputs, outputs, 1))),
        norm2(add<nn::BatchNorm2d>("norm2", outputs)),
        more_channels((outputs - inputs) / 2) {}
  static nn::Conv2dOptions convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t stride) {
    return {.in_channels = inputs,
            .out_channels = outputs,
            .kernel_size = 3,
            .stride = stride,
            .padding = 1,
            .bias = false};
  }
  Tensor forward(const Tensor& x) override {
    const Tensor y = norm2(conv2(tt::relu(norm1(conv1(x)))));
    if (more_channels == 0) return tt::relu(x + y);
    const tt::Slice every_second(tt::none, tt::none, 2);
    return tt::relu(tt::pad(x[{tt::Ellipsis(), every_second, every_second}],
                            {{0, 0}, {more_channels, more_channels}, {0, 0}, {0, 0}}) +
                    y);
  }
  nn::Conv2d& conv1;
  nn::BatchNorm2d& norm1;
  nn::Conv2d& conv2;
  nn::BatchNorm2d& norm2;
  std::int64_t more_channels;
};

struct ResNet20 : nn::Module {
  nn::Conv2d& conv = add<nn::Conv2d>("conv", ResidualBlock::convolution(3, 16, 1));
  nn::BatchNorm2d& norm = add<nn::BatchNorm2d>("norm", 16);
  nn::Sequential& blocks = add<nn::Sequential>("blocks");
  nn::Linear& top = add<nn::Linear>("top", 64, 10);
  ResNet20() {
    std::int64_t inputs = 16;
    for (const std::int64_t outputs : {16, 16, 16, 32, 32, 32, 64, 64, 64}) {
      blocks.push_back(nn::make<ResidualBlock>(inputs, outputs));
      inputs = outputs;
    }
  }
  Tensor forward(const Tensor& x) override { return top(tt::mean(blocks(tt::relu(norm(conv(x)))), {2, 3})); }
};

struct Lstm : nn::Module {
  nn::LSTM& lstm = add<nn::LSTM>("lstm", {.input_size = 28, .hidden_size = 128, .batch_first = true});
  nn::Linear& top = add<nn::Linear>("top", 128, 10);
  Tensor forward(const Tensor& x) override { return top(tt::select(lstm(x).output, 1, -1)); }
};

struct TransformerBlock : nn::Module {
  static constexpr std::int64_t heads = zoo::gpt::heads, width = zoo::gpt::width;
  nn::LayerNorm& norm1 = add<nn::LayerNorm>("norm1", width);
  nn::Linear& qkv = add<nn::Linear>("qkv", width, 3 * width);
  nn::Linear& out = add<nn::Linear>("out", width, width);
  nn::LayerNorm& norm2 = add<nn::LayerNorm>("norm2", width);
  nn::Linear& up = add<nn::Linear>("up", width, 4 * width);
  nn::Linear& down = add<nn::Linear>("down", 4 * width, width);
  Tensor forward(const Tensor& x) override {
    const std::int64_t batch = x.size(0), steps = x.size(1);
    const auto parts = qkv(norm1(x)).split(width, 2);
    const auto by_head = [&](const Tensor& h) { return h.view({batch, steps, heads, width / heads}).transpose(1, 2); };
    const Tensor attended =
        tt::scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]), {.is_causal = true});
    const Tensor h = x + out(attended.transpose(1, 2).reshape({batch, steps, width}));
    return h + down(tt::gelu(up(norm2(h)), {.approximate = "tanh"}));
  }
};

struct Gpt : nn::Module {
  nn::Embedding& tokens = add<nn::Embedding>("tokens", zoo::gpt::vocabulary, zoo::gpt::width);
  nn::Embedding& positions = add<nn::Embedding>("positions", zoo::gpt::context, zoo::gpt::width);
  nn::Sequential& blocks = add<nn::Sequential>("blocks");
  nn::LayerNorm& norm = add<nn::LayerNorm>("norm", zoo::gpt::width);
  nn::Linear& head = add<nn::Linear>("head", zoo::gpt::width, zoo::gpt::vocabulary);
  Gpt() {
    for (int i = 0; i < zoo::gpt::layers; ++i) blocks.push_back(nn::make<TransformerBlock>());
  }
  Tensor forward(const Tensor& x) override { return head(norm(blocks(tokens(x) + positions(tt::arange(x.size(1)))))); }
};

struct Vae : nn::Module {
  nn::Linear& encoder = add<nn::Linear>("encoder", 784, 400);
  nn::Linear& mean = add<nn::Linear>("mean", 400, 20);
  nn::Linear& log_variance = add<nn::Linear>("log_variance", 400, 20);
  nn::Linear& decoder = add<nn::Linear>("decoder", 20, 400);
  nn::Linear& logits = add<nn::Linear>("logits", 400, 784);
  struct Output {
    Tensor logits, mean, log_variance;
  };
  Output run(const Tensor& x) {
    const Tensor h = tt::relu(encoder(x)), mu = mean(h), log_var = log_variance(h);
    const Tensor z = mu + tt::randn_like(mu) * tt::exp(0.5 * log_var);
    return {logits(tt::relu(decoder(z))), mu, log_var};
  }
  Tensor forward(const Tensor& x) override { return run(x).logits; }
};

/// `net` gives what the model gives.
template <class Net, class Call>
Tensor loss_of(Call& net, const zoo::Data& data) {
  if constexpr (std::is_same_v<Net, Tiny>) return nn::mse_loss(net(data.x), data.y);
  if constexpr (std::is_same_v<Net, Gpt>)
    return nn::cross_entropy(net(data.x).view({-1, zoo::gpt::vocabulary}), data.y.view({-1}));
  if constexpr (std::is_same_v<Net, Vae>) {
    const auto [logits, mean, log_variance] = net(data.x);
    return nn::binary_cross_entropy_with_logits(logits, data.x, {.reduction = tt::Reduction::sum}) -
           0.5 * (1 + log_variance - mean * mean - log_variance.exp()).sum();
  } else {
    return nn::cross_entropy(net(data.x), data.y);
  }
}

template <class Net, class Call, class Optimizer>
zoo::Steps steps_of(const std::shared_ptr<Net>& net, const std::shared_ptr<Call>& call,
                    const std::shared_ptr<Optimizer>& optimizer, const zoo::Data& data) {
  return {[=] {
            net->train();
            optimizer->zero_grad();
            const Tensor loss = [&] {
              const tt::Autocast scope(tt::bfloat16, zoo::autocast);
              return loss_of<Net>(*call, data);
            }();
            loss.backward();
            optimizer->step();
            benchmark::DoNotOptimize(loss.item<float>());
          },
          [=] {
            net->eval();
            const tt::eager::NoGrad guard;
            const tt::Autocast scope(tt::bfloat16, zoo::autocast);
            benchmark::DoNotOptimize((*call)(data.x));
          }};
}

template <class Net, class MakeOptimizer>
zoo::Steps steps(const zoo::Data& data, bool compiled, MakeOptimizer make_optimizer) {
  const auto net = std::make_shared<Net>();
  const auto optimizer = make_optimizer(net->parameters());
  const auto eagerly = [net](const Tensor& x) {
    if constexpr (std::is_same_v<Net, Vae>) {
      const auto [logits, mean, log_variance] = net->run(x);
      return std::tuple(logits, mean, log_variance);
    } else {
      return (*net)(x);
    }
  };
  if (!compiled) return steps_of(net, std::make_shared<decltype(eagerly)>(eagerly), optimizer, data);
  if constexpr (std::is_same_v<Net, Vae>) {
    auto fast = tt::eager::compile(eagerly);
    return steps_of(net, std::make_shared<decltype(fast)>(std::move(fast)), optimizer, data);
  } else {
    auto fast = tt::eager::compile(*net);
    return steps_of(net, std::make_shared<decltype(fast)>(std::move(fast)), optimizer, data);
  }
}

template <class Optimizer, class Options>
auto optimizer_with(const Options& options) {
  return [options](const auto& parameters) { return std::make_shared<Optimizer>(parameters, options); };
}

zoo::Steps model_steps(const std::string& model, std::int64_t batch, bool compiled) {
  const zoo::Data data = zoo::make_data(model, batch);
  const auto sgd = optimizer_with<optim::SGD>(optim::SGDOptions{.lr = 0.1});
  const auto adam = optimizer_with<optim::Adam>(optim::AdamOptions{.lr = 1e-3});
  const auto adamw = optimizer_with<optim::AdamW>(optim::AdamWOptions{.lr = 1e-3, .weight_decay = 0.1});
  if (model == "tiny") return steps<Tiny>(data, compiled, sgd);
  if (model == "mlp") return steps<Mlp>(data, compiled, adam);
  if (model == "cnn") return steps<Cnn>(data, compiled, adam);
  if (model == "lstm") return steps<Lstm>(data, compiled, adam);
  if (model == "vae") return steps<Vae>(data, compiled, adam);
  if (model == "gpt") return steps<Gpt>(data, compiled, adamw);
  return steps<ResNet20>(
      data, compiled, optimizer_with<optim::SGD>(optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 1e-4}));
}

}  // namespace

zoo::Steps zoo::eager_steps(const std::string& model, std::int64_t batch) { return model_steps(model, batch, false); }
zoo::Steps zoo::compiled_steps(const std::string& model, std::int64_t batch) { return model_steps(model, batch, true); }
