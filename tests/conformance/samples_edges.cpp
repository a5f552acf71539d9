// Tensors without elements, and without dimensions; references by
// scripts/references/make_conformance_references_more.py.
#include "samples.h"

namespace tt = triptych;

namespace conformance {
namespace {

using Function = std::function<Tensor(const Tensors&)>;

void add(std::vector<Sample>& samples, const char* op, const char* name, Function f) {
  samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
}

/// The result of nothing is NaN or infinite: finite differences say nothing.
void not_finite(std::vector<Sample>& samples) { samples.back().smooth = false; }

void add_reductions(std::vector<Sample>& samples) {
  const auto all = [&](const char* op, Tensor (*f)(tt::Arg)) {
    add(samples, op, "scalar", [f](const Tensors& x) { return f(x[0]); });
  };
  const auto rows = [&](const char* op, const char* name, auto f) {
    add(samples, op, name, [f](const Tensors& x) { return f(x[0]); });
  };
  for (const char* name : {"no_rows", "empty_rows"}) {
    rows("softmax", name, [](const Tensor& x) { return tt::softmax(x, 1); });
    rows("log_softmax", name, [](const Tensor& x) { return tt::log_softmax(x, 1); });
    rows("prod", name, [](const Tensor& x) { return tt::prod(x, 1); });
    rows("mean", name, [](const Tensor& x) { return tt::mean(x, 1); });
    not_finite(samples);
    rows("logsumexp", name, [](const Tensor& x) { return tt::logsumexp(x, 1); });
    not_finite(samples);
    rows("any", name, [](const Tensor& x) { return tt::any(x, 1); });
    rows("all", name, [](const Tensor& x) { return tt::all(x, 1); });
  }
  rows("softmax", "scalar", [](const Tensor& x) { return tt::softmax(x, 0); });
  rows("log_softmax", "scalar", [](const Tensor& x) { return tt::log_softmax(x, -1); });
  rows("sum", "no_rows", [](const Tensor& x) { return tt::sum(x, 1); });
  rows("var", "no_rows", [](const Tensor& x) { return tt::var(x, 1); });
  rows("std", "no_rows", [](const Tensor& x) { return tt::std(x, 1); });
  rows("max", "no_rows", [](const Tensor& x) { return tt::max(x, 1); });
  rows("min", "no_rows", [](const Tensor& x) { return tt::min(x, 1); });
  rows("argmax", "no_rows", [](const Tensor& x) { return tt::argmax(x, 1); });
  rows("argmin", "no_rows", [](const Tensor& x) { return tt::argmin(x, 1); });
  rows("cumsum", "no_rows", [](const Tensor& x) { return tt::cumsum(x, 0); });
  rows("roll", "no_rows", [](const Tensor& x) { return tt::roll(x, 2, 0); });
  rows("tril", "no_rows", [](const Tensor& x) { return tt::tril(x); });
  all("sum", tt::sum);
  all("mean", tt::mean);
  all("prod", tt::prod);
  all("max", tt::max);
  all("min", tt::min);
  all("argmax", tt::argmax);
}

void add_shapes(std::vector<Sample>& samples) {
  add(samples, "concat", "nothing", [](const Tensors& x) { return tt::concat(x); });
  add(samples, "concat", "stack_scalars", [](const Tensors& x) { return tt::stack(x); });
  samples.push_back({"split", "nothing", [](const Tensors& x) { return tt::chunk(x[0], 2); }});
  add(samples, "pad", "nothing", [](const Tensors& x) { return tt::pad(x[0], {{2, 0}, {1, 0}}); });
  add(samples, "index_select", "nothing", [](const Tensors& x) { return tt::index_select(x[0], 0, x[1]); });
  add(samples, "scatter_add", "nothing", [](const Tensors& x) { return tt::scatter_add(x[0], 0, x[1], x[2]); });
  add(samples, "index_add", "nothing", [](const Tensors& x) { return tt::index_add(x[0], 0, x[1], x[2]); });
  for (const char* name : {"nothing", "scalar"})
    add(samples, "one_hot", name, [](const Tensors& x) { return tt::one_hot(x[0], 5, tt::float64); });
  add(samples, "expand", "nothing", [](const Tensors& x) { return tt::expand(x[0], {0, 3}); });
  add(samples, "where", "nothing", [](const Tensors& x) { return tt::where(x[0] > 5, x[1], 2.5); });
}

void add_network(std::vector<Sample>& samples) {
  using tt::Reduction;
  add(samples, "linear", "no_rows", [](const Tensors& x) { return tt::linear(x[0], x[1], x[2]); });
  add(samples, "matmul", "no_matrices", [](const Tensors& x) { return tt::matmul(x[0], x[1]); });
  add(samples, "conv2d", "no_images", [](const Tensors& x) { return tt::conv2d(x[0], x[1]); });
  add(samples, "max_pool2d", "no_images", [](const Tensors& x) { return tt::max_pool2d(x[0]); });
  add(samples, "avg_pool2d", "no_images", [](const Tensors& x) { return tt::avg_pool2d(x[0]); });
  add(samples, "layer_norm", "no_rows", [](const Tensors& x) { return tt::layer_norm(x[0], {5}, x[1], x[2]); });
  add(samples, "batch_norm", "no_rows", [](const Tensors& x) { return tt::batch_norm(x[0], x[3], x[4], x[1], x[2]); });
  for (const char* name : {"nothing", "scalar"})
    add(samples, "embedding", name, [](const Tensors& x) { return tt::embedding(x[0], x[1]); });
  add(samples, "cross_entropy", "no_rows",
      [](const Tensors& x) { return tt::cross_entropy(x[0], x[1], {.reduction = Reduction::none}); });
  add(samples, "cross_entropy", "no_rows_mean", [](const Tensors& x) { return tt::cross_entropy(x[0], x[1]); });
  not_finite(samples);
  add(samples, "nll_loss", "no_rows",
      [](const Tensors& x) { return tt::nll_loss(x[0], x[1], {.reduction = Reduction::sum}); });
  add(samples, "mse_loss", "nothing",
      [](const Tensors& x) { return tt::mse_loss(x[0], x[1], {.reduction = Reduction::sum}); });
  add(samples, "mse_loss", "scalar", [](const Tensors& x) { return tt::mse_loss(x[0], x[1]); });
  add(samples, "binary_cross_entropy_with_logits", "nothing",
      [](const Tensors& x) { return tt::binary_cross_entropy_with_logits(x[0], x[1], {.reduction = Reduction::sum}); });
}

}  // namespace

void add_edge_samples(std::vector<Sample>& samples) {
  add_reductions(samples);
  add_shapes(samples);
  add_network(samples);
}

}  // namespace conformance
