// keras.ops.image: images read at other places, and smoothed.
#include "api_keras/ops/image_places.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "api_keras/models/operation.h"
#include "api_keras/models/operation_json.h"
#include "core/support/printable.h"
#include "triptych/keras/ops/image.h"
#include "triptych/keras/random.h"

namespace triptych::keras::ops::image {

using Tensors = std::vector<Tensor>;

namespace {

/// A place along an axis of `size` elements as a number of one, and whether there is one.
struct Place {
  Tensor index, valid;
};

/// "constant" is the only mode in which a place may be outside.
Place place_of(const Tensor& whole, std::int64_t size, std::string_view mode) {
  const Tensor inside = logical_and(greater_equal(whole, 0), less(whole, size));
  if (mode == "constant") return {clip(whole, 0, size - 1), inside};
  if (mode == "nearest") return {clip(whole, 0, size - 1), {}};
  if (mode == "wrap") return {remainder(whole, size), {}};
  // "reflect" has the border twice; "mirror" once.
  if (mode == "reflect") {
    const Tensor around = remainder(whole, 2 * size);
    return {where(less(around, size), around, 2 * size - 1 - around), {}};
  }
  if (size == 1) return {zeros_like(whole), {}};
  const Tensor around = remainder(whole, 2 * size - 2);
  return {where(less(around, size), around, 2 * size - 2 - around), {}};
}

void check_mode(const char* op, const OwnedText& mode, bool mirror, Location where) {
  for (const char* known : {"constant", "nearest", "wrap", "reflect"})
    if (mode == known) return;
  if (mirror && mode == "mirror") return;
  throw ArgumentError(
      op, "there is no such fill_mode", "\"" + printable(mode) + "\"",
      std::string("It is \"constant\", \"nearest\", \"wrap\" or \"reflect\"") + (mirror ? ", or \"mirror\"" : ""),
      where);
}

bool is_linear(const char* op, const OwnedText& interpolation, Location where) {
  if (interpolation == "bilinear") return true;
  if (interpolation == "nearest") return false;
  throw ArgumentError(op, "there is no such interpolation", "\"" + printable(interpolation) + "\"",
                      "It is \"bilinear\" or \"nearest\"", where);
}

/// x (a, b, ..., rest) read at places along its first axes: coordinates of one shape, one for each of those. The result
/// has that shape, and then the rest. With `image`, numbers along the first axis in the same shape, the places are
/// along the axes after it.
Tensor read_at(const Tensor& x, const std::vector<Tensor>& places, bool linear, std::string_view mode, double fill,
               Location where, const Tensor& image = {}) {
  const std::size_t axes = places.size();
  Tensor total;
  for (std::size_t corner = 0; corner < (linear ? std::size_t{1} << axes : 1); ++corner) {
    std::vector<Index> indices;
    if (image.defined()) indices.emplace_back(image);
    Tensor weight, valid;
    for (std::size_t i = 0; i < axes; ++i) {
      const Tensor low = floor(places[i]), share = places[i] - low;
      const bool upper = corner >> i & 1;
      const Tensor whole = cast(linear ? (upper ? low + 1 : low) : round(places[i]), int64);
      const Place place = place_of(whole, x.size(static_cast<int>(indices.size()), where), mode);
      indices.emplace_back(place.index);
      if (place.valid.defined()) valid = valid.defined() ? logical_and(valid, place.valid) : place.valid;
      if (linear) {
        const Tensor part = upper ? share : 1 - share;
        weight = weight.defined() ? weight * part : part;
      }
    }
    Tensor value = index(x, indices);
    const auto shaped = [&](Tensor t) {
      while (t.ndim() < value.ndim()) t = unsqueeze(t, -1);
      return t;
    };
    if (valid.defined()) value = triptych::where(shaped(valid), value, fill);
    if (linear) value = value * shaped(weight);
    total = total.defined() ? total + value : value;
  }
  return total;
}

DType float_of(const Tensor& x) { return x.dtype() == float64 ? float64 : float32; }

Tensor back(const Tensor& result, DType dtype) { return cast(is_floating(dtype) ? result : round(result), dtype); }

}  // namespace

namespace {

Tensor mapped(const Tensor& x, const Tensor& given, std::int64_t order, const OwnedText& mode, double fill_value,
              Location where) {
  const char* op = "map_coordinates";
  check_mode(op, mode, true, where);
  if (order != 0 && order != 1)
    throw ArgumentError(op, "the order is neither 0 nor 1", std::to_string(order), "", where);
  if (given.ndim(where) < 2 || conflict(given.shape().dim(0), x.ndim(where)))
    throw ArgumentError(op, "there is not a row of places for each axis of inputs",
                        given.shape().text() + " for " + x.shape().text(), "", where);
  const DType dtype = float_of(x);
  const Tensor values = cast(x, dtype), rows = cast(given, dtype);
  std::vector<Tensor> places;
  for (int axis = 0; axis < x.ndim(); ++axis) places.push_back(select(rows, 0, axis));
  return back(read_at(values, places, order == 1, mode, fill_value, where), x.dtype());
}

}  // namespace

Tensor map_coordinates(const Arg& inputs, const Arg& coordinates, std::int64_t order, Text fill_mode,
                       double fill_value) {
  const Location where = inputs.where();
  const OwnedText mode{std::string_view(fill_mode)};
  return apply(
      {"image", "MapCoordinates", {{"order", order}, {"fill_mode", mode}, {"fill_value", fill_value}}},
      {inputs.tensor(), coordinates.tensor()},
      [=](const Tensors& t) { return Tensors{mapped(t[0], t[1], order, mode, fill_value, where)}; }, where)[0];
}

Tensor blurred(const Tensor& x, int axis, std::int64_t size, const Tensor& deviation) {
  const Tensor from_center = arange(0, size, 1, float64) - static_cast<double>(size - 1) / 2;
  const Tensor weights = cast(softmax(square(from_center / cast(deviation, float64)) * -0.5), x.dtype());
  std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(x.ndim()));
  room[static_cast<std::size_t>(axis)] = {(size - 1) / 2, size / 2};
  return matmul(triptych::unfold(triptych::pad(x, room), axis, size, 1), weights);
}

