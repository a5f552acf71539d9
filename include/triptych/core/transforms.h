// What functional transforms are made of: derivatives of functions from tensors to tensors, on computed tensors and on
// those of a graph that is being traced alike, so that transforms may stand inside of one another.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "triptych/core/tensor.h"

namespace triptych::detail {

/// From tensors to tensors.
using FunctionOfTensors = std::function<std::vector<Tensor>(std::span<const Tensor>)>;

/// What a function gave; the first `differentiated` tensors are what derivatives are asked of, the others additional.
struct CallResult {
  std::vector<Tensor> tensors;
  std::size_t differentiated = 0;
};

/// A function that was called, ready for its derivatives. Inputs with respect to which it is differentiated were given
/// to it as copies, of which nobody else knows; where something else that it read requires a gradient, what is computed
/// here can be differentiated with respect to that, too.
class TRIPTYCH_API Differentiated {
 public:
  /// Calls `function`; ArgumentError of `op` if an input or result that a derivative is asked of is not floating, or
  /// undefined.
  Differentiated(std::string_view op, const std::function<CallResult(std::span<const Tensor>)>& function,
                 std::span<const Tensor> inputs, const std::vector<bool>& wanted, Location where);

  /// What the function gave, for its caller.
  std::vector<Tensor> results() const;
  /// The gradients of the wanted inputs; ArgumentError if there is not one result, a scalar.
  std::vector<Tensor> gradients(Location where) const;
  /// The gradients of the wanted inputs for those of the results; zeros where nothing depends on one.
  std::vector<Tensor> pull_back(std::span<const Tensor> cotangents, Location where) const;
  /// The change of the results for one of the wanted inputs. By walking back twice: a gradient is linear in the
  /// cotangent, and the walk back of that is the walk forth.
  std::vector<Tensor> push_forward(std::span<const Tensor> tangents, Location where) const;
  /// All derivatives, of result i with respect to wanted input j in place i * inputs + j, of shape (result...,
  /// input...), one walk for each element of the results, or of the inputs with `forward`, `chunk_size` together (0:
  /// all).
  std::vector<Tensor> jacobian(bool forward, std::int64_t chunk_size, Location where) const;
  /// The same without vmap, one walk after the other.
  std::vector<Tensor> jacobian_by_rows(Location where) const;
  /// ArgumentError if a result does not depend on a wanted input.
  void check_dependence(Location where) const;
  std::size_t result_count() const { return differentiated_.size(); }
  std::size_t wanted_count() const { return wanted_.size(); }

 private:
  std::vector<Tensor> walk(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> cotangents,
                           bool create_graph, Location where) const;
  std::vector<Tensor> for_caller(std::vector<Tensor> tensors, std::span<const Tensor> copies) const;
  void check_like(std::span<const Tensor> given, std::span<const Tensor> like, const char* what, Location where) const;

  std::string_view op_;
  std::vector<Tensor> wanted_;  // the copies
  std::vector<Tensor> differentiated_, additional_;
  bool recorded_;      // who calls records
  bool depends_more_;  // and results depend on more than the copies
};

}  // namespace triptych::detail
