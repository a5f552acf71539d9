// Ops that a functional model applies without a layer, as files call them.
#pragma once

#include <string>
#include <vector>

#include "core/formats/json.h"
#include "core/graph/graph.h"
#include "triptych/core/tensor.h"

namespace triptych::keras {

/// {"module", "class_name", "config", "registered_name", "name"} of an op that Keras has too. UnsupportedError for
/// others.
Json op_object(const Node& op, const std::string& name);

/// An operand: a tensor, or a number.
struct OpOperand {
  Tensor tensor;
  double number = 0;
};
bool is_known_op(const std::string& class_name);
/// The op of Keras's class. ArgumentError for another number of operands, or none that is a tensor.
Tensor apply_known_op(const std::string& class_name, const std::vector<OpOperand>& operands, Location where);

/// An op that takes more than operands: parts of a tensor, an axis, a shape.
bool takes_arguments(const std::string& class_name);
/// It, of tensors, with the arguments of its config, and of the parts (`x[:, 0]`) those of `key`. ArgumentError for
/// what it does not take.
Tensor apply_op_with_arguments(const std::string& class_name, const Json& config, const std::vector<Tensor>& tensors,
                               const Json& key, Location where);

}  // namespace triptych::keras
