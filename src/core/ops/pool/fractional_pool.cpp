// Fractional max pooling: the windows' elements are gathered, axis by axis.
#include "triptych/core/ops/fractional_pool.h"

#include <string>
#include <vector>

#include "core/ops/ops.h"
#include "core/random/random.h"
#include "core/support/error_context.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

struct Axis {
  std::int64_t kernel, output;
};

/// The length of the result along an axis.
std::int64_t output_of(const char* op, std::optional<std::int64_t> size, std::optional<double> ratio,
                       std::int64_t length, Location where) {
  if (size.has_value() == ratio.has_value())
    throw ArgumentError(op, "not one of output_size and output_ratio is given", size ? "both" : "none", "", where);
  if (size) return *size;
  if (!(*ratio > 0 && *ratio < 1))
    throw ArgumentError(op, "output_ratio is not between 0 and 1", std::to_string(*ratio), "", where);
  return static_cast<std::int64_t>(static_cast<double>(length) * *ratio);
}

/// Where the windows begin, (n, c, output), for places `sample` (n, c) in [0, 1).
Tensor starts(const Axis& axis, std::int64_t length, const Tensor& sample) {
  const std::int64_t last = length - axis.kernel;
  const Tensor end = cast(full_like(unsqueeze(sample, -1), static_cast<double>(last)), int64);
  if (axis.output == 1) return end;
  const double step = static_cast<double>(last) / static_cast<double>(axis.output - 1);
  const Tensor number = arange(0, axis.output - 1, 1, sample.dtype()), u = unsqueeze(sample, -1);
  const Tensor before = floor((number + u) * step) - floor(u * step);
  return concat({cast(before, int64), end}, -1);
}

MaxPooled pooled(const char* op, const Arg& x, int spatial, const std::vector<Axis>& axes, const Tensor& random_samples,
                 bool width_first) {
  const Location where = x.where();
  const Tensor& given = operand(op, x);
  const bool single = given.ndim() == spatial + 1;
  Tensor image = single ? unsqueeze(x, 0) : given;
  const auto count = static_cast<std::size_t>(spatial);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t length = image.shape().dim(static_cast<int>(i) + 2).value(where);
    if (axes[i].kernel < 1 || axes[i].output < 1 || axes[i].kernel > length ||
        axes[i].output > length - axes[i].kernel + 1)
      throw ArgumentError(op, "windows do not fit in x",
                          std::to_string(axes[i].output) + " windows of " + std::to_string(axes[i].kernel) +
                              " elements in " + std::to_string(length),
                          "", where);
  }
  const DeviceScope beside(image.device());
  Tensor samples = random_samples;
  if (!samples.defined()) {
    const Tensor like = image.detach();
    Tensor channels = like;
    while (channels.ndim() > 2) channels = select(channels, -1, 0);
    const Tensor room = expand(unsqueeze(channels, -1), {-1, -1, spatial});
    samples = rand_like(is_floating(room.dtype()) ? room : cast(room, float32));
  } else if (samples.ndim() == 2) {
    samples = unsqueeze(samples, 0);
  }
  if (samples.ndim() != 3 || conflict(samples.shape().dim(-1), spatial) || !is_floating(samples.dtype()))
    throw ArgumentError(op, "random_samples are not (n, c, " + std::to_string(spatial) + ") floating numbers",
                        samples.shape().text(), "", where);
  // Axis after axis: its windows' elements side by side; and the number of each among all of x's.
  Tensor number;
  std::int64_t stride = 1;
  for (std::size_t i = count; i-- > 0;) {
    const int axis = static_cast<int>(i) + 2;
    const std::int64_t length = image.size(axis, where);
    const Tensor sample = select(samples, -1, static_cast<std::int64_t>(width_first ? count - 1 - i : i));
    Tensor places = flatten(unsqueeze(starts(axes[i], length, sample), -1) + arange(axes[i].kernel), 2, 3);
    for (int j = 2; j < 2 + spatial; ++j)
      if (j != axis) places = unsqueeze(places, j);
    number = number.defined() ? number + places * stride : places * stride;
    stride *= length;
    image = take_along_axis(image, places, axis);
  }
  number = expand_like(number, image);
  const auto windows = [&](Tensor t) {
    Axes order{0, 1};
    for (int i = 0; i < spatial; ++i) order.append(2 + 2 * i);
    for (int i = 0; i < spatial; ++i) order.append(3 + 2 * i);
    for (int i = spatial - 1; i >= 0; --i) {
      const auto at = static_cast<std::size_t>(i);
      t = unflatten(t, i + 2, {axes[at].output, axes[at].kernel});
    }
    return flatten(permute(t, order), 2 + spatial, -1);
  };
  const auto [values, chosen] = max_with_indices(windows(image), -1, true);
  const Tensor indices = gather(windows(number), -1, chosen);
  const auto shaped = [&](const Tensor& t) { return single ? squeeze(t, {0, t.ndim() - 1}) : squeeze(t, -1); };
  return {shaped(values), shaped(indices)};
}

