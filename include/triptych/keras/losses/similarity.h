// Losses of embeddings that are to lie near to those of their class.
#pragma once

#include <optional>

#include "triptych/keras/losses/loss.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct CircleOptions {
  double gamma = 80;
  double margin = 0.4;
  /// An example is not its own neighbour.
  bool remove_diagonal = true;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};
/// Arguments of the function, in Keras's order.
struct CircleArguments {
  /// Class numbers and embeddings of the examples to compare with; by default those of the batch.
  Tensor ref_labels = {};
  Tensor ref_embeddings = {};
  bool remove_diagonal = true;
  double gamma = 80;
  double margin = 0.4;
};

namespace losses {

/// softplus of the log-sum-exp of the distances in the class and of those to other classes, each weighted by how far it
/// is from where it should be. y_true: class numbers (n); y_pred: normalized embeddings (n, size). Examples whose loss
/// is 0 do not count. Sun et al., 2020.
TRIPTYCH_API Loss Circle(CircleOptions options = {}, Location where = Location::here());

TRIPTYCH_API Tensor circle(const Tensor& y_true, const Tensor& y_pred, const CircleArguments& arguments = {},
                           Location where = Location::here());

}  // namespace losses
}  // namespace triptych::keras
