// The library's ops, and what their files share.
#pragma once

#include <string_view>
#include <vector>

#include "triptych/core/op.h"
#include "triptych/core/ops/cast.h"

namespace triptych {

/// Those of core/ops/list.inc.
std::vector<const Op*> builtin_ops();

/// Promotes the operands of an elementwise op to one dtype (a number to the other operand's, where its category allows)
/// and applies it. With `float_result`, integers become float32 first.
Tensor apply_binary(const Op& op, Arg& a, Arg& b, bool float_result = false);
/// The same for arithmetic: a number that a 16-bit dtype cannot hold is not rounded first. The op then computes in
/// float32, and its result is rounded.
Tensor apply_arithmetic(const Op& op, Arg& a, Arg& b, bool float_result = false);
/// Applies an op of one operand that needs a floating one: integers and booleans become float32 first.
Tensor apply_floating(const Op& op, Arg& x, const void* attributes = nullptr);
/// PyTorch's result type of two operands: a 0-d tensor or a number widens only into a higher category.
DType result_type(const Tensor& a, const Tensor& b);

/// The operand's tensor; ArgumentError of `op` at the user's line if it is undefined.
const Tensor& operand(std::string_view op, const Arg& x);

/// x in the dtype that functions of several steps compute in: 16-bit floats become float32.
Tensor widened(const Tensor& x);
/// The result of several steps from x, which compute in float32 where x has 16 bits: it is rounded once.
template <class Steps>
Tensor rounded_once(const Tensor& x, Steps steps) {
  return cast(steps(widened(x)), x.dtype());
}

/// Whether a tensor of `dtype` can hold the number (its fraction aside, in integers).
bool fits(Scalar value, DType dtype);
/// The one rule for every number that becomes an element: ArgumentError of `op` if `dtype` cannot hold it.
void check_fits(std::string_view op, Scalar value, DType dtype, Location where);
void check_fits(const Infer& infer, Scalar value, DType dtype);
/// A number as a 0-d tensor; ArgumentError of `op` if `dtype` cannot hold it.
Tensor number_as(DType dtype, std::string_view op, const Arg& number, Device device);

/// The gradient rule of an op that is constant but for its jumps: zeros.
void zero_gradient(Gradient& g);

/// infer of an elementwise op of any number of inputs of one dtype.
void infer_elementwise(Infer& infer);
/// The same, for floating dtypes only.
void infer_floating(Infer& infer);
/// The same with a bool output.
void infer_comparison(Infer& infer);
/// infer of an op whose output looks like its first input.
void infer_like_first(Infer& infer);

}  // namespace triptych
