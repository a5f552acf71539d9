// resample: new elements along one axis, each a weighted sum of old ones, which all of interpolate's modes are made of,
// and its transpose; they are each other's gradients.
#include "core/ops/image/resample.h"

#include <cmath>
#include <limits>

#include "core/ops/ops.h"

namespace triptych {

extern const Op resample_op, resample_grad_op;

namespace {

Shape resampled_shape(const Infer& infer, Shape shape) {
  const auto& a = infer.attributes<ResampleAttributes>();
  if (a.mode != ResampleMode::nearest && a.mode != ResampleMode::nearest_exact)
    infer.check(is_floating(infer.dtype(0)), "the images are not floating-point", "Convert with cast");
  const int axis = infer.axis(a.axis, shape.rank());
  const Dim length = shape.dim(axis);
  Dim size = a.size;
  if (a.size == unknown) {
    if (!(a.scale > 0) || !std::isfinite(a.scale)) infer.fail("the scale is not positive", std::to_string(a.scale));
    if (length.known()) {
      const double scaled = std::floor(static_cast<double>(length.raw()) * a.scale);
      if (scaled > static_cast<double>(Shape::most_elements))
        infer.fail("the result has more than 2^59 elements", std::to_string(a.scale));
      size = static_cast<std::int64_t>(scaled);
    }
  } else if (a.size < 0) {
    infer.fail("the size is negative", std::to_string(a.size));
  }
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();  // places are kept in 32 bits
  if (length.raw() > most || size.raw() > most) infer.fail("an axis has 2^31 elements or more", infer.given());
  if (length.raw() == 0 && size.raw() > 0) infer.fail("an empty axis is resampled", infer.given());
  shape.set(axis, size);
  return shape;
}

void resample_infer(Infer& infer) { infer.output(0, resampled_shape(infer, infer.shape(0)), infer.dtype(0)); }

// Inputs: upstream (as the result), x.
void resample_grad_infer(Infer& infer) {
  infer.check(is_floating(infer.dtype(0)) && infer.dtype(0) == infer.dtype(1) &&
                  resampled_shape(infer, infer.shape(1)).compatible(infer.shape(0)),
              "upstream does not have the shape and dtype of the result");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

void resample_gradient(Gradient& g) {
  const Tensor up = g.upstream(), like = g.input(0);
  const Arg upstream = up, x = like;
  g.set(0, apply(resample_grad_op, {&upstream, &x}, &g.attributes<ResampleAttributes>()));
}

void resample_grad_gradient(Gradient& g) {
  const Tensor up = g.upstream();
  const Arg upstream = up;
  if (g.needs(0)) g.set(0, apply(resample_op, {&upstream}, &g.attributes<ResampleAttributes>()));
}

}  // namespace

extern const Op resample_op{.name = "resample",
                            .inputs = 1,
                            .attributes = &attribute_type<ResampleAttributes>,
                            .infer = resample_infer,
                            .gradient = resample_gradient};
extern const Op resample_grad_op{.name = "resample_grad",
                                 .inputs = 2,
                                 .attributes = &attribute_type<ResampleAttributes>,
                                 .infer = resample_grad_infer,
                                 .gradient = resample_grad_gradient,
                                 .metadata_inputs = 0b10};

}  // namespace triptych
