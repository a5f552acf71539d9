// Functions of several steps over tensors and numbers: 16 bits become float32 on the way, and the result is rounded
// once.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/ops/ops.h"
#include "triptych/core/graph.h"

namespace triptych {

/// The dtype that the tensors among the operands have in common: 0-d ones count where no other is floating.
DType common_dtype(std::string_view op, std::initializer_list<const Arg*> operands);

/// Where one operand is of a graph, all steps are: a condition on a trained operand, computed now, would be frozen
/// there.
std::optional<TraceScope> scope_of(std::initializer_list<const Arg*> operands);

/// An operand in the dtype that several steps compute in; a number stays one.
class Wide {
 public:
  explicit Wide(const Arg& x) : number_(x), tensor_(x.is_scalar() ? Tensor() : widened(x.tensor())) {}
  operator Arg() const { return tensor_.defined() ? Arg(tensor_) : Arg(number_); }

 private:
  const Arg& number_;
  Tensor tensor_;
};

/// The result of several steps, rounded to `dtype` if that has 16 bits.
Tensor rounded_to(DType dtype, const Tensor& result);

}  // namespace triptych