namespace {

Tensor smoothed(const Tensor& given, Size2 kernel_size, std::pair<double, double> sigma, bool first, Location where) {
  const char* op = "gaussian_blur";
  const int rank = given.ndim(where);
  if (rank != 3 && rank != 4)
    throw ArgumentError(op, "images have neither three nor four dimensions", given.shape().text(), "", where);
  if (!(sigma.first > 0 && std::isfinite(sigma.first) && sigma.second > 0 && std::isfinite(sigma.second)))
    throw ArgumentError(op, "sigma is not positive",
                        std::to_string(sigma.first) + " and " + std::to_string(sigma.second), "", where);
  constexpr std::int64_t most = 1 << 16;
  if (kernel_size.height < 1 || kernel_size.width < 1 || kernel_size.height > most || kernel_size.width > most)
    throw ArgumentError(op, "kernel_size is not from 1 to 65536",
                        std::to_string(kernel_size.height) + " and " + std::to_string(kernel_size.width), "", where);
  const DType dtype = is_floating(given.dtype()) ? given.dtype() : float32;
  const DeviceScope beside(given.device());
  Tensor x = cast(given, dtype);
  const int height = first ? rank - 2 : rank - 3;
  // The first of Keras's two sizes and deviations is the horizontal one.
  x = blurred(x, height, kernel_size.width, tensor(sigma.second));
  return blurred(x, height + 1, kernel_size.height, tensor(sigma.first));
}

}  // namespace

Tensor gaussian_blur(const Arg& images, Size2 kernel_size, std::pair<double, double> sigma, Text data_format) {
  const Location where = images.where();
  const bool first = data_format_of(data_format, where) == DataFormat::nchw;
  return apply(
      {"image",
       "GaussianBlur",
       {{"kernel_size", numbers(kernel_size)},
        {"sigma", {sigma.first, sigma.second}},
        {"data_format", std::string_view(data_format)}}},
      {images.tensor()}, [=](const Tensors& t) { return Tensors{smoothed(t[0], kernel_size, sigma, first, where)}; },
      where)[0];
}

