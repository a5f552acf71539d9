// What updates that are made of other ops share.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "triptych/core/autograd.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// state <- value, unless this thread's SkipUpdates says that updates change nothing.
void assign_unless_skipped(const Tensor& state, const Tensor& value);

/// One update over a list of parameters: values are computed first and written in the end, nowhere if a SkipUpdates
/// says so. While alive, nothing is recorded.
class ComposedUpdate {
 public:
  /// ArgumentError unless the learning rate is a 0-d float64 tensor, the lists are as long as `parameters`, and
  /// gradients are like their parameters. Rules that do not ask for the step may be given no steps.
  ComposedUpdate(const char* name, const Tensor& learning_rate, std::span<const Tensor> parameters,
                 std::span<const Tensor> gradients, std::initializer_list<std::span<const Tensor>> lists,
                 std::span<const Tensor> steps, Location where);

  /// Of parameter i, in the dtype of the arithmetic.
  Tensor wide(const Tensor& tensor) const;
  /// A 0-d float64 number beside tensors of parameter i's arithmetic.
  Tensor number(const Tensor& value, std::size_t i) const;
  /// The learning rate, and the number of this update, from 1: 0-d float64 on parameter i's device.
  Tensor rate(std::size_t i) const;
  Tensor step(std::size_t i) const;

  /// state <- value, when all is computed.
  void write(const Tensor& state, const Tensor& value) { writes_.emplace_back(state, value); }
  /// Writes, and counts each step once.
  void finish();

 private:
  GradMode no_recording_{false};
  Tensor learning_rate_;
  std::span<const Tensor> parameters_, steps_;
  std::vector<std::pair<Tensor, Tensor>> writes_;
};

}  // namespace triptych
