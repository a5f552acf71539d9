// pad: a constant around a tensor. Its gradient is the slice of what was inside.
#include "core/ops/indexing/index.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void pad_infer(Infer& infer) {
  const auto& a = infer.attributes<PadAttributes>();
  check_fits(infer, a.value, infer.dtype(0));
  Shape out = infer.shape(0);
  if (a.before.size() != out.rank() || a.after.size() != out.rank())
    infer.fail("the number of pairs differs from that of the dimensions",
               std::to_string(a.before.size()) + " pairs for shape " + out.text());
  for (int i = 0; i < out.rank(); ++i) {
    if (a.before[i] < 0 || a.after[i] < 0)
      infer.fail("padding is negative", std::to_string(std::min(a.before[i], a.after[i])), "Cut with slice");
    out.set(i, out.dim(i) + Dim(a.before[i]) + Dim(a.after[i]));
  }
  infer.output(0, out, infer.dtype(0));
}

void pad_gradient(Gradient& g) {
  const auto& a = g.attributes<PadAttributes>();
  SliceAttributes inside;
  for (int i = 0; i < a.before.size(); ++i)
    inside.append(a.before[i], a.after[i] ? -a.after[i] : SliceAttributes::last, 1);
  g.set(0, apply_slice(g.upstream(), inside));
}

}  // namespace

extern const Op pad_op{.name = "pad",
                       .inputs = 1,
                       .attributes = &attribute_type<PadAttributes>,
                       .infer = pad_infer,
                       .gradient = pad_gradient};

Tensor pad(Arg x, const std::vector<std::pair<std::int64_t, std::int64_t>>& padding, Scalar value) {
  PadAttributes attributes{{}, {}, value};
  for (const auto& [before, after] : padding) {
    attributes.before.append(before, x.where());
    attributes.after.append(after, x.where());
  }
  return apply(pad_op, {&x}, &attributes);
}

}  // namespace triptych