Tensor read_images(const Tensor& x, const Tensor& rows, const Tensor& columns, bool linear, const OwnedText& mode,
                   double fill, Location where) {
  // The number of each image, however many there are.
  const Tensor one = cast(select(select(select(ones_like(x), 3, 0), 2, 0), 1, 0), int64);  // (n)
  const Tensor image = unsqueeze(unsqueeze(cumsum(one, 0) - 1, 1), 2);
  const Tensor same = cast(zeros_like(rows), int64) + image, none = cast(zeros_like(same), rows.dtype());
  return read_at(x, {rows + none, columns + none}, linear, mode, fill, where, same);
}

namespace {

Tensor transformed(const char* op, const Tensor& given, const Tensor& transform, const AffineOptions& options,
                   Location where) {
  const bool linear = is_linear(op, options.interpolation, where);
  check_mode(op, options.fill_mode, false, where);
  const bool first = data_format_of(std::string_view(options.data_format), where) == DataFormat::nchw;
  const int rank = given.ndim(where);
  if (rank != 3 && rank != 4)
    throw ArgumentError(op, "images have neither three nor four dimensions", given.shape().text(), "", where);
  const DType dtype = float_of(given);
  const DeviceScope beside(given.device());
  Tensor x = cast(given, dtype);
  if (first) x = moveaxis(x, rank - 3, -1);
  if (rank == 3) x = unsqueeze(x, 0);
  const Tensor maps = cast(transform, dtype);
  if (maps.ndim() != 2 || conflict(maps.shape().dim(1), 8) ||
      (maps.shape().dim(0).raw() != 1 && conflict(maps.shape().dim(0), x.shape().dim(0))))
    throw ArgumentError(op, "there is not a transform of 8 numbers for all images or for each",
                        transform.shape().text() + " for " + given.shape().text(), "", where);
  const Tensor row = unsqueeze(arange(0, x.size(1, where), 1, dtype), 1),
               column = arange(0, x.size(2, where), 1, dtype);
  const auto number = [&](int i) { return unsqueeze(slice(maps, 1, {i, i + 1}), -1); };  // (n, 1, 1)
  const Tensor below = number(6) * column + number(7) * row + 1;
  const Tensor columns = (number(0) * column + number(1) * row + number(2)) / below,
               rows = (number(3) * column + number(4) * row + number(5)) / below;
  // The nearest element, of two the one that is further from 0.
  const auto nearest = [&](const Tensor& place) {
    return linear ? place : triptych::where(less(place, 0), ceil(place - 0.5), floor(place + 0.5));
  };
  Tensor result = read_images(x, nearest(rows), nearest(columns), linear, options.fill_mode, options.fill_value, where);
  if (rank == 3) result = squeeze(result, 0);
  if (first) result = moveaxis(result, -1, rank - 3);
  return back(result, given.dtype());
}

/// What all of them are made with.
template <class Options>
Json config_of(const Options& options) {
  return {{"interpolation", options.interpolation},
          {"fill_value", options.fill_value},
          {"data_format", options.data_format}};
}

/// The transform of each image that moves its end points to its start points.
Tensor transform_of(const Tensor& start_points, const Tensor& end_points, Location where) {
  const char* op = "perspective_transform";
  const auto points = [&](const Tensor& t) {
    const int rank = t.ndim(where);
    if ((rank != 2 && rank != 3) || conflict(t.shape().dim(-1), 2) || conflict(t.shape().dim(-2), 4))
      throw ArgumentError(op, "points are neither (4, 2) nor (n, 4, 2)", t.shape().text(), "", where);
    const Tensor floats = cast(t, is_floating(t.dtype()) ? t.dtype() : float32);
    return rank == 2 ? unsqueeze(floats, 0) : floats;
  };
  const Tensor start = points(start_points), end = points(end_points);
  if (!start.shape().compatible(end.shape()))
    throw ArgumentError(op, "start and end points differ in shape", start.shape().text() + " and " + end.shape().text(),
                        "", where);
  // Two equations for each point: the transform moves its end to its start.
  const auto coordinate = [](const Tensor& of, int i) { return slice(of, -1, {i, i + 1}); };  // (n, 4, 1)
  const Tensor sx = coordinate(start, 0), sy = coordinate(start, 1), ex = coordinate(end, 0), ey = coordinate(end, 1);
  const Tensor one = ones_like(ex), zero = zeros_like(ex);
  const Tensor first = concat({ex, ey, one, zero, zero, zero, neg(sx * ex), neg(sx * ey)}, -1),
               second = concat({zero, zero, zero, ex, ey, one, neg(sy * ex), neg(sy * ey)}, -1);
  const Tensor equations = concat({first, second}, 1), wanted = concat({sx, sy}, 1);
  return squeeze(triptych::linalg::solve(equations, wanted), -1);
}

}  // namespace

