#include "triptych/eager/functional.h"

#include <limits>

namespace triptych::eager::nn::functional {

Tensor one_hot(const Arg& input, std::int64_t num_classes) {
  if (num_classes != -1) return triptych::one_hot(input, num_classes, int64);
  const Location where = input.where();
  const Tensor& classes = input.tensor();
  if (classes.numel(where) == 0)
    throw ArgumentError("one_hot", "the number of classes of no values is not known", classes.shape(where).text(),
                        "Give num_classes", where);
  const auto largest = triptych::max(input).item<std::int64_t>(where);
  return triptych::one_hot(input, largest == std::numeric_limits<std::int64_t>::max() ? largest : largest + 1, int64);
}

Tensor pad(const Arg& input, const std::vector<std::int64_t>& pad, Text mode, Scalar value) {
  if (mode != "constant")
    throw ArgumentError("pad", "a mode other than 'constant' has no value", "'" + std::string(mode) + "'",
                        "Leave the value out", input.where());
  return functional::pad(input, pad, value);
}

namespace detail {

Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias, const triptych::Conv1dOptions& options) {
  return bias.defined() ? triptych::conv1d(input, weight, Arg(bias, input.where()), options)
                        : triptych::conv1d(input, weight, options);
}
Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias, const triptych::Conv2dOptions& options) {
  return bias.defined() ? triptych::conv2d(input, weight, Arg(bias, input.where()), options)
                        : triptych::conv2d(input, weight, options);
}
Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias, const triptych::Conv3dOptions& options) {
  return bias.defined() ? triptych::conv3d(input, weight, Arg(bias, input.where()), options)
                        : triptych::conv3d(input, weight, options);
}
Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                 const triptych::ConvTranspose1dOptions& options) {
  return bias.defined() ? triptych::conv_transpose1d(input, weight, Arg(bias, input.where()), options)
                        : triptych::conv_transpose1d(input, weight, options);
}
Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                 const triptych::ConvTranspose2dOptions& options) {
  return bias.defined() ? triptych::conv_transpose2d(input, weight, Arg(bias, input.where()), options)
                        : triptych::conv_transpose2d(input, weight, options);
}
Tensor convolved(const Arg& input, const Arg& weight, const Tensor& bias,
                 const triptych::ConvTranspose3dOptions& options) {
  return bias.defined() ? triptych::conv_transpose3d(input, weight, Arg(bias, input.where()), options)
                        : triptych::conv_transpose3d(input, weight, options);
}

std::vector<std::pair<std::int64_t, std::int64_t>> padding_by_axis(const Arg& input,
                                                                   const std::vector<std::int64_t>& pad) {
  const auto rank = static_cast<std::size_t>(input.tensor().ndim(input.where()));
  if (pad.size() % 2 != 0 || pad.size() / 2 > rank)
    throw ArgumentError("pad", "the sizes are not two for each of the last axes",
                        std::to_string(pad.size()) + " sizes for a tensor of " + std::to_string(rank) + " axes",
                        "Give (left, right) of the last axis first", input.where());
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(rank);
  for (std::size_t i = 0; i < pad.size() / 2; ++i) padding[rank - 1 - i] = {pad[2 * i], pad[2 * i + 1]};
  return padding;
}

}  // namespace detail
}  // namespace triptych::eager::nn::functional
