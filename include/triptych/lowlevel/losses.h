// Losses that are added to a collection of their graph: tf.compat.v1.losses.
//
//   tf::losses::sparse_softmax_cross_entropy(labels, logits);
//   const Tensor train = tf::train::AdamOptimizer(1e-3).minimize(tf::losses::get_total_loss());
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel::losses {

/// What the weighted losses of the examples become: they stay, are summed, or the sum is divided by the sum of the
/// weights, by the number of losses, or by the number of those whose weight is not 0. A quotient by nothing is 0.
enum class Reduction : std::uint8_t { NONE, SUM, MEAN, SUM_OVER_BATCH_SIZE, SUM_BY_NONZERO_WEIGHTS };

/// In the order of TensorFlow's arguments, behind what the loss takes itself.
struct LossOptions {
  /// One number, or of the losses' rank with their lengths or lengths of one; undefined: 1.
  Tensor weights = {};
  /// The scope of the nodes; empty: the loss's name.
  OwnedText scope = "";
  /// Where the loss is added if it is a tensor of a graph; empty: nowhere.
  OwnedText loss_collection = GraphKeys::LOSSES;
  Reduction reduction = Reduction::SUM_BY_NONZERO_WEIGHTS;
};

// All: labels are cast to the predictions' dtype, 16 bits are computed in float32. ArgumentError if an operand is
// undefined, or shapes, those of the weights too, do not fit.

/// |prediction - label|.
TRIPTYCH_API Tensor absolute_difference(const Arg& labels, const Arg& predictions, const LossOptions& options = {});
/// 1 minus the sum of products along `axis`, of vectors of length one.
TRIPTYCH_API Tensor cosine_distance(const Arg& labels, const Arg& predictions, std::int64_t axis,
                                    const LossOptions& options = {});
/// relu(1 - (2 label - 1) logit) for labels 0 and 1.
TRIPTYCH_API Tensor hinge_loss(const Arg& labels, const Arg& logits, const LossOptions& options = {});
/// (prediction - label)^2.
TRIPTYCH_API Tensor mean_squared_error(const Arg& labels, const Arg& predictions, const LossOptions& options = {});
/// Softmax's cross-entropy with labels (n,) or (n, 1) of classes.
TRIPTYCH_API Tensor sparse_softmax_cross_entropy(const Arg& labels, const Arg& logits, const LossOptions& options = {});
/// For each example the mean square of the differences between pairs of its errors, times two. `reduction` is not used.
TRIPTYCH_API Tensor mean_pairwise_squared_error(const Arg& labels, const Arg& predictions,
                                                const LossOptions& options = {});

struct HuberLossOptions {
  Tensor weights = {};
  /// Where the square turns into a straight line.
  double delta = 1.0;
  OwnedText scope = "";
  OwnedText loss_collection = GraphKeys::LOSSES;
  Reduction reduction = Reduction::SUM_BY_NONZERO_WEIGHTS;
};
TRIPTYCH_API Tensor huber_loss(const Arg& labels, const Arg& predictions, const HuberLossOptions& options = {});

struct LogLossOptions {
  Tensor weights = {};
  double epsilon = 1e-7;
  OwnedText scope = "";
  OwnedText loss_collection = GraphKeys::LOSSES;
  Reduction reduction = Reduction::SUM_BY_NONZERO_WEIGHTS;
};
/// -label ln(prediction + epsilon) - (1 - label) ln(1 - prediction + epsilon).
TRIPTYCH_API Tensor log_loss(const Arg& labels, const Arg& predictions, const LogLossOptions& options = {});

struct CrossEntropyOptions {
  Tensor weights = {};
  /// The share of a label that is spread over all classes, or moved to 1/2.
  double label_smoothing = 0;
  OwnedText scope = "";
  OwnedText loss_collection = GraphKeys::LOSSES;
  Reduction reduction = Reduction::SUM_BY_NONZERO_WEIGHTS;
};
TRIPTYCH_API Tensor sigmoid_cross_entropy(const Arg& multi_class_labels, const Arg& logits,
                                          const CrossEntropyOptions& options = {});
/// No gradient flows to the labels.
TRIPTYCH_API Tensor softmax_cross_entropy(const Arg& onehot_labels, const Arg& logits,
                                          const CrossEntropyOptions& options = {});

/// Losses of one's own, weighted and reduced.
TRIPTYCH_API Tensor compute_weighted_loss(const Arg& losses, const LossOptions& options = {});
TRIPTYCH_API void add_loss(const Tensor& loss, Text loss_collection = GraphKeys::LOSSES,
                           Location where = Location::here());
/// Those of the default graph whose names begin with `scope`.
TRIPTYCH_API std::vector<Tensor> get_losses(Text scope = "", Text loss_collection = GraphKeys::LOSSES);
/// Their sum, with that of the regularizers. ArgumentError if there is no loss at all.
TRIPTYCH_API Tensor get_total_loss(bool add_regularization_losses = true, Text name = "total_loss", Text scope = "",
                                   Location where = Location::here());

}  // namespace triptych::lowlevel::losses