void check_rank(const char* op, const Arg& x, int spatial) {
  const Tensor& given = operand(op, x);
  if (given.ndim() != spatial + 1 && given.ndim() != spatial + 2)
    throw ArgumentError(op, "x has the wrong number of dimensions", given.shape().text(), "", x.where());
}

template <class Options>
std::vector<Axis> axes_of(const char* op, const Arg& x, const Options& options) {
  constexpr int spatial = std::is_same_v<Options, FractionalMaxPool2dOptions> ? 2 : 3;
  check_rank(op, x, spatial);
  const Tensor& given = x.tensor();
  std::vector<Axis> axes;
  for (int i = 0; i < spatial; ++i) {
    std::optional<std::int64_t> size;
    std::optional<double> ratio;
    std::int64_t kernel;
    if constexpr (spatial == 2) {
      kernel = i == 0 ? options.kernel_size.height : options.kernel_size.width;
      if (options.output_size) size = i == 0 ? options.output_size->height : options.output_size->width;
      if (options.output_ratio) ratio = i == 0 ? options.output_ratio->first : options.output_ratio->second;
    } else {
      const auto of = [i](auto depth, auto height, auto width) { return i == 0 ? depth : i == 1 ? height : width; };
      kernel = of(options.kernel_size.depth, options.kernel_size.height, options.kernel_size.width);
      if (options.output_size)
        size = of(options.output_size->depth, options.output_size->height, options.output_size->width);
      if (options.output_ratio)
        ratio = of(options.output_ratio->depth, options.output_ratio->height, options.output_ratio->width);
    }
    const std::int64_t length = given.shape().dim(given.ndim() - spatial + i).value(x.where());
    axes.push_back({kernel, output_of(op, size, ratio, length, x.where())});
  }
  return axes;
}

}  // namespace

MaxPooled fractional_max_pool2d_with_indices(Arg x, FractionalMaxPool2dOptions options) {
  const Called called("fractional_max_pool2d");
  const Frame frame(x.where());
  const Transaction whole;
  return pooled("fractional_max_pool2d", x, 2, axes_of("fractional_max_pool2d", x, options), options.random_samples,
                true);
}
MaxPooled fractional_max_pool3d_with_indices(Arg x, FractionalMaxPool3dOptions options) {
  const Called called("fractional_max_pool3d");
  const Frame frame(x.where());
  const Transaction whole;
  return pooled("fractional_max_pool3d", x, 3, axes_of("fractional_max_pool3d", x, options), options.random_samples,
                false);
}
Tensor fractional_max_pool2d(Arg x, FractionalMaxPool2dOptions options) {
  return fractional_max_pool2d_with_indices(std::move(x), std::move(options)).values;
}
Tensor fractional_max_pool3d(Arg x, FractionalMaxPool3dOptions options) {
  return fractional_max_pool3d_with_indices(std::move(x), std::move(options)).values;
}

}  // namespace triptych
