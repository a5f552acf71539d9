// tf.nn: what is more than another order of arguments.
#include "triptych/lowlevel/names/nn.h"

#include <limits>
#include <numbers>
#include <string>

#include "core/support/checked.h"
#include "triptych/core/ops/ctc.h"

namespace triptych::lowlevel::nn {

Tensor bias_add(const Arg& value, const Arg& bias, Text data_format) {
  const Frame frame(value.where());
  const Tensor& x = value.tensor();
  if (bias.tensor().ndim(bias.where()) != 1)
    throw ArgumentError("bias_add", "the bias is not a vector", bias.tensor().shape().text(), "", value.where());
  if (data_format_of(data_format, value.where()) == DataFormat::nhwc || x.ndim(value.where()) < 3)
    return add(value, bias);
  Tensor shaped = bias.tensor();
  for (int axis = 2; axis < x.ndim(); ++axis) shaped = unsqueeze(shaped, -1);
  return add(value, shaped);
}

SufficientStatistics sufficient_statistics(const Arg& x, const Axes& axes, const Tensor& shift, bool keepdims) {
  const Frame frame(x.where());
  const Tensor moved = shift.defined() ? sub(x, shift) : x.tensor();
  // How many elements there are may be unknown: they are counted.
  const Tensor counted = sum(ones_like(moved.detach()), axes, true);
  Tensor count = counted;
  while (count.ndim() > 0) count = select(count, 0, 0);
  return {count, sum(moved, axes, keepdims), sum(square(moved), axes, keepdims), shift};
}

Moments normalize_moments(const Arg& counts, const Arg& mean_ss, const Arg& variance_ss, const Tensor& shift) {
  const Frame frame(counts.where());
  const Tensor moved = div(mean_ss, counts);
  const Tensor variance = div(variance_ss, counts) - square(moved);
  return {shift.defined() ? moved + shift : moved, variance};
}

// --- Windows --------------------------------------------------------------------------------------------------------

namespace {

/// The largest sum under each window of images (n, h, w, c).
Tensor dilated(const char* op, const Arg& input, const Tensor& filters, const Axes& strides,
               const WindowPadding& padding, Text data_format, const Axes& dilations) {
  const Location where = input.where();
  if (data_format_of(data_format, where) != DataFormat::nhwc)
    throw UnsupportedError(op, "the channels are not last", std::string(data_format), "TensorFlow has no other format",
                           where);
  const Tensor& images = input.tensor();
  if (filters.ndim(where) != 3 || images.ndim(where) != 4)
    throw ArgumentError(op, "the images are not (n, h, w, c), or the filters not (h, w, c)",
                        images.shape().text() + " and " + filters.shape().text(), "", where);
  const Axes sizes{filters.size(0, where), filters.size(1, where)};
  const double least = -std::numeric_limits<double>::infinity();
  // Zeros of padding must not win: what is padded is marked by patches of ones.
  const ExtractPatchesOptions options{.strides = strides, .rates = dilations, .padding = padding};
  const Tensor patches = extract_patches(Arg(images, where), sizes, options),
               inside = extract_patches(ones_like(images.detach()), sizes, options);
  const Tensor sums = triptych::where(equal(inside, 0), least, patches + flatten(filters));
  const std::int64_t channels = filters.size(2, where);
  const Tensor windows = unflatten(sums, 3, {sizes[0] * sizes[1], channels});
  return max(windows, 3);
}

}  // namespace

Tensor dilation2d(const Arg& input, const Arg& filters, const Axes& strides, const WindowPadding& padding,
                  Text data_format, const Axes& dilations) {
  const Frame frame(input.where());
  return dilated("dilation2d", input, filters.tensor(), strides, padding, data_format, dilations);
}

Tensor erosion2d(const Arg& value, const Arg& filters, const Axes& strides, const WindowPadding& padding,
                 Text data_format, const Axes& dilations) {
  const Frame frame(value.where());
  const Tensor turned = flip(filters, {0, 1}), negated = neg(value);
  return neg(dilated("erosion2d", Arg(negated, value.where()), turned, strides, padding, data_format, dilations));
}

Tensor pool(const Arg& input, const Axes& window_shape, Text pooling_type, const Axes& strides,
            const WindowPadding& padding, Text data_format) {
  if (pooling_type == "MAX") return nn::max_pool(input, window_shape, strides, padding, data_format);
  if (pooling_type == "AVG") return nn::avg_pool(input, window_shape, strides, padding, data_format);
  throw ArgumentError("pool", "there is no such pooling", "\"" + std::string(pooling_type) + "\"",
                      "It is \"MAX\" or \"AVG\"", input.where());
}

MaxPooledWithArgmax max_pool_with_argmax(const Arg& input, const Axes& ksize, const Axes& strides,
                                         const WindowPadding& padding, bool include_batch_in_index) {
  const Frame frame(input.where());
  const Tensor& images = input.tensor();
  if (images.ndim(input.where()) != 4)
    throw ArgumentError("max_pool_with_argmax", "the images are not (n, h, w, c)", images.shape().text(), "",
                        input.where());
  const auto two = [&](const Axes& given) {
    return given.size() == 1   ? Size2(given[0])
           : given.size() == 4 ? Size2(given[1], given[2])
                               : Size2(given[0], given[1]);
  };
  MaxPool2dOptions options{.kernel_size = two(ksize), .stride = two(strides), .data_format = DataFormat::nhwc};
  if (padding.mode() == PaddingMode::numbers)
    throw UnsupportedError("max_pool_with_argmax", "paddings are numbers", "pairs", "Give \"SAME\" or \"VALID\"",
                           input.where());
  options.padding = padding.mode() == PaddingMode::same ? "same" : "valid";
  const auto [values, places] = max_pool2d_with_indices(input, options);
  const std::int64_t channels = images.size(3, input.where());
  Tensor index = places * channels + arange(0, channels, 1, int64).to(images.device());
  if (include_batch_in_index) {
    const std::int64_t size = checked_multiply(images.size(1) * images.size(2), channels, "an image");
    const Tensor example = cumsum(ones_like(index), 0) - 1;
    index = index + example * size;
  }
  return {values, index};
}

// --- Losses ---------------------------------------------------------------------------------------------------------

Tensor log_poisson_loss(const Arg& targets, const Arg& log_input, bool compute_full_loss) {
  const Frame frame(targets.where());
  const Tensor loss = exp(log_input) - mul(log_input, targets);
  if (!compute_full_loss) return loss;
  const Tensor& z = targets.tensor();
  const Tensor small = logical_and(greater_equal(z, 0), less_equal(z, 1)), safe = where(small, 1, z);
  const Tensor stirling = safe * log(safe) - safe + log(safe * (2 * std::numbers::pi)) * 0.5;
  return loss + where(small, 0, stirling);
}

Tensor compute_average_loss(const Arg& per_example_loss, const Tensor& sample_weight, std::int64_t global_batch_size) {
  const Frame frame(per_example_loss.where());
  const Tensor& losses = per_example_loss.tensor();
  const Tensor weighted = sample_weight.defined() ? losses * sample_weight : losses;
  if (global_batch_size < 0)
    throw ArgumentError("compute_average_loss", "global_batch_size is negative", std::to_string(global_batch_size), "",
                        per_example_loss.where());
  const Tensor total = sum(weighted);
  return global_batch_size > 0 ? total / global_batch_size : total / sum(ones_like(losses.detach()));
}

Tensor ctc_loss(const Arg& labels, const Arg& logits, const Arg& label_length, const Arg& logit_length,
                bool logits_time_major, std::int64_t blank_index) {
  const Frame frame(logits.where());
  const Tensor by_time = logits_time_major ? logits.tensor() : triptych::transpose(logits, 0, 1);
  const std::int64_t classes = by_time.size(-1, logits.where());
  const std::int64_t blank = blank_index < 0 ? blank_index + classes : blank_index;
  return triptych::ctc_loss(triptych::log_softmax(by_time, -1), labels, logit_length, label_length,
                            {.blank = blank, .reduction = Reduction::none});
}

namespace {

struct SampledLogits {
  Tensor logits, labels;
};

SampledLogits sampled_logits(const char* op, const Arg& weights, const Arg& biases, const Arg& labels,
                             const Arg& inputs, std::int64_t num_sampled, std::int64_t num_classes,
                             const SampledLossOptions& options) {
  const Location where = inputs.where();
  const std::int64_t num_true = options.num_true;
  if (num_true < 1) throw ArgumentError(op, "num_true is not positive", std::to_string(num_true), "", where);
  const Tensor classes = cast(labels, int64);
  if (classes.ndim() != 2 || conflict(classes.shape().dim(1), num_true))
    throw ArgumentError(op, "labels are not (n, num_true)", classes.shape().text(), "", where);
  random::Candidates drawn = options.sampled_values;
  if (!drawn.sampled_candidates.defined())
    drawn = random::log_uniform_candidate_sampler(classes, num_true, num_sampled, true, num_classes, options.seed);
  const Tensor sampled = cast(Arg(drawn.sampled_candidates, where), int64).detach();
  const DType dtype = inputs.tensor().dtype();
  // (n, num_true): each input with the weights of its own classes; (n, num_sampled): all with those that were drawn.
  const Tensor own = sum(unsqueeze(inputs, 1) * embedding(weights, classes), -1) + take(biases, classes, 0);
  const Tensor others =
      triptych::matmul(inputs, triptych::transpose(embedding(weights, sampled))) + take(biases, sampled, 0);
  const auto corrected = [&](const Tensor& logits, const Tensor& expected) {
    return logits - log(cast(Arg(expected, where), dtype).detach());
  };
  Tensor drawn_logits = corrected(others, drawn.sampled_expected_count);
  if (options.remove_accidental_hits) {
    const Tensor hit = any(equal(unsqueeze(classes, -1), sampled), 1);
    drawn_logits = triptych::where(hit, -std::numeric_limits<float>::max(), drawn_logits);
  }
  const Tensor true_logits = corrected(own, drawn.true_expected_count);
  const Tensor shares = full_like(true_logits.detach(), 1.0 / static_cast<double>(num_true));
  return {triptych::concat({true_logits, drawn_logits}, 1),
          triptych::concat({shares, zeros_like(drawn_logits.detach())}, 1)};
}

}  // namespace

Tensor sampled_softmax_loss(const Arg& weights, const Arg& biases, const Arg& labels, const Arg& inputs,
                            std::int64_t num_sampled, std::int64_t num_classes, const SampledLossOptions& options) {
  const Frame frame(inputs.where());
  const auto [logits, shares] =
      sampled_logits("sampled_softmax_loss", weights, biases, labels, inputs, num_sampled, num_classes, options);
  return softmax_cross_entropy(logits, shares);
}

Tensor nce_loss(const Arg& weights, const Arg& biases, const Arg& labels, const Arg& inputs, std::int64_t num_sampled,
                std::int64_t num_classes, const SampledLossOptions& options) {
  const Frame frame(inputs.where());
  const auto [logits, shares] =
      sampled_logits("nce_loss", weights, biases, labels, inputs, num_sampled, num_classes, options);
  return sum(binary_cross_entropy_with_logits(logits, shares, {.reduction = Reduction::none}), 1);
}

}  // namespace triptych::lowlevel::nn
