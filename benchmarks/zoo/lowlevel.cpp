// The zoo as graphs. Each network is written once and built twice, for training and for inference, with the same
// variables.
#include "triptych/lowlevel.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>

#include "zoo.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Shape;
using tt::Tensor;

namespace {

Tensor dense(const char* name, const Tensor& x, std::int64_t inputs, std::int64_t outputs) {
  const auto scope = tf::variable_scope(name);
  const Tensor product = tt::matmul(x, tf::get_variable("kernel", {inputs, outputs}));
  return product + tf::get_variable("bias", {outputs}, {.initializer = tt::init::zeros()});
}

Tensor filters(const char* name, std::int64_t inputs, std::int64_t outputs) {
  return tf::get_variable(name, {outputs, inputs, 3, 3});
}

Tensor batch_norm(const char* name, const Tensor& x, bool training) {
  const auto scope = tf::variable_scope(name);
  const Shape channels{x.shape()[1]};
  const auto state = [&](const char* what, tt::Initializer initial, bool trainable) {
    return tf::get_variable(what, channels, {.initializer = std::move(initial), .trainable = trainable});
  };
  return tt::batch_norm(x, state("mean", tt::init::zeros(), false), state("var", tt::init::ones(), false),
                        state("gamma", tt::init::ones(), true), state("beta", tt::init::zeros(), true),
                        {.training = training});
}

Tensor layer_norm(const char* name, const Tensor& x) {
  const auto scope = tf::variable_scope(name);
  const Shape width{zoo::gpt::width};
  return tt::layer_norm(x, width, tf::get_variable("gamma", width, {.initializer = tt::init::ones()}),
                        tf::get_variable("beta", width, {.initializer = tt::init::zeros()}));
}

Tensor residual(const char* name, const Tensor& x, std::int64_t outputs, bool training) {
  const auto scope = tf::variable_scope(name);
  const std::int64_t inputs = x.shape()[1], stride = inputs == outputs ? 1 : 2, more = (outputs - inputs) / 2;
  Tensor y = tt::conv2d(x, filters("conv1", inputs, outputs), {.stride = stride, .padding = 1});
  y = tt::relu(batch_norm("norm1", y, training));
  y = batch_norm("norm2", tt::conv2d(y, filters("conv2", outputs, outputs), {.padding = 1}), training);
  if (stride == 1) return tt::relu(x + y);
  const tt::Slice every_second(tt::none, tt::none, 2);
  return tt::relu(tt::pad(x[{tt::Ellipsis(), every_second, every_second}], {{0, 0}, {more, more}, {0, 0}, {0, 0}}) + y);
}

Tensor resnet20(const Tensor& x, bool training) {
  Tensor h = tt::conv2d(x, filters("conv", 3, 16), {.padding = 1});
  h = tt::relu(batch_norm("norm", h, training));
  int block = 0;
  for (const std::int64_t channels : {16, 16, 16, 32, 32, 32, 64, 64, 64})
    h = residual(("block" + std::to_string(++block)).c_str(), h, channels, training);
  return dense("top", tt::mean(h, {2, 3}), 64, 10);
}

Tensor lstm(const Tensor& x) {
  const std::int64_t units = 128;
  const tt::RecurrentWeights weights{.w_ih = tf::get_variable("w_ih", {4 * units, 28}),
                                     .w_hh = tf::get_variable("w_hh", {4 * units, units}),
                                     .b_ih = tf::get_variable("b_ih", {4 * units}, {.initializer = tt::init::zeros()}),
                                     .b_hh = tf::get_variable("b_hh", {4 * units}, {.initializer = tt::init::zeros()})};
  const Tensor steps = tt::lstm(x, {weights}, {.batch_first = true}).output;
  return dense("top", tt::select(steps, 1, -1), units, 10);
}

Tensor transformer_block(const char* name, const Tensor& x) {
  using namespace zoo::gpt;
  const auto scope = tf::variable_scope(name);
  const auto parts = tt::split(dense("qkv", layer_norm("norm1", x), width, 3 * width), width, 2);
  const auto by_head = [](const Tensor& h) {
    return tt::transpose(tt::reshape(h, {-1, context, heads, width / heads}), 1, 2);
  };
  const Tensor attended =
      tt::scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]), {.is_causal = true});
  const Tensor h = x + dense("out", tt::reshape(tt::transpose(attended, 1, 2), {-1, context, width}), width, width);
  const Tensor up = tt::gelu(dense("up", layer_norm("norm2", h), width, 4 * width), {.approximate = "tanh"});
  return h + dense("down", up, 4 * width, width);
}

Tensor gpt(const Tensor& tokens) {
  using namespace zoo::gpt;
  const auto table = [](const char* name, std::int64_t rows) {
    return tf::get_variable(name, {rows, width}, {.initializer = tt::init::normal(0, 0.02)});
  };
  Tensor h = tt::embedding(table("tokens", vocabulary), tokens) + table("positions", context);
  for (int i = 1; i <= layers; ++i) h = transformer_block(("block" + std::to_string(i)).c_str(), h);
  return dense("head", layer_norm("norm", h), width, vocabulary);
}

