#include "triptych/eager/nn/embedding.h"

#include "api_eager/nn/initialize.h"
#include "api_eager/repr.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"

namespace triptych::eager::nn {
namespace {

template <class Options>
Options checked(const char* name, Options options, Location where) {
  const std::int64_t rows = options.num_embeddings;
  if (rows < 1 || options.embedding_dim < 1)
    throw ArgumentError(name, "num_embeddings or embedding_dim is not positive",
                        std::to_string(rows) + " and " + std::to_string(options.embedding_dim), "", where);
  if (options.padding_idx) {
    if (*options.padding_idx < -rows || *options.padding_idx >= rows)
      throw ArgumentError(name, "padding_idx is not the number of a row",
                          std::to_string(*options.padding_idx) + " of " + std::to_string(rows), "", where);
    if (*options.padding_idx < 0) *options.padding_idx += rows;
  }
  const Hyperparameters check(name, where);
  if (options.max_norm) check.positive("max_norm", *options.max_norm);
  if (options.norm_type != std::numeric_limits<double>::infinity()) check.not_negative("norm_type", options.norm_type);
  check_parameter_dtype(name, options.dtype, where);
  return options;
}

EmbeddingBagModuleOptions checked_mode(const EmbeddingBagModuleOptions& options, Location where) {
  if (options.mode != "sum" && options.mode != "mean" && options.mode != "max")
    throw ArgumentError("EmbeddingBag", "there is no such mode", "'" + options.mode + "'", "Use sum, mean or max",
                        where);
  if (options.mode == "max" && options.scale_grad_by_freq)
    throw ArgumentError("EmbeddingBag", "scale_grad_by_freq is given with a mode that has none", "'max'",
                        "Use sum or mean", where);
  return checked("EmbeddingBag", options, where);
}

template <class Options>
Tensor first_weight(const Options& options, Location where) {
  const Tensor weight = init::normal(0, 1, {}, where)({options.num_embeddings, options.embedding_dim}, options.dtype);
  return options.padding_idx ? index_update(weight, {*options.padding_idx}, 0) : weight;
}

void check_rows(const char* name, const Tensor& embeddings, Location where) {
  if (embeddings.ndim(where) != 2)
    throw ArgumentError(name, "the embeddings are not a matrix", embeddings.shape().text(), "", where);
}
void set_rows(Tensor& weight, const Tensor& embeddings, bool freeze, Location where) {
  const GradMode off(false);
  weight.copy_(Arg(embeddings, where));
  weight.set_requires_grad(!freeze);
}

/// Scales the rows of `weight` that `index` names down to max_norm, in place.
template <class Options>
void renormalize(const char* name, Tensor& weight, const Tensor& index, const Options& options) {
  if (!options.max_norm) return;
  if (index.is_symbolic())
    throw UnsupportedError(name, "max_norm cannot be traced into a graph", "the input is symbolic",
                           "Scale the weights in a step of their own");
  const GradMode off(false);
  const Tensor read = cast(bincount(flatten(index), {.minlength = options.num_embeddings}), boolean);
  const Tensor norms = vector_norm(weight, options.norm_type, {1}, true);
  const Tensor too_long = logical_and(unsqueeze(read, 1), norms > *options.max_norm);
  weight.copy_(where(too_long, weight * (*options.max_norm / (norms + 1e-7)), weight));
}

/// `rows`, with a gradient that is divided by how often `index` has each number.
Tensor scaled_by_frequency(const Tensor& rows, const Tensor& index, std::int64_t num_embeddings) {
  const Tensor counts = take(bincount(flatten(index.detach()), {.minlength = num_embeddings}), index.detach(), 0);
  return custom_gradient(rows, [&](const Tensor& x) {
    return std::pair(x.detach(), std::function<Tensor(const Tensor&)>([counts](const Tensor& upstream) {
                       return upstream / cast(unsqueeze(counts, -1), upstream.dtype());
                     }));
  });
}

/// The table, with a gradient of which each row is divided by how often `index` has its number.
Tensor scaled_rows(const Tensor& weight, const Tensor& index) {
  const Tensor counts = bincount(flatten(index.detach()), {.minlength = weight.size(0)});
  return custom_gradient(weight, [&](const Tensor& x) {
    return std::pair(x.detach(), std::function<Tensor(const Tensor&)>([counts](const Tensor& upstream) {
                       return upstream / cast(unsqueeze(clip(counts, 1), 1), upstream.dtype());
                     }));
  });
}

template <class Options>
std::string repr_of(const Options& o, bool padding_first) {
  std::string text = std::to_string(o.num_embeddings) + ", " + std::to_string(o.embedding_dim);
  const std::string padding = o.padding_idx ? ", padding_idx=" + std::to_string(*o.padding_idx) : "";
  if (padding_first) text += padding;
  if (o.max_norm) text += ", max_norm=" + python_text(*o.max_norm);
  if (o.norm_type != 2) text += ", norm_type=" + python_text(o.norm_type);
  if (o.scale_grad_by_freq) text += ", scale_grad_by_freq=True";
  if constexpr (requires { o.mode; })
    text += ", mode='" + o.mode + "'";
  else if (o.sparse)
    text += ", sparse=True";
  if (!padding_first) text += padding;
  return text;
}

}  // namespace

Embedding::Embedding(const EmbeddingOptions& given, Location where)
    : options(checked("Embedding", given, where)), weight(register_parameter("weight", first_weight(options, where))) {}

std::unique_ptr<Embedding> Embedding::from_pretrained(const Tensor& embeddings,
                                                      const PretrainedEmbeddingOptions& options, Location where) {
  check_rows("Embedding", embeddings, where);
  const EmbeddingOptions all{
      embeddings.size(0, where), embeddings.size(1, where),  options.padding_idx, options.max_norm,
      options.norm_type,         options.scale_grad_by_freq, options.sparse,      embeddings.dtype()};
  auto result = std::make_unique<Embedding>(all, where);
  set_rows(result->weight, embeddings, options.freeze, where);
  return result;
}

Tensor Embedding::forward(const Tensor& x) {
  renormalize("Embedding", weight, x, options);
  const Tensor rows = embedding(weight, x, {.padding_idx = options.padding_idx.value_or(-1)});
  return options.scale_grad_by_freq ? scaled_by_frequency(rows, x, options.num_embeddings) : rows;
}

std::string Embedding::extra_repr() const { return repr_of(options, true); }

EmbeddingBag::EmbeddingBag(const Options& given, Location where)
    : options(checked_mode(given, where)), weight(register_parameter("weight", first_weight(options, where))) {}

std::unique_ptr<EmbeddingBag> EmbeddingBag::from_pretrained(const Tensor& embeddings,
                                                            const PretrainedEmbeddingBagOptions& options,
                                                            Location where) {
  check_rows("EmbeddingBag", embeddings, where);
  auto result = std::make_unique<EmbeddingBag>(Options{.num_embeddings = embeddings.size(0, where),
                                                       .embedding_dim = embeddings.size(1, where),
                                                       .max_norm = options.max_norm,
                                                       .norm_type = options.norm_type,
                                                       .scale_grad_by_freq = options.scale_grad_by_freq,
                                                       .mode = options.mode,
                                                       .sparse = options.sparse,
                                                       .include_last_offset = options.include_last_offset,
                                                       .padding_idx = options.padding_idx,
                                                       .dtype = embeddings.dtype()},
                                               where);
  set_rows(result->weight, embeddings, options.freeze, where);
  return result;
}

Tensor EmbeddingBag::forward(const Tensor& x, const Tensor& offsets, const Tensor& per_sample_weights) {
  renormalize("EmbeddingBag", weight, x, options);
  return embedding_bag(options.scale_grad_by_freq ? scaled_rows(weight, x) : weight, x,
                       {.offsets = offsets,
                        .mode = options.mode == "sum"    ? BagMode::sum
                                : options.mode == "mean" ? BagMode::mean
                                                         : BagMode::max,
                        .per_sample_weights = per_sample_weights,
                        .include_last_offset = options.include_last_offset,
                        .padding_idx = options.padding_idx.value_or(-1)});
}

std::string EmbeddingBag::extra_repr() const { return repr_of(options, false); }

}  // namespace triptych::eager::nn
