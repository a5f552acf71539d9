// The cases, by family: each makes operands with the dice, runs ops on them, and compares with plain loops.
#pragma once

#include <vector>

#include "dice.h"

namespace paths {

struct Family {
  const char* name;
  void (*run)(Dice& dice);
  int weight;  // its share of all cases
};

void product_case(Dice& dice);
void convolution_case(Dice& dice);
void depthwise_case(Dice& dice);
void volume_case(Dice& dice);
void pool_case(Dice& dice);
void image_case(Dice& dice);
void reduction_case(Dice& dice);
void row_case(Dice& dice);
void normalization_case(Dice& dice);
void elementwise_case(Dice& dice);
void movement_case(Dice& dice);
void index_case(Dice& dice);
void line_case(Dice& dice);
void sequence_case(Dice& dice);

/// The gradients of `y`, given the gradient `upstream` of a result, with respect to `xs`, which are leaves.
std::vector<tt::Tensor> gradients_of(const tt::Tensor& y, const std::vector<tt::Tensor>& xs,
                                     const tt::Tensor& upstream);
/// A leaf over the same memory.
tt::Tensor leaf(const tt::Tensor& x);

}  // namespace paths
