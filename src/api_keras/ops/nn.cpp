// keras.ops, the part of neural networks: what is more than another order of arguments.
#include "triptych/keras/ops/nn.h"

#include <string>

#include "core/support/printable.h"
#include "triptych/core/dtype_info.h"

namespace triptych::keras::ops {
namespace {

/// The number for each of the axes of a pool.
std::int64_t number_of(const Axes& given, int axes, int i, Location where) {
  if (given.size() != 1 && given.size() != axes)
    throw ArgumentError("adaptive_pool", "there is not a size for each axis",
                        std::to_string(given.size()) + " sizes for " + std::to_string(axes) + " axes", "", where);
  return given[given.size() == 1 ? 0 : i];
}

int pooled_axes(const char* op, const Arg& inputs) {
  const int axes = inputs.tensor().ndim(inputs.where()) - 2;
  if (axes < 1 || axes > 3)
    throw ArgumentError(op, "inputs have not a batch, channels and one to three axes", inputs.tensor().shape().text(),
                        "", inputs.where());
  return axes;
}

/// A parameter (c,) along `axis` of x.
Tensor along(const Tensor& parameter, const Tensor& x, int axis, Location where) {
  if (!parameter.defined()) return parameter;
  if (parameter.ndim() != 1)
    throw ArgumentError("batch_normalization", "a parameter is not a vector", parameter.shape().text(), "", where);
  Tensor shaped = parameter;
  for (int i = axis + 1; i < x.ndim(); ++i) shaped = unsqueeze(shaped, -1);
  return shaped;
}

/// What normalizes over `axis`, the last axes in their order; or with the axes moved there and back.
template <class Normalize>
Tensor over_last(const char* op, const Arg& x, const Axes& axis, Normalize normalize) {
  const Tensor& given = x.tensor();
  const int rank = given.ndim(x.where());
  if (axis.empty()) throw ArgumentError(op, "there is no axis", "()", "", x.where());
  Axes from, to;
  for (int i = 0; i < axis.size(); ++i) {
    from.append(normalize_axis(op, axis[i], rank, x.where()));
    to.append(rank - axis.size() + i);
  }
  const bool last = from == to;
  const Tensor moved = last ? given : triptych::moveaxis(x, from, to);
  Shape lengths;
  for (int i = 0; i < axis.size(); ++i)
    lengths.append(moved.shape().dim(static_cast<int>(to[i])).value(x.where()), x.where());
  const Tensor result = normalize(moved, lengths);
  return last ? result : triptych::moveaxis(result, to, from);
}

}  // namespace

Tensor adaptive_average_pool(const Arg& inputs, const Axes& output_size, Text data_format) {
  const Frame frame(inputs.where());
  const int axes = pooled_axes("adaptive_average_pool", inputs);
  const DataFormat format = data_format_of(data_format, inputs.where());
  const auto size = [&](int i) { return number_of(output_size, axes, i, inputs.where()); };
  if (axes == 1) return adaptive_avg_pool1d(inputs, size(0), format);
  if (axes == 2) return adaptive_avg_pool2d(inputs, {size(0), size(1)}, format);
  return adaptive_avg_pool3d(inputs, {size(0), size(1), size(2)}, format);
}

Tensor adaptive_max_pool(const Arg& inputs, const Axes& output_size, Text data_format) {
  const Frame frame(inputs.where());
  const int axes = pooled_axes("adaptive_max_pool", inputs);
  const DataFormat format = data_format_of(data_format, inputs.where());
  const auto size = [&](int i) { return number_of(output_size, axes, i, inputs.where()); };
  if (axes == 1) return adaptive_max_pool1d(inputs, size(0), format);
  if (axes == 2) return adaptive_max_pool2d(inputs, {size(0), size(1)}, format);
  return adaptive_max_pool3d(inputs, {size(0), size(1), size(2)}, format);
}

Tensor dot_product_attention(const Arg& query, const Arg& key, const Arg& value, const Tensor& bias, const Tensor& mask,
                             std::optional<double> scale, bool is_causal) {
  const Location where = query.where();
  const Frame frame(where);
  for (const Arg* heads : {&query, &key, &value})
    if (heads->tensor().ndim(where) != 4)
      throw ArgumentError("dot_product_attention", "heads are not (n, length, heads, width)",
                          heads->tensor().shape().text(), "", where);
  const auto heads_first = [](const Arg& x) { return triptych::transpose(x, 1, 2); };
  const Tensor q = heads_first(query), k = heads_first(key), v = heads_first(value);
  Tensor allowed = mask, added = bias;
  if (is_causal && (allowed.defined() || added.defined())) {
    // Together with a mask the order is one more of them.
    const std::int64_t queries = q.size(-2, where), keys = k.size(-2, where);
    const Tensor causal = tril(ones({queries, keys}, boolean, where));
    allowed = allowed.defined() ? triptych::logical_and(allowed, causal) : causal;
  }
  // As Keras has it: a query that may look at no key looks at all alike.
  const double least = -0.7 * finfo(q.dtype()).max;
  if (added.defined()) added = cast(added, q.dtype());
  const Tensor both = !allowed.defined() ? added
                      : added.defined()  ? triptych::where(allowed, added, least)
                                         : cast(triptych::where(allowed, 0.0, full({}, least, q.dtype())), q.dtype());
  const Tensor result = scaled_dot_product_attention(
      q, k, v, {.attn_mask = both, .is_causal = is_causal && !both.defined(), .scale = scale});
  return triptych::transpose(result, 1, 2);
}

Tensor one_hot(const Arg& x, std::int64_t num_classes, std::int64_t axis, DType dtype) {
  const Frame frame(x.where());
  if (num_classes < 1)
    throw ArgumentError("one_hot", "num_classes is below 1", std::to_string(num_classes), "", x.where());
  const Tensor classes = triptych::arange(0, num_classes, 1, int64);
  const Tensor hot = cast(triptych::equal(unsqueeze(cast(x.tensor(), int64), -1), classes), dtype);
  return axis == -1 ? hot : triptych::moveaxis(hot, -1, axis);
}

Tensor multi_hot(const Arg& inputs, std::int64_t num_classes, std::int64_t axis, DType dtype) {
  const Frame frame(inputs.where());
  const int labels = inputs.tensor().ndim(inputs.where()) > 1 ? 1 : 0;
  return triptych::max(one_hot(inputs, num_classes, axis, dtype), labels);
}

Tensor batch_normalization(const Arg& x, const Arg& mean, const Arg& variance, std::int64_t axis, const Tensor& offset,
                           const Tensor& scale, double epsilon) {
  const Frame frame(x.where());
  const Tensor& given = x.tensor();
  const int at = normalize_axis("batch_normalization", axis, given.ndim(x.where()), x.where());
  const auto shaped = [&](const Tensor& parameter) { return along(parameter, given, at, x.where()); };
  return normalized_by(x, shaped(mean.tensor()), shaped(variance.tensor()), shaped(offset), shaped(scale), epsilon);
}

Tensor rms_normalization(const Arg& x, const Tensor& scale, const Axes& axis, double epsilon) {
  const Frame frame(x.where());
  return over_last("rms_normalization", x, axis, [&](const Tensor& moved, const Shape& lengths) {
    return rms_norm(Arg(moved, x.where()), lengths, scale.defined() ? reshape(scale, lengths) : scale, epsilon);
  });
}

Tensor layer_normalization(const Arg& x, const Tensor& gamma, const Tensor& beta, const Axes& axis, double epsilon) {
  const Frame frame(x.where());
  return over_last("layer_normalization", x, axis, [&](const Tensor& moved, const Shape& lengths) {
    const auto shaped = [&](const Tensor& parameter) {
      return parameter.defined() ? reshape(parameter, lengths) : parameter;
    };
    return layer_norm(Arg(moved, x.where()), lengths, shaped(gamma), shaped(beta), epsilon);
  });
}

Tensor sparse_categorical_crossentropy(const Arg& target, const Arg& output, bool from_logits, std::int64_t axis) {
  const Frame frame(output.where());
  const Tensor scores = axis == -1 ? output.tensor() : triptych::moveaxis(output, axis, -1);
  return sparse_softmax_cross_entropy(from_logits ? scores : log(clip(scores, 1e-7, 1 - 1e-7)), target);
}

Tensor ctc_loss(const Arg& target, const Arg& output, const Arg& target_length, const Arg& output_length,
                std::int64_t mask_index) {
  const Frame frame(output.where());
  const Tensor by_time = triptych::transpose(output, 0, 1);
  return triptych::ctc_loss(triptych::log_softmax(by_time, -1), target, output_length, target_length,
                            {.blank = mask_index, .reduction = Reduction::none});
}

Decoded ctc_decode(const Arg& inputs, const Arg& sequence_lengths, Text strategy, std::int64_t beam_width,
                   std::int64_t top_paths, bool merge_repeated, std::int64_t mask_index) {
  const Frame frame(inputs.where());
  if (strategy == "beam_search")
    throw UnsupportedError("ctc_decode", "there is no beam search",
                           std::to_string(beam_width) + " beams, " + std::to_string(top_paths) + " paths",
                           "Give \"greedy\"", inputs.where());
  if (strategy != "greedy")
    throw ArgumentError("ctc_decode", "there is no such strategy", "\"" + printable(std::string(strategy)) + "\"",
                        "It is \"greedy\"", inputs.where());
  const CtcDecoded decoded =
      ctc_greedy_decode(inputs, sequence_lengths, {.blank = mask_index, .merge_repeated = merge_repeated});
  return {unsqueeze(decoded.labels, 0), unsqueeze(decoded.neg_sum_logits, 1)};
}

}  // namespace triptych::keras::ops
