// unfold lays out the windows of images as columns (im2col), fold adds columns up to images (col2im). They are each
// other's transposes, and so each other's gradients.
#include "core/ops/image/unfold.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/image.h"

namespace triptych {

extern const Op unfold_op, unfold_grad_op, fold_op;

namespace {

/// The shape of the columns of images x.
Shape columns_shape(const Infer& infer, const Shape& x) {
  const auto& a = infer.attributes<UnfoldAttributes>();
  for (const std::size_t axis : {0, 1}) a.window(axis).check(infer);
  check_images(infer, x, DataFormat::nchw, 2);
  Dim count = 1;
  for (const std::size_t i : {0, 1}) {
    const Dim length = x.dim(static_cast<int>(i) + 2), windows = a.window(i).count(length);
    if (windows.known() && windows.raw() <= 0) infer.fail("the kernel is larger than the padded image", infer.given());
    count = count * windows;
  }
  Shape shape;
  shape.append(x.dim(0));
  shape.append(x.dim(1) * a.kernel_size[0] * a.kernel_size[1]);
  shape.append(count);
  return shape;
}

void unfold_infer(Infer& infer) { infer.output(0, columns_shape(infer, infer.shape(0)), infer.dtype(0)); }

// Inputs: upstream (columns), x (its shape).
void unfold_grad_infer(Infer& infer) {
  infer.check(is_floating(infer.dtype(0)) && infer.dtype(0) == infer.dtype(1) &&
                  columns_shape(infer, infer.shape(1)).compatible(infer.shape(0)),
              "upstream does not have the shape and dtype of the columns");
  infer.output(0, infer.shape(1), infer.dtype(0));
}

void fold_infer(Infer& infer) {
  const auto& a = infer.attributes<UnfoldAttributes>();
  infer.check(is_floating(infer.dtype(0)), "the columns are not floating-point", "Convert with cast");
  const Shape& x = infer.shape(0);
  infer.check(x.rank() == 3, "x is not (batch, channels * kernel, windows)");
  for (const std::size_t axis : {0, 1}) {
    a.window(axis).check(infer);
    if (a.output_size[axis] < 0) infer.fail("output_size is negative", std::to_string(a.output_size[axis]));
  }
  const Dim area = Dim(a.kernel_size[0]) * a.kernel_size[1], rows = x.dim(1);
  if (rows.known() && rows.raw() % area.raw() != 0)
    infer.fail("the channels are no multiple of the kernel's elements",
               std::to_string(rows.raw()) + " and " + std::to_string(area.raw()));
  Shape images;
  images.append(x.dim(0));
  images.append(rows / area);
  images.append(a.output_size[0]);
  images.append(a.output_size[1]);
  const Dim windows = columns_shape(infer, images).dim(2);
  if (conflict(windows, x.dim(2)))
    infer.fail("there is not a column for each window",
               x.text() + ", and " + std::to_string(windows.raw()) + " windows in images of " + images.text());
  infer.output(0, images, infer.dtype(0));
}

void unfold_gradient(Gradient& g) {
  const Tensor up = g.upstream(), like = g.input(0);
  const Arg upstream = up, x = like;
  g.set(0, apply(unfold_grad_op, {&upstream, &x}, &g.attributes<UnfoldAttributes>()));
}

void fold_gradient(Gradient& g) {
  if (!g.needs(0)) return;
  const Tensor up = g.upstream();
  const Arg upstream = up;
  g.set(0, apply(unfold_op, {&upstream}, &g.attributes<UnfoldAttributes>()));
}

UnfoldAttributes attributes_of(Size2 kernel_size, const UnfoldOptions& options) {
  const auto pair = [](Size2 size) { return std::array{size.height, size.width}; };
  return {.kernel_size = pair(kernel_size),
          .dilation = pair(options.dilation),
          .padding = pair(options.padding),
          .stride = pair(options.stride)};
}

}  // namespace

extern const Op unfold_op{.name = "unfold",
                          .inputs = 1,
                          .attributes = &attribute_type<UnfoldAttributes>,
                          .infer = unfold_infer,
                          .gradient = unfold_gradient};
extern const Op unfold_grad_op{.name = "unfold_grad",
                               .inputs = 2,
                               .attributes = &attribute_type<UnfoldAttributes>,
                               .infer = unfold_grad_infer,
                               .gradient = fold_gradient,
                               .metadata_inputs = 0b10};
extern const Op fold_op{.name = "fold",
                        .inputs = 1,
                        .attributes = &attribute_type<UnfoldAttributes>,
                        .infer = fold_infer,
                        .gradient = fold_gradient};

Tensor unfold(Arg x, Size2 kernel_size, UnfoldOptions options) {
  const UnfoldAttributes attributes = attributes_of(kernel_size, options);
  return with_batch(x, 2, [&](const Arg& batch) { return apply(unfold_op, {&batch}, &attributes); });
}

Tensor fold(Arg x, Size2 output_size, Size2 kernel_size, UnfoldOptions options) {
  UnfoldAttributes attributes = attributes_of(kernel_size, options);
  attributes.output_size = {output_size.height, output_size.width};
  return with_batch(x, 1, [&](const Arg& batch) { return apply(fold_op, {&batch}, &attributes); });
}

}  // namespace triptych
