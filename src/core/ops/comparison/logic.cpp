// Logic on truth values (nonzero is true) and on the bits of integers.
#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/pointwise.h"

namespace triptych {
namespace {

void infer_bitwise(Infer& infer) {
  infer.check(!is_floating(infer.dtype(0)), "the dtype is neither an integer nor bool",
              "Compare first, or convert with cast");
  infer_elementwise(infer);
}

void infer_shift(Infer& infer) {
  infer.check(is_integral(infer.dtype(0)), "the dtype is not an integer", "Convert it with cast");
  infer_elementwise(infer);
}

}  // namespace

extern const Op logical_and_op{
    .name = "logical_and", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op logical_or_op{
    .name = "logical_or", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op logical_xor_op{
    .name = "logical_xor", .inputs = 2, .infer = infer_comparison, .broadcasts = true, .gradient_stops = true};
extern const Op logical_not_op{.name = "logical_not", .inputs = 1, .infer = infer_comparison, .gradient_stops = true};
extern const Op bitwise_and_op{
    .name = "bitwise_and", .inputs = 2, .infer = infer_bitwise, .broadcasts = true, .gradient_stops = true};
extern const Op bitwise_or_op{
    .name = "bitwise_or", .inputs = 2, .infer = infer_bitwise, .broadcasts = true, .gradient_stops = true};
extern const Op bitwise_xor_op{
    .name = "bitwise_xor", .inputs = 2, .infer = infer_bitwise, .broadcasts = true, .gradient_stops = true};
extern const Op bitwise_not_op{.name = "bitwise_not", .inputs = 1, .infer = infer_bitwise, .gradient_stops = true};
extern const Op bitwise_left_shift_op{
    .name = "bitwise_left_shift", .inputs = 2, .infer = infer_shift, .broadcasts = true, .gradient_stops = true};
extern const Op bitwise_right_shift_op{
    .name = "bitwise_right_shift", .inputs = 2, .infer = infer_shift, .broadcasts = true, .gradient_stops = true};

Tensor logical_and(Arg a, Arg b) { return apply_binary(logical_and_op, a, b); }
Tensor logical_or(Arg a, Arg b) { return apply_binary(logical_or_op, a, b); }
Tensor logical_xor(Arg a, Arg b) { return apply_binary(logical_xor_op, a, b); }
Tensor logical_not(Arg x) { return apply(logical_not_op, {&x}); }

Tensor operator!(const Tensor& x) try { return logical_not(Arg(x, Location())); } catch (Error& error) {
  name_last_op(error);
  throw;
}
Tensor bitwise_and(Arg a, Arg b) { return apply_binary(bitwise_and_op, a, b); }
Tensor bitwise_or(Arg a, Arg b) { return apply_binary(bitwise_or_op, a, b); }
Tensor bitwise_xor(Arg a, Arg b) { return apply_binary(bitwise_xor_op, a, b); }
Tensor bitwise_not(Arg x) { return apply(bitwise_not_op, {&x}); }
Tensor bitwise_left_shift(Arg a, Arg b) { return apply_binary(bitwise_left_shift_op, a, b); }
Tensor bitwise_right_shift(Arg a, Arg b) { return apply_binary(bitwise_right_shift_op, a, b); }

}  // namespace triptych
