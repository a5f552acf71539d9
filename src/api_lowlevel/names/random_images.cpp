// tf.image: what is drawn. The functions with a state and those without differ in where their numbers come from.
#include <cmath>
#include <functional>
#include <string>

#include "triptych/lowlevel/names/image.h"

namespace triptych::lowlevel::image {
namespace {

/// Numbers of `shape`, uniform in [low, high).
using Draw = std::function<Tensor(const Shape& shape, double low, double high, DType dtype)>;

Draw drawn_by(const Seed& seed, Location where) {
  return [&seed, where](const Shape& shape, double low, double high, DType dtype) {
    return random::uniform(shape, low, high, dtype, seed, where);
  };
}
Draw drawn_by(const random::StatelessSeed& seed, Location where) {
  return [&seed, where](const Shape& shape, double low, double high, DType dtype) {
    return random::stateless_uniform(shape, seed, low, high, dtype, where);
  };
}

DType float_of(const Arg& image) {
  const DType dtype = image.tensor().dtype(image.where());
  return is_floating(dtype) ? dtype : float32;
}

void check_delta(const char* op, double max_delta, double most, Location where) {
  if (!(max_delta >= 0 && max_delta <= most))
    throw ArgumentError(op, "max_delta is negative or too large", std::to_string(max_delta), "", where);
}
void check_bounds(const char* op, double lower, double upper, Location where) {
  if (!(lower >= 0 && lower < upper && std::isfinite(upper)))
    throw ArgumentError(op, "the bounds are not 0 or more, the first below the second",
                        std::to_string(lower) + " and " + std::to_string(upper), "", where);
}

Tensor brightness(const Arg& image, double max_delta, const Draw& draw) {
  const Frame frame(image.where());
  check_delta("random_brightness", max_delta, 1e30, image.where());
  const DeviceScope beside(image.tensor().device(image.where()));
  return add(image, draw({}, -max_delta, max_delta, float_of(image)));
}

Tensor contrast(const Arg& image, double lower, double upper, const Draw& draw) {
  const Frame frame(image.where());
  check_bounds("random_contrast", lower, upper, image.where());
  const DeviceScope beside(image.tensor().device(image.where()));
  const Tensor average = mean(image, {-3, -2}, true);
  return sub(image, average) * draw({}, lower, upper, float_of(image)) + average;
}

Tensor hue(const Arg& image, double max_delta, const Draw& draw) {
  const Frame frame(image.where());
  check_delta("random_hue", max_delta, 0.5, image.where());
  const DeviceScope beside(image.tensor().device(image.where()));
  const Tensor hsv = triptych::rgb_to_hsv(image);
  const Tensor turned = remainder(slice(hsv, -1, {0, 1}) + draw({}, -max_delta, max_delta, hsv.dtype()), 1);
  return triptych::hsv_to_rgb(triptych::concat({turned, slice(hsv, -1, {1, none})}, -1));
}

Tensor saturation(const Arg& image, double lower, double upper, const Draw& draw) {
  const Frame frame(image.where());
  check_bounds("random_saturation", lower, upper, image.where());
  const DeviceScope beside(image.tensor().device(image.where()));
  const Tensor hsv = triptych::rgb_to_hsv(image);
  const Tensor scaled = clip(slice(hsv, -1, {1, 2}) * draw({}, lower, upper, hsv.dtype()), 0, 1);
  return triptych::hsv_to_rgb(triptych::concat({slice(hsv, -1, {0, 1}), scaled, slice(hsv, -1, {2, none})}, -1));
}

Tensor flipped(const char* op, const Arg& image, std::int64_t axis, const Draw& draw) {
  const Frame frame(image.where());
  const Tensor& x = image.tensor();
  if (x.ndim(image.where()) != 3 && x.ndim() != 4)
    throw ArgumentError(op, "images are neither (h, w, c) nor (n, h, w, c)", x.shape().text(), "", image.where());
  const DeviceScope beside(x.device());
  // One number for each image, of which there may be an unknown number only in a graph.
  const Shape shape = x.ndim() == 3 ? Shape{} : Shape{x.size(0, image.where()), 1, 1, 1};
  return triptych::where(less(draw(shape, 0, 1, float32), 0.5), flip(image, axis), image);
}

Tensor cropped(const Arg& value, const Shape& size, const Draw& draw) {
  const Frame frame(value.where());
  const Tensor& x = value.tensor();
  if (size.rank() != x.ndim(value.where()))
    throw ArgumentError("random_crop", "there is not one size for each dimension",
                        size.text() + " for " + x.shape().text(), "", value.where());
  const DeviceScope beside(x.device());
  std::vector<std::int64_t> room;
  for (int axis = 0; axis < size.rank(); ++axis) {
    const std::int64_t rest = x.size(axis, value.where()) - size.dim(axis).value(value.where());
    if (rest < 0)
      throw ArgumentError("random_crop", "a size is larger than the value", size.text() + " of " + x.shape().text(), "",
                          value.where());
    room.push_back(rest + 1);
  }
  if (room.empty()) return identity(value);
  const Tensor share = draw({size.rank()}, 0, 1, float64);
  return dynamic_slice(value, cast(floor(share * tensor(room)), int64), size);
}

}  // namespace

Tensor random_brightness(const Arg& image, double max_delta, const Seed& seed) {
  return brightness(image, max_delta, drawn_by(seed, image.where()));
}
Tensor random_contrast(const Arg& image, double lower, double upper, const Seed& seed) {
  return contrast(image, lower, upper, drawn_by(seed, image.where()));
}
Tensor random_hue(const Arg& image, double max_delta, const Seed& seed) {
  return hue(image, max_delta, drawn_by(seed, image.where()));
}
Tensor random_saturation(const Arg& image, double lower, double upper, const Seed& seed) {
  return saturation(image, lower, upper, drawn_by(seed, image.where()));
}
Tensor random_flip_left_right(const Arg& image, const Seed& seed) {
  return flipped("random_flip_left_right", image, -2, drawn_by(seed, image.where()));
}
Tensor random_flip_up_down(const Arg& image, const Seed& seed) {
  return flipped("random_flip_up_down", image, -3, drawn_by(seed, image.where()));
}
Tensor random_crop(const Arg& value, const Shape& size, const Seed& seed) {
  return cropped(value, size, drawn_by(seed, value.where()));
}

Tensor stateless_random_brightness(const Arg& image, double max_delta, const random::StatelessSeed& seed) {
  return brightness(image, max_delta, drawn_by(seed, image.where()));
}
Tensor stateless_random_contrast(const Arg& image, double lower, double upper, const random::StatelessSeed& seed) {
  return contrast(image, lower, upper, drawn_by(seed, image.where()));
}
Tensor stateless_random_hue(const Arg& image, double max_delta, const random::StatelessSeed& seed) {
  return hue(image, max_delta, drawn_by(seed, image.where()));
}
Tensor stateless_random_saturation(const Arg& image, double lower, double upper, const random::StatelessSeed& seed) {
  return saturation(image, lower, upper, drawn_by(seed, image.where()));
}
Tensor stateless_random_flip_left_right(const Arg& image, const random::StatelessSeed& seed) {
  return flipped("stateless_random_flip_left_right", image, -2, drawn_by(seed, image.where()));
}
Tensor stateless_random_flip_up_down(const Arg& image, const random::StatelessSeed& seed) {
  return flipped("stateless_random_flip_up_down", image, -3, drawn_by(seed, image.where()));
}
Tensor stateless_random_crop(const Arg& value, const Shape& size, const random::StatelessSeed& seed) {
  return cropped(value, size, drawn_by(seed, value.where()));
}

}  // namespace triptych::lowlevel::image
