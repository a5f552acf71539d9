// permute: axes in another order. transpose and moveaxis are cases of it.
#include "core/ops/shape/permute.h"

#include "core/ops/ops.h"
#include "core/ops/shape/attributes.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void permute_infer(Infer& infer) {
  const Axes& axes = infer.attributes<PermuteAttributes>().axes;
  const Shape& in = infer.shape(0);
  infer.check(axes.size() == in.rank(), "the number of axes differs from that of the dimensions");
  Shape out;
  std::array<bool, Shape::max_rank> seen{};
  for (std::int64_t axis : axes) {
    const int from = infer.axis(axis, in.rank());
    infer.check(!seen[static_cast<std::size_t>(from)], "an axis is given twice");
    seen[static_cast<std::size_t>(from)] = true;
    out.append(in.dim(from));
  }
  infer.output(0, out, infer.dtype(0));
}

bool permute_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t&) {
  const Axes& axes = static_cast<const PermuteAttributes*>(attributes)->axes;
  for (int i = 0; i < axes.size(); ++i)
    output.strides[static_cast<std::size_t>(i)] =
        input.strides[static_cast<std::size_t>(axes[i] < 0 ? axes[i] + axes.size() : axes[i])];
  return true;
}

void permute_gradient(Gradient& g) {
  const Axes& axes = g.attributes<PermuteAttributes>().axes;
  Axes inverse = axes;
  for (int i = 0; i < axes.size(); ++i) inverse[static_cast<int>(axes[i] < 0 ? axes[i] + axes.size() : axes[i])] = i;
  g.set(0, permute(g.upstream(), inverse));
}

Axes in_order(int rank) {
  Axes axes;
  for (int i = 0; i < rank; ++i) axes.append(i);
  return axes;
}

}  // namespace

extern const Op permute_op{.name = "permute",
                           .inputs = 1,
                           .attributes = &attribute_type<PermuteAttributes>,
                           .infer = permute_infer,
                           .gradient = permute_gradient,
                           .view = permute_view};

Tensor permute(Arg x, const Axes& axes) {
  const PermuteAttributes attributes{axes};
  return apply(permute_op, {&x}, &attributes);
}

Tensor transpose(Arg x, std::int64_t a, std::int64_t b) {
  const int rank = operand("transpose", x).ndim();
  Axes axes = in_order(rank);
  std::swap(axes[normalize_axis("transpose", a, rank, x.where())],
            axes[normalize_axis("transpose", b, rank, x.where())]);
  return permute(std::move(x), axes);
}

Tensor moveaxis(Arg x, std::int64_t source, std::int64_t destination) {
  const int rank = operand("moveaxis", x).ndim();
  const int from = normalize_axis("moveaxis", source, rank, x.where()),
            to = normalize_axis("moveaxis", destination, rank, x.where());
  Axes axes = in_order(rank);
  for (int i = from; i < to; ++i) std::swap(axes[i], axes[i + 1]);
  for (int i = from; i > to; --i) std::swap(axes[i], axes[i - 1]);
  return permute(std::move(x), axes);
}

}  // namespace triptych
