#include "triptych/lowlevel/functional.h"

namespace triptych::lowlevel::detail {

void check_parallel(const char* op, std::int64_t parallel_iterations, Location where) {
  if (parallel_iterations < 1)
    throw ArgumentError(op, "parallel_iterations is not positive", std::to_string(parallel_iterations), "", where);
}

void check_accumulator(const char* op, std::size_t given, std::size_t count, Location where) {
  if (given != count)
    throw ArgumentError(op, "the function gives another number of tensors than the accumulator has",
                        std::to_string(given) + ", not " + std::to_string(count), "", where);
}

void check_scannable(const char* op, const triptych::detail::Tensors& stacks, Location where) {
  for (const Tensor& stack : stacks) {
    if (!stack.defined())
      throw ArgumentError(op, "a tensor is undefined", "a default-constructed Tensor", "Give it a value first", where);
    if (stack.ndim() == 0 || (stack.shape().dim(0).known() && stack.shape().dim(0).raw() == 0))
      throw ArgumentError(op, "there is no first row to begin with", stack.shape().text(), "Pass an initializer",
                          where);
  }
}

}  // namespace triptych::lowlevel::detail
