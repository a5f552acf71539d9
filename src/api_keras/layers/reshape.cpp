#include "triptych/keras/layers/reshape.h"

#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Flatten : public LayerBase {
 public:
  Flatten(bool channels_first, std::string data_format)
      : channels_first_(channels_first), data_format_(std::move(data_format)) {}
  Tensor call(const Tensor& x, bool) override {
    if (x.ndim() == 1) return unsqueeze(x, -1);
    return flatten(channels_first_ && x.ndim() > 2 ? moveaxis(x, 1, -1) : x, 1);
  }

 private:
  bool channels_first_;
  std::string data_format_;
};

class Reshape : public LayerBase {
 public:
  explicit Reshape(const Shape& target) : target_(target) {}
  Tensor call(const Tensor& x, bool) override {
    // The batch is left open; an open dimension of the target is worked out from the example's size.
    Shape example = x.shape(), known, full = target_;
    example.erase(0);
    if (!example.known() && !target_.known())
      throw ArgumentError("Reshape", "an example's shape is not known",
                          "layer '" + name() + "' got " + x.shape().text(), "Give Input all dimensions but the batch");
    if (example.known()) {
      int open = -1;
      for (int i = 0; i < target_.rank(); ++i)
        if (target_.dim(i).known())
          known.append(target_.dim(i));
        else
          open = i;
      const std::int64_t elements = example.size(), wanted = known.size();
      if (open >= 0 && wanted > 0) full.set(open, elements / wanted);
      if (open < 0 ? wanted != elements : wanted == 0 || elements % wanted != 0)
        throw ArgumentError("Reshape", "the target does not have as many elements as an example",
                            "layer '" + name() + "' got " + x.shape().text() + ", the target is " + target_.text());
    }
    full.insert(0, unknown);
    return reshape(x, full);
  }

 private:
  Shape target_;
};

class Permute : public LayerBase {
 public:
  explicit Permute(const Axes& dims) : dims_(dims) {}
  Tensor call(const Tensor& x, bool) override {
    if (x.ndim() != dims_.size() + 1)
      throw ArgumentError("Permute", "an example has another number of axes than dims",
                          std::to_string(dims_.size()) + " dims, layer '" + name() + "' got " + x.shape().text());
    Axes order{0};
    for (const std::int64_t axis : dims_) order.append(axis);
    return permute(x, order);
  }

 private:
  Axes dims_;
};

class RepeatVector : public LayerBase {
 public:
  explicit RepeatVector(std::int64_t count) : count_(count) {}
  Tensor call(const Tensor& x, bool) override {
    check_rank(*this, x.shape(), 2, "batch and features");
    return repeat(unsqueeze(x, 1), count_, 1);
  }

 private:
  std::int64_t count_;
};

}  // namespace

namespace layers {

Layer Flatten(FlattenOptions options, Location where) {
  const bool channels_first = is_channels_first(options.data_format, "Flatten", where);
  return configured(
      with_options(brick<keras::Flatten>(options.name, where, channels_first, options.data_format), options, where),
      options);
}
Layer Reshape(const Shape& target_shape, NameOptions options, Location where) {
  if (std::count(target_shape.begin(), target_shape.end(), unknown) > 1)
    throw ArgumentError("Reshape", "two dimensions of the target are left open", target_shape.text(), "", where);
  return configured(with_options(plain_brick<keras::Reshape>(options.name, where, target_shape), options, where),
                    options, arg("target_shape", target_shape));
}
Layer Permute(const Axes& dims, NameOptions options, Location where) {
  for (int axis = 1; axis <= dims.size(); ++axis)
    if (std::count(dims.begin(), dims.end(), axis) != 1)
      throw ArgumentError("Permute", "an axis is missing in dims, or given twice", std::to_string(axis),
                          "Give all from 1 on, each once", where);
  return configured(with_options(brick<keras::Permute>(options.name, where, dims), options, where), options,
                    arg("dims", dims));
}
Layer RepeatVector(std::int64_t count, NameOptions options, Location where) {
  check_positive("RepeatVector", "n", count, where);
  return configured(with_options(brick<keras::RepeatVector>(options.name, where, count), options, where), options,
                    arg("n", count));
}

}  // namespace layers
}  // namespace triptych::keras