Tensor affine_transform(const Arg& images, const Arg& transform, const AffineOptions& options) {
  const Location where = images.where();
  Json config = config_of(options);
  config["fill_mode"] = options.fill_mode;
  return apply(
      {"image", "AffineTransform", std::move(config)}, {images.tensor(), transform.tensor()},
      [=](const Tensors& t) {
        return Tensors{
            transformed("affine_transform", t[0], t[1].ndim(where) == 1 ? unsqueeze(t[1], 0) : t[1], options, where)};
      },
      where)[0];
}

Tensor perspective_transform(const Arg& images, const Arg& start_points, const Arg& end_points,
                             const AffineOptions& options) {
  const Location where = images.where();
  const auto run = [=](const Tensors& t) {
    return Tensors{transformed("perspective_transform", t[0], transform_of(t[1], t[2], where), options, where)};
  };
  const Tensors operands{images.tensor(), start_points.tensor(), end_points.tensor()};
  // Keras has one fill_mode here.
  if (options.fill_mode != "constant") return run(operands)[0];
  return apply({"image", "PerspectiveTransform", config_of(options)}, operands, run, where)[0];
}

namespace {

Tensor distorted(const Tensor& given, const ElasticOptions& options, Location where) {
  const char* op = "elastic_transform";
  const bool linear = is_linear(op, options.interpolation, where);
  check_mode(op, options.fill_mode, true, where);
  if (!(options.sigma > 0 && options.sigma < 1e4 && std::isfinite(options.alpha)))
    throw ArgumentError(op, "sigma is not from 0 to 10000, or alpha is not finite",
                        std::to_string(options.sigma) + " and " + std::to_string(options.alpha), "", where);
  const bool first = data_format_of(std::string_view(options.data_format), where) == DataFormat::nchw;
  const int rank = given.ndim(where);
  if (rank != 3 && rank != 4)
    throw ArgumentError(op, "images have neither three nor four dimensions", given.shape().text(), "", where);
  const DType dtype = float_of(given);
  const DeviceScope beside(given.device());
  Tensor x = cast(given, dtype);
  if (first) x = moveaxis(x, rank - 3, -1);
  if (rank == 3) x = unsqueeze(x, 0);
  const std::int64_t height = x.size(1, where), width = x.size(2, where);
  const auto window = static_cast<std::int64_t>(6 * options.sigma) | 1;
  const auto moves = [&] {
    const Tensor noise = random::normal({Size(x, 0, where), height, width, 1}, 0, 1, dtype, options.seed, where);
    const Tensor smooth = gaussian_blur(noise, {window, window}, {options.sigma, options.sigma});
    return squeeze(smooth, -1) * (options.alpha * options.sigma);
  };
  const Tensor columns = moves() + arange(0, width, 1, dtype),
               rows = moves() + unsqueeze(arange(0, height, 1, dtype), 1);
  Tensor result = read_images(x, rows, columns, linear, options.fill_mode, options.fill_value, where);
  if (rank == 3) result = squeeze(result, 0);
  if (first) result = moveaxis(result, -1, rank - 3);
  return back(result, given.dtype());
}

}  // namespace

Tensor elastic_transform(const Arg& images, const ElasticOptions& options) {
  const Location where = images.where();
  const Frame frame(where);
  const auto run = [=](const Tensors& t) { return Tensors{distorted(t[0], options, where)}; };
  // A file has no generator, and Keras draws other numbers by a seed.
  if (options.seed.generator()) return run({images.tensor()})[0];
  Json config = config_of(options);
  config["fill_mode"] = options.fill_mode;
  config["alpha"] = options.alpha;
  config["sigma"] = options.sigma;
  config["seed"] = nullptr;
  return apply({"image", "ElasticTransform", std::move(config)}, {images.tensor()}, run, where)[0];
}

}  // namespace triptych::keras::ops::image