struct VaeOutput {
  Tensor logits, mean, log_variance;
};
VaeOutput vae(const Tensor& x) {
  const Tensor h = tt::relu(dense("encoder", x, 784, 400));
  const Tensor mean = dense("mean", h, 400, 20), log_variance = dense("log_variance", h, 400, 20);
  const Tensor z = mean + tt::randn_like(mean) * tt::exp(0.5 * log_variance);
  return {dense("logits", tt::relu(dense("decoder", z, 20, 400)), 400, 784), mean, log_variance};
}
Tensor vae_loss(const VaeOutput& out, const Tensor& x) {
  const auto& [logits, mean, log_variance] = out;
  return tt::binary_cross_entropy_with_logits(logits, x, {.reduction = tt::Reduction::sum}) -
         0.5 * tt::sum(1 + log_variance - mean * mean - tt::exp(log_variance));
}

Tensor network(const std::string& model, const Tensor& x, bool training) {
  if (model == "tiny") {
    const Tensor h = tt::tanh(dense("a", x, 2, 16));
    return dense("c", tt::tanh(dense("b", h, 16, 16)), 16, 1);
  }
  if (model == "mlp") {
    const Tensor h = tt::relu(dense("a", x, 784, 512));
    return dense("c", tt::relu(dense("b", h, 512, 256)), 256, 10);
  }
  if (model == "resnet20") return resnet20(x, training);
  if (model == "lstm") return lstm(x);
  if (model == "gpt") return gpt(x);
  if (model == "vae") return vae(x).logits;
  const auto conv = [](const char* name, const Tensor& h, std::int64_t inputs, std::int64_t outputs) {
    const auto scope = tf::variable_scope(name);
    const Tensor bias = tf::get_variable("bias", {outputs}, {.initializer = tt::init::zeros()});
    return tt::relu(tt::conv2d(h, filters("filters", inputs, outputs), bias));
  };
  const Tensor h = tt::max_pool2d(conv("conv2", conv("conv1", x, 1, 32), 32, 64), {.kernel_size = 2});
  return dense("top", tt::relu(dense("hidden", tt::flatten(h, 1), 9216, 128)), 128, 10);
}

Tensor loss_of(const std::string& model, const Tensor& x, const Tensor& y) {
  if (model == "vae") return vae_loss(vae(x), y);
  const Tensor output = network(model, x, true);
  return model == "tiny" ? tt::mse_loss(output, y) : tt::mean(tt::sparse_softmax_cross_entropy(output, y));
}

Tensor update_of(const std::string& model, const Tensor& loss) {
  if (model == "tiny") return tf::GradientDescent({.learning_rate = 0.1}).minimize(loss);
  if (model == "gpt") return tf::AdamW({.learning_rate = 1e-3, .weight_decay = 0.1}).minimize(loss);
  if (model != "resnet20") return tf::Adam({.learning_rate = 1e-3}).minimize(loss);
  tf::Momentum optimizer({.learning_rate = 0.1, .momentum = 0.9});
  auto gradients = optimizer.compute_gradients(loss);
  for (auto& [gradient, variable] : gradients) gradient = gradient + 1e-4 * variable;
  return optimizer.apply_gradients(gradients);
}

}  // namespace

namespace {

/// Training and inference as two functions of one session, and what they are called with.
struct Built {
  std::shared_ptr<tf::Session> session;
  zoo::Data data;
  tf::Callable train, infer;
};

Built build(const std::string& model, std::int64_t batch) {
  const zoo::Data data = zoo::make_data(model, batch);
  const tf::Graph graph;
  const tf::DefaultGraph as_default(graph);
  const auto any_batch = [](Shape shape) {
    shape.set(0, tt::unknown);
    return shape;
  };
  const Tensor x = graph.placeholder("x", data.x.dtype(), any_batch(data.x.shape())),
               y = graph.placeholder("y", data.y.dtype(), any_batch(data.y.shape()));
  Tensor loss, update, output;
  {
    const auto scope = tf::variable_scope("net", {.reuse = tf::AUTO_REUSE});
    const tt::Autocast casts(tt::bfloat16, zoo::autocast);
    loss = loss_of(model, x, y);
    output = network(model, x, false);
  }
  update = update_of(model, loss);
  const auto session = std::make_shared<tf::Session>(graph);
  session->run(graph.initializer());
  return {session, data, session->make_callable({x, y}, {loss, update}), session->make_callable({x}, {output})};
}

}  // namespace

zoo::Steps zoo::lowlevel_steps(const std::string& model, std::int64_t batch) {
  const Built built = build(model, batch);
  return {[built] { benchmark::DoNotOptimize(built.train(built.data.x, built.data.y)[0].item<float>()); },
          [built] { benchmark::DoNotOptimize(built.infer(built.data.x)); }};
}

zoo::Profiles zoo::lowlevel_profiles(const std::string& model, std::int64_t batch) {
  const Built built = build(model, batch);
  return {[built] {
            tt::RunMetadata metadata;
            built.train.run({built.data.x, built.data.y}, {.metadata = &metadata});
            return metadata;
          },
          [built] {
            tt::RunMetadata metadata;
            built.infer.run({built.data.x}, {.metadata = &metadata});
            return metadata;
          }};
}
