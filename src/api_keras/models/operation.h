// Functions of keras.ops that are several ops here: of a functional model's tensors one step, as Keras's Operations
// are, which a file holds.
#pragma once

#include <functional>
#include <vector>

#include "core/formats/json.h"
#include "triptych/core/tensor.h"

namespace triptych::keras {

/// One of Keras's: in files `class_name` of keras.src.ops.`module`.
struct Operation {
  const char *module, *class_name;
  /// What it is made with, and what its call takes behind the tensors.
  Json config = Json::object(), arguments = Json::array();
};

/// A step of a functional model.
struct RecordedOperation {
  using Run = std::function<std::vector<Tensor>(const std::vector<Tensor>& operands)>;
  Operation operation;
  /// Gets undefined tensors where none is given.
  Run run;
  std::vector<bool> given;
  Location where;

  /// `run` of the tensors that are given, which is recorded again where they are a functional model's.
  std::vector<Tensor> repeat(const std::vector<Tensor>& tensors) const;
};

/// What `run` gives for the operands, some of which may be undefined; recorded if one is a functional model's.
std::vector<Tensor> apply(const Operation& operation, const std::vector<Tensor>& operands,
                          const RecordedOperation::Run& run, Location where);

}  // namespace triptych::keras
