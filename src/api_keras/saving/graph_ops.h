// Ops that a functional model applies without a layer, as files call them: Keras's Operations.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api_keras/models/operation.h"
#include "core/formats/json.h"
#include "core/graph/graph.h"
#include "triptych/core/tensor.h"

namespace triptych::keras {

/// An op of a model as Keras has it.
struct WrittenOp {
  /// Where it is ("keras.src.ops.numpy"), its class, and what it is made with.
  std::string module, class_name;
  Json config = Json::object();
  /// What it is called on.
  Json args = Json::array(), kwargs = Json::object();
  /// Which of the node's outputs is its first.
  int first_output = 0;
};
/// UnsupportedError for an op that Keras does not have. `operands` are written already; `reads` says which outputs of
/// the node are read.
WrittenOp written_op(const Node& op, const std::vector<Json>& operands, const std::vector<bool>& reads);
WrittenOp written_operation(const RecordedOperation& operation, const std::vector<Json>& operands);
/// A tensor of values as Keras writes an array.
Json array_object(const Tensor& values);

/// A call of one of Keras's Operations, as a file has it.
struct OpCall {
  std::string class_name;
  const Json& config;
  const Json &args, &kwargs;
  /// The tensor of the model that a "__keras_tensor__" is.
  std::function<Tensor(const Json&)> model_tensor;
  Location where;
};
bool is_known_op(const std::string& class_name);
/// Its results. ArgumentError for what it does not take.
std::vector<Tensor> apply_known_op(const OpCall& call);

}  // namespace triptych::keras
