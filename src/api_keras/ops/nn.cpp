// keras.ops, the part of neural networks: what is more than another order of arguments.
#include "triptych/keras/ops/nn.h"

#include <string>

#include "api_keras/models/operation.h"
#include "api_keras/models/operation_json.h"
#include "core/support/printable.h"
#include "triptych/core/dtype_info.h"

namespace triptych::keras::ops {
namespace {

using Tensors = std::vector<Tensor>;

/// The arguments that all convolutions have.
Json convolution_config(const Axes& strides, const WindowPadding& padding, Text data_format,
                        const Axes& dilation_rate) {
  return {{"strides", numbers(strides)},
          {"padding", padding_word(padding)},
          {"data_format", std::string_view(data_format)},
          {"dilation_rate", numbers(dilation_rate)}};
}

/// One step of a functional model, unless the padding is a number, which Keras does not have.
Tensor convolved(const char* class_name, Json config, const Tensors& operands, const WindowPadding& padding,
                 const RecordedOperation::Run& run, Location where) {
  const Frame frame(where);
  if (padding.mode() == PaddingMode::numbers) return run(operands)[0];
  return apply({"nn", class_name, std::move(config)}, operands, run, where)[0];
}

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

Tensor conv(const Arg& inputs, const Arg& kernel, const Axes& strides, const WindowPadding& padding, Text data_format,
            const Axes& dilation_rate) {
  const ConvolutionOptions options{.strides = strides,
                                   .padding = padding,
                                   .data_format = data_format_of(data_format, inputs.where()),
                                   .dilations = dilation_rate};
  return convolved(
      "Conv", convolution_config(strides, padding, data_format, dilation_rate), {inputs.tensor(), kernel.tensor()},
      padding, [options](const Tensors& t) { return Tensors{convolution(t[0], t[1], options)}; }, inputs.where());
}

Tensor conv_transpose(const Arg& inputs, const Arg& kernel, const Axes& strides, const WindowPadding& padding,
                      const Axes& output_padding, Text data_format, const Axes& dilation_rate) {
  const ConvolutionTransposeOptions options{.strides = strides,
                                            .padding = padding,
                                            .data_format = data_format_of(data_format, inputs.where()),
                                            .dilations = dilation_rate,
                                            .output_padding = output_padding};
  Json config = convolution_config(strides, padding, data_format, dilation_rate);
  config["output_padding"] = output_padding.empty() ? Json() : numbers(output_padding);
  return convolved(
      "ConvTranspose", std::move(config), {inputs.tensor(), kernel.tensor()}, padding,
      [options](const Tensors& t) { return Tensors{convolution_transpose(t[0], t[1], options)}; }, inputs.where());
}

Tensor depthwise_conv(const Arg& inputs, const Arg& kernel, const Axes& strides, const WindowPadding& padding,
                      Text data_format, const Axes& dilation_rate) {
  const ConvolutionOptions options{.strides = strides,
                                   .padding = padding,
                                   .data_format = data_format_of(data_format, inputs.where()),
                                   .dilations = dilation_rate};
  return convolved(
      "DepthwiseConv", convolution_config(strides, padding, data_format, dilation_rate),
      {inputs.tensor(), kernel.tensor()}, padding,
      [options](const Tensors& t) { return Tensors{depthwise_convolution(t[0], t[1], options)}; }, inputs.where());
}

Tensor separable_conv(const Arg& inputs, const Arg& depthwise_kernel, const Arg& pointwise_kernel, const Axes& strides,
                      const WindowPadding& padding, Text data_format, const Axes& dilation_rate) {
  const ConvolutionOptions options{.strides = strides,
                                   .padding = padding,
                                   .data_format = data_format_of(data_format, inputs.where()),
                                   .dilations = dilation_rate};
  return convolved(
      "SeparableConv", convolution_config(strides, padding, data_format, dilation_rate),
      {inputs.tensor(), depthwise_kernel.tensor(), pointwise_kernel.tensor()}, padding,
      [options](const Tensors& t) { return Tensors{separable_convolution(t[0], t[1], t[2], options)}; },
      inputs.where());
}

Tensor unfold(const Arg& x, Size2 kernel_size, Size2 dilation, Size2 padding, Size2 stride) {
  return apply(
      {"nn",
       "Unfold",
       {{"kernel_size", numbers(kernel_size)},
        {"dilation", numbers(dilation)},
        {"padding", numbers(padding)},
        {"stride", numbers(stride)}}},
      {x.tensor()},
      [=](const Tensors& t) {
        return Tensors{
            triptych::unfold(t[0], kernel_size, {.dilation = dilation, .padding = padding, .stride = stride})};
      },
      x.where())[0];
}

Tensor fold(const Arg& x, Size2 output_size, Size2 kernel_size, Size2 dilation, Size2 padding, Size2 stride) {
  return apply(
      {"nn",
       "Fold",
       {{"output_size", numbers(output_size)},
        {"kernel_size", numbers(kernel_size)},
        {"dilation", numbers(dilation)},
        {"padding", numbers(padding)},
        {"stride", numbers(stride)}}},
      {x.tensor()},
      [=](const Tensors& t) {
        return Tensors{triptych::fold(t[0], output_size, kernel_size,
                                      {.dilation = dilation, .padding = padding, .stride = stride})};
      },
      x.where())[0];
}

Tensor adaptive_average_pool(const Arg& inputs, const Axes& output_size, Text data_format) {
  const Location where = inputs.where();
  const DataFormat format = data_format_of(data_format, where);
  return apply(
      {"nn",
       "AdaptiveAveragePool",
       {{"output_size", numbers(output_size)}, {"data_format", std::string_view(data_format)}}},
      {inputs.tensor()},
      [=](const Tensors& t) -> Tensors {
        const int axes = pooled_axes("adaptive_average_pool", Arg(t[0], where));
        const auto size = [&](int i) { return number_of(output_size, axes, i, where); };
        if (axes == 1) return {adaptive_avg_pool1d(t[0], size(0), format)};
        if (axes == 2) return {adaptive_avg_pool2d(t[0], {size(0), size(1)}, format)};
        return {adaptive_avg_pool3d(t[0], {size(0), size(1), size(2)}, format)};
      },
      where)[0];
}

Tensor adaptive_max_pool(const Arg& inputs, const Axes& output_size, Text data_format) {
  const Location where = inputs.where();
  const DataFormat format = data_format_of(data_format, where);
  return apply(
      {"nn",
       "AdaptiveMaxPool",
       {{"output_size", numbers(output_size)}, {"data_format", std::string_view(data_format)}}},
      {inputs.tensor()},
      [=](const Tensors& t) -> Tensors {
        const int axes = pooled_axes("adaptive_max_pool", Arg(t[0], where));
        const auto size = [&](int i) { return number_of(output_size, axes, i, where); };
        if (axes == 1) return {adaptive_max_pool1d(t[0], size(0), format)};
        if (axes == 2) return {adaptive_max_pool2d(t[0], {size(0), size(1)}, format)};
        return {adaptive_max_pool3d(t[0], {size(0), size(1), size(2)}, format)};
      },
      where)[0];
}

namespace {

Tensor attention(const Tensors& operands, std::optional<double> scale, bool is_causal, Location where) {
  for (int i = 0; i < 3; ++i)
    if (const Tensor& heads = operands[static_cast<std::size_t>(i)]; heads.ndim(where) != 4)
      throw ArgumentError("dot_product_attention", "heads are not (n, length, heads, width)", heads.shape().text(), "",
                          where);
  const auto heads_first = [](const Tensor& x) { return triptych::transpose(x, 1, 2); };
  const Tensor q = heads_first(operands[0]), k = heads_first(operands[1]), v = heads_first(operands[2]);
  Tensor added = operands[3], allowed = operands[4];
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

}  // namespace

Tensor dot_product_attention(const Arg& query, const Arg& key, const Arg& value, const Tensor& bias, const Tensor& mask,
                             std::optional<double> scale, bool is_causal) {
  const Location where = query.where();
  return apply(
      {"nn",
       "DotProductAttention",
       {{"is_causal", is_causal}, {"flash_attention", nullptr}, {"attn_logits_soft_cap", nullptr}},
       {scale ? Json(*scale) : Json()}},
      {query.tensor(), key.tensor(), value.tensor(), bias, mask},
      [=](const Tensors& t) { return Tensors{attention(t, scale, is_causal, where)}; }, where)[0];
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
  const Location where = x.where();
  return apply(
      {"nn", "RMSNorm", {{"axis", numbers(axis)}, {"epsilon", epsilon}}}, {x.tensor(), scale},
      [=](const Tensors& t) {
        return Tensors{
            over_last("rms_normalization", Arg(t[0], where), axis, [&](const Tensor& moved, const Shape& lengths) {
              return rms_norm(Arg(moved, where), lengths, t[1].defined() ? reshape(t[1], lengths) : t[1], epsilon);
            })};
      },
      where)[0];
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
  return apply(
      {"nn", "SparseCategoricalCrossentropy", {{"from_logits", from_logits}, {"axis", axis}}},
      {target.tensor(), output.tensor()},
      [=](const Tensors& t) {
        const Tensor scores = axis == -1 ? t[1] : triptych::moveaxis(t[1], axis, -1);
        return Tensors{sparse_softmax_cross_entropy(from_logits ? scores : log(clip(scores, 1e-7, 1 - 1e-7)), t[0])};
      },
      output.where())[0];
}

Tensor ctc_loss(const Arg& target, const Arg& output, const Arg& target_length, const Arg& output_length,
                std::int64_t mask_index) {
  return apply(
      {"nn", "CTCLoss", {{"mask_index", mask_index}}},
      {target.tensor(), output.tensor(), target_length.tensor(), output_length.tensor()},
      [mask_index](const Tensors& t) {
        const Tensor by_time = triptych::transpose(t[1], 0, 1);
        return Tensors{triptych::ctc_loss(triptych::log_softmax(by_time, -1), t[0], t[3], t[2],
                                          {.blank = mask_index, .reduction = Reduction::none})};
      },
      output.where())[0];
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
