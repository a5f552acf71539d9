#include "samples.h"

namespace tt = triptych;

namespace conformance {
namespace {

using tt::Tensor;

/// The weights of the classes that the script uses, too.
Tensor class_weights(const Tensor& like) { return tt::cast(tt::tensor<double>({0.5, 1, 1.5, 2, 0.75}), like.dtype()); }

void add_softmax_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, auto call) {
    samples.push_back({op, name, [=](const Tensors& x) { return Tensors{call(x[0])}; }});
  };
  add("softmax", "last", [](const Tensor& x) { return tt::softmax(x); });
  add("softmax", "first", [](const Tensor& x) { return tt::softmax(x, 0); });
  add("softmax", "large", [](const Tensor& x) { return tt::softmax(x, 1); });
  add("log_softmax", "last", [](const Tensor& x) { return tt::log_softmax(x); });
  add("log_softmax", "middle", [](const Tensor& x) { return tt::log_softmax(x, 1); });
}

void add_loss_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, auto call) -> Sample& {
    samples.push_back({op, name, [=](const Tensors& x) { return Tensors{call(x[0], x[1])}; }});
    return samples.back();
  };
  using tt::Reduction;
  add("cross_entropy", "labels", [](const Tensor& x, const Tensor& t) { return tt::cross_entropy(x, t); });
  add("cross_entropy", "sum",
      [](const Tensor& x, const Tensor& t) { return tt::cross_entropy(x, t, {.reduction = Reduction::sum}); });
  add("cross_entropy", "none",
      [](const Tensor& x, const Tensor& t) { return tt::cross_entropy(x, t, {.reduction = Reduction::none}); });
  add("cross_entropy", "ignored",
      [](const Tensor& x, const Tensor& t) { return tt::cross_entropy(x, t, {.ignore_index = 2}); });
  add("cross_entropy", "weighted",
      [](const Tensor& x, const Tensor& t) { return tt::cross_entropy(x, t, {.weight = class_weights(x)}); });
  add("cross_entropy", "smoothed", [](const Tensor& x, const Tensor& t) {
    return tt::cross_entropy(x, t, {.weight = class_weights(x), .label_smoothing = 0.2});
  });
  add("cross_entropy", "one", [](const Tensor& x, const Tensor& t) { return tt::cross_entropy(x, t); });
  add("cross_entropy", "probabilities", [](const Tensor& x, const Tensor& p) { return tt::cross_entropy(x, p); });
  add("cross_entropy", "probabilities_smoothed",
      [](const Tensor& x, const Tensor& p) { return tt::cross_entropy(x, p, {.label_smoothing = 0.1}); });
  add("nll_loss", "labels", [](const Tensor& x, const Tensor& t) { return tt::nll_loss(x, t); });
  add("nll_loss", "weighted", [](const Tensor& x, const Tensor& t) {
    return tt::nll_loss(x, t, {.weight = class_weights(x), .ignore_index = 1});
  });
  add("sparse_softmax_cross_entropy", "plain",
      [](const Tensor& x, const Tensor& t) { return tt::sparse_softmax_cross_entropy(x, t); });
  add("softmax_cross_entropy", "plain",
      [](const Tensor& x, const Tensor& p) { return tt::softmax_cross_entropy(x, p); });
  add("mse_loss", "mean", [](const Tensor& x, const Tensor& y) { return tt::mse_loss(x, y); });
  add("mse_loss", "sum",
      [](const Tensor& x, const Tensor& y) { return tt::mse_loss(x, y, {.reduction = Reduction::sum}); });
  add("l1_loss", "mean", [](const Tensor& x, const Tensor& y) { return tt::l1_loss(x, y); });
  add("huber_loss", "mean", [](const Tensor& x, const Tensor& y) { return tt::huber_loss(x, y, {.delta = 0.7}); });
  add("binary_cross_entropy_with_logits", "mean",
      [](const Tensor& x, const Tensor& z) { return tt::binary_cross_entropy_with_logits(x, z); });
  add("binary_cross_entropy_with_logits", "positive_weight", [](const Tensor& x, const Tensor& z) {
    return tt::binary_cross_entropy_with_logits(x, z, {.pos_weight = class_weights(x)});
  });
}

void add_normalization_samples(std::vector<Sample>& samples) {
  samples.push_back({"batch_norm", "training", [](const Tensors& x) {
                       return Tensors{tt::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true})};
                     }});
  samples.push_back({"batch_norm", "vectors", [](const Tensors& x) {
                       return Tensors{tt::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true})};
                     }});
  samples.push_back({"batch_norm", "last_axis", [](const Tensors& x) {
                       return Tensors{
                           tt::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true, .eps = 1e-3, .axis = -1})};
                     }});
  samples.push_back({"batch_norm", "running",
                     [](const Tensors& x) { return Tensors{tt::batch_norm(x[0], x[3], x[4], x[1], x[2])}; }});
  samples.push_back(
      {"layer_norm", "last", [](const Tensors& x) { return Tensors{tt::layer_norm(x[0], {5}, x[1], x[2])}; }});
  samples.push_back({"layer_norm", "two_axes", [](const Tensors& x) {
                       return Tensors{tt::layer_norm(x[0], {2, 5}, x[1], x[2], 1e-3)};
                     }});
  samples.push_back({"layer_norm", "plain", [](const Tensors& x) { return Tensors{tt::layer_norm(x[0], {5})}; }});
  samples.push_back({"embedding", "plain", [](const Tensors& x) { return Tensors{tt::embedding(x[0], x[1])}; }});
  samples.push_back({"embedding", "padding",
                     [](const Tensors& x) { return Tensors{tt::embedding(x[0], x[1], {.padding_idx = 3})}; }});
  samples.back().smooth = false;  // the padding row's gradient is left out on purpose
}

}  // namespace

void add_network_samples(std::vector<Sample>& samples) {
  add_softmax_samples(samples);
  add_loss_samples(samples);
  add_normalization_samples(samples);
  samples.push_back({"matmul", "plain", [](const Tensors& x) { return Tensors{tt::matmul(x[0], x[1])}; }});
}

}  // namespace conformance
