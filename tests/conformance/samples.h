// Samples of ops for the conformance runner. Inputs and expected results are made with PyTorch and NumPy by
// scripts/references/make_conformance_references.py, which holds a sample of the same op and name.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "triptych/core/ops.h"

namespace conformance {

using triptych::Tensor;
using Tensors = std::vector<Tensor>;

struct Sample {
  std::string op;
  std::string name;
  std::function<Tensors(const Tensors&)> call;
  /// Relative error allowed in float64 against the reference.
  double tolerance = 1e-10;
  /// The result is compared in float32 too (off for ops that amplify rounding).
  bool float32 = true;
  /// Finite differences make sense (off where the samples sit on a kink).
  bool smooth = true;
  /// May be built with unknown dimensions.
  bool unknown_dims = true;
  /// The function's own constants are whole numbers, so that integer dtypes give what float64 gives.
  bool integers = true;
  /// The shapes of the results depend on values: a graph does not know them.
  bool dynamic_shape = false;
  /// Half units in the last place that a result in a narrower dtype may be off: one for each rounding on the way.
  double roundings = 8;
  /// Parts of the result are rounded on the way and may cancel: in 16 bits it is as good as its largest element.
  bool rounds_parts = false;
};

/// All samples, gathered from the functions below.
std::vector<Sample> all_samples();

// One function for each family of ops, in samples_<family>.cpp.
void add_elementwise_samples(std::vector<Sample>& samples);
void add_elementary_samples(std::vector<Sample>& samples);
void add_reduction_samples(std::vector<Sample>& samples);
void add_shape_samples(std::vector<Sample>& samples);
void add_network_samples(std::vector<Sample>& samples);
void add_product_samples(std::vector<Sample>& samples);
void add_view_samples(std::vector<Sample>& samples);
void add_composed_samples(std::vector<Sample>& samples);
void add_edge_samples(std::vector<Sample>& samples);
void add_dynamic_samples(std::vector<Sample>& samples);
void add_order_samples(std::vector<Sample>& samples);
void add_statistics_samples(std::vector<Sample>& samples);
void add_pointwise_samples(std::vector<Sample>& samples);
void add_rectifier_samples(std::vector<Sample>& samples);
void add_loss_family_samples(std::vector<Sample>& samples);
void add_indexing_samples(std::vector<Sample>& samples);
void add_rearrange_samples(std::vector<Sample>& samples);
void add_sequence_samples(std::vector<Sample>& samples);
void add_image_samples(std::vector<Sample>& samples);
void add_linalg_samples(std::vector<Sample>& samples);
void add_vocabulary_samples(std::vector<Sample>& samples);

}  // namespace conformance
