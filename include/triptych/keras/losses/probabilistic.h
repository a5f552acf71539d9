// Losses of probabilities: cross-entropies and their relatives. Probabilities are kept 1e-7 from 0 and 1 before their
// logarithm is taken.
#pragma once

#include <cstdint>
#include <optional>

#include "triptych/keras/losses/loss.h"

namespace triptych::keras {

/// Options of the cross-entropies, in Keras's order; the last three are LossReductionOptions'.
struct CrossentropyLossOptions {
  /// y_pred holds logits; else probabilities.
  bool from_logits = false;
  /// Targets are drawn to the middle: y (1 - s) + s / classes (binary: s / 2).
  double label_smoothing = 0;
  /// Of the classes; of a binary loss, of the mean.
  std::int64_t axis = -1;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};
struct BinaryFocalCrossentropyLossOptions {
  /// Class 1 counts alpha, class 0 1 - alpha.
  bool apply_class_balancing = false;
  double alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  std::int64_t axis = -1;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};
struct CategoricalFocalCrossentropyLossOptions {
  double alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  std::int64_t axis = -1;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};
struct SparseCategoricalCrossentropyLossOptions {
  bool from_logits = false;
  /// Examples of this class do not count.
  std::optional<std::int64_t> ignore_class = {};
  OwnedText reduction = "sum_over_batch_size";
  /// Of the classes: the last one.
  std::int64_t axis = -1;
  OptionText name = {};
  std::optional<DType> dtype = {};
};
struct CategoricalGeneralizedCrossEntropyOptions {
  double q = 0.5;
  OwnedText reduction = "sum_over_batch_size";
  OptionText name = {};
  std::optional<DType> dtype = {};
};

/// Arguments of the functions, in Keras's order.
struct CrossentropyArguments {
  bool from_logits = false;
  double label_smoothing = 0;
  std::int64_t axis = -1;
};
struct BinaryFocalArguments {
  bool apply_class_balancing = false;
  double alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  std::int64_t axis = -1;
};
struct CategoricalFocalArguments {
  double alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  std::int64_t axis = -1;
};
struct SparseCrossentropyArguments {
  bool from_logits = false;
  std::optional<std::int64_t> ignore_class = {};
  std::int64_t axis = -1;
};

namespace losses {

// ArgumentError for a label_smoothing that is not a share, or an alpha or gamma that is negative.

/// Mean over an axis of -(y log p + (1 - y) log(1 - p)).
TRIPTYCH_API Loss BinaryCrossentropy(CrossentropyLossOptions options = {}, Location where = Location::here());
/// The same times (1 - p_t)^gamma, p_t the probability of what is true. Lin et al., 2018.
TRIPTYCH_API Loss BinaryFocalCrossentropy(BinaryFocalCrossentropyLossOptions options = {},
                                          Location where = Location::here());
/// -sum_c y_true_c log p_c. Both (n, classes).
TRIPTYCH_API Loss CategoricalCrossentropy(CrossentropyLossOptions options = {}, Location where = Location::here());
/// -sum_c alpha (1 - p_c)^gamma y_true_c log p_c.
TRIPTYCH_API Loss CategoricalFocalCrossentropy(CategoricalFocalCrossentropyLossOptions options = {},
                                               Location where = Location::here());
/// -log of the probability of the true class. y_true: class numbers (n) or (n, 1); y_pred: (n, classes). ArgumentError
/// unless `axis` is the last one.
TRIPTYCH_API Loss SparseCategoricalCrossentropy(SparseCategoricalCrossentropyLossOptions options = {},
                                                Location where = Location::here());
/// sum over the last axis of y_true log(y_true / y_pred), both kept between 1e-7 and 1.
TRIPTYCH_API Loss KLDivergence(LossReductionOptions options = {}, Location where = Location::here());
/// Mean over the last axis of y_pred - y_true log(y_pred + 1e-7).
TRIPTYCH_API Loss Poisson(LossReductionOptions options = {}, Location where = Location::here());
/// (1 - p^q) / q, p the probability of the true class. y_true: class numbers (n). Zhang and Sabuncu, 2018.
/// ArgumentError unless 0 < q < 1.
TRIPTYCH_API Loss CategoricalGeneralizedCrossEntropy(CategoricalGeneralizedCrossEntropyOptions options = {},
                                                     Location where = Location::here());

// The losses of the examples, with the same errors.

TRIPTYCH_API Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                        CrossentropyArguments arguments = {}, Location where = Location::here());
TRIPTYCH_API Tensor binary_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                              BinaryFocalArguments arguments = {}, Location where = Location::here());
TRIPTYCH_API Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                             CrossentropyArguments arguments = {}, Location where = Location::here());
TRIPTYCH_API Tensor categorical_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                                   CategoricalFocalArguments arguments = {},
                                                   Location where = Location::here());
/// Losses of an ignored class are 0.
TRIPTYCH_API Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                                    SparseCrossentropyArguments arguments = {},
                                                    Location where = Location::here());
TRIPTYCH_API Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor poisson(const Tensor& y_true, const Tensor& y_pred, Location where = Location::here());
TRIPTYCH_API Tensor categorical_generalized_cross_entropy(const Tensor& y_true, const Tensor& y_pred, double q,
                                                          Location where = Location::here());

}  // namespace losses
}  // namespace triptych::keras
