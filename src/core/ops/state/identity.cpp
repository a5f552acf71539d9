// identity, and contiguous: the same values in row-major memory.
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

bool identity_view(const TensorMeta& input, const void*, TensorMeta& output, std::int64_t&) {
  output.strides = input.strides;
  return true;
}

bool contiguous_view(const TensorMeta& input, const void*, TensorMeta& output, std::int64_t&) {
  output.strides = input.strides;
  return input.is_contiguous();
}

void identity_gradient(Gradient& g) { g.set(0, g.upstream()); }

}  // namespace

extern const Op identity_op{.name = "identity",
                            .inputs = 1,
                            .infer = infer_like_first,
                            .gradient = identity_gradient,
                            .view = identity_view,
                            .lazy_copy = true};
extern const Op contiguous_op{.name = "contiguous",
                              .inputs = 1,
                              .infer = infer_like_first,
                              .gradient = identity_gradient,
                              .view = contiguous_view};

Tensor identity(Arg x) { return apply(identity_op, {&x}); }
Tensor contiguous(Arg x) { return apply(contiguous_op, {&x}); }

}  // namespace triptych
