#include "api_keras/preprocessing/random_images.h"

#include <cmath>

namespace triptych::keras {

void check_images(const LayerBase& layer, const Shape& shape) {
  if (shape.rank() != 3 && shape.rank() != 4)
    throw ArgumentError(layer.class_name(), "the input is neither an image nor a batch of images",
                        "layer '" + layer.name() + "' got " + shape.text(), "Give (h, w, c) or (n, h, w, c)");
}

void RandomImages::build(const Shape&) {
  stream_ = random_stream(seed_);
  add_state("stream", stream_);
}

Tensor RandomImages::call(const Tensor& input, bool training) {
  check_images(*this, input.shape());
  const Tensor x = cast(input, float32);
  if (!training || inferring()) return in_dtype(x, compute_dtype());
  return in_dtype(x.ndim() == 3 ? squeeze(changed(unsqueeze(x, 0)), 0) : changed(x), compute_dtype());
}

Tensor RandomImages::drawn(const Tensor& x, double low, double high) const {
  const Tensor one = first_along(first_along(first_along(x, 1), 2), 3);
  return low == high ? zeros_like(one) + low : random_uniform_like(stream_, one, low, high);
}

Tensor RandomPlaces::changed(const Tensor& x) {
  const int axis = height_axis();
  std::vector<Tensor> columns = matrix(x, static_cast<double>(x.size(axis)), static_cast<double>(x.size(axis + 1)));
  columns.insert(columns.end(), 2, zeros_like(columns[0]));
  return keras::ops::image::affine_transform(x, concat(columns, 1), how_);
}

FactorRange checked(const char* layer, const char* name, FactorRange factor, double low, double high, Location where) {
  if (factor.lower > factor.upper) std::swap(factor.lower, factor.upper);
  if (!(factor.lower >= low && factor.upper <= high))
    throw ArgumentError(layer,
                        std::string(name) + " is outside of [" + number_text(low) + ", " + number_text(high) + "]",
                        number_text(factor.lower) + " and " + number_text(factor.upper), "", where);
  return {factor.lower, factor.upper};
}

FactorRange checked_from(const char* layer, const char* name, FactorRange factor, double low, double high,
                         Location where) {
  if (factor.is_one) factor = {low, factor.upper};
  return checked(layer, name, factor, low, high, where);
}

void check_known(const char* layer, const char* what, const std::string& name, std::initializer_list<const char*> known,
                 Location where) {
  std::string names;
  for (const char* one : known) {
    if (name == one) return;
    names += (names.empty() ? "Use '" : ", '") + std::string(one) + "'";
  }
  throw ArgumentError(layer, std::string("there is no such ") + what, "'" + name + "'", names, where);
}

void check_range(const char* layer, ValueRange range, Location where) {
  const auto [low, high] = range;
  if (!(low < high) || !std::isfinite(low) || !std::isfinite(high))
    throw ArgumentError(layer, "value_range is no range", number_text(low) + " and " + number_text(high), "", where);
}

}  // namespace triptych::keras
