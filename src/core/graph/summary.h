// Summaries as nodes of a graph: ops that give the bytes of a Summary message (core/formats/summary.h), a vector of
// uint8.
#pragma once

#include <cstdint>
#include <string>

#include "triptych/core/op.h"

namespace triptych {

struct SummaryAttributes {
  std::string tag;
  std::int64_t max_outputs = 3;  // of images
  static constexpr auto fields() {
    return std::tuple{field("tag", &SummaryAttributes::tag), field("max_outputs", &SummaryAttributes::max_outputs)};
  }
};

/// Of a tensor with one element.
extern const Op scalar_summary_op;
/// Of all its elements; ArgumentError while it runs if one is NaN or infinite.
extern const Op histogram_summary_op;
/// Of images (n, height, width, channels), uint8 or floating.
extern const Op image_summary_op;

/// Makes them ready to run: a graph that comes from a file calls it.
void load_summary_kernels();

/// Applies one of them, at once to a computed tensor. A node is called `name`, which gets a number if there is one of
/// this name; its tag is its full name behind `prefix`.
Tensor apply_summary(const Op& op, const Tensor& input, std::string_view name, std::string_view prefix,
                     std::int64_t max_outputs, Location where);

}  // namespace triptych
