// Reductions over rows that carry the same number, TensorFlow's segment family. `segment_ids` is int32 or int64; its
// dimensions are the first ones of `data`, and the result has one in their place, which counts the segments.
#pragma once

#include "triptych/core/tensor.h"

namespace triptych {

/// Of vectors of ids that ascend from 0 on; there are as many segments as the last one says, and in a graph their
/// number is unknown. A number without a row has 0 ("prod": 1). ArgumentError for an id above the last one or below 0.
TRIPTYCH_API Tensor segment_sum(Arg data, Arg segment_ids);
TRIPTYCH_API Tensor segment_mean(Arg data, Arg segment_ids);
TRIPTYCH_API Tensor segment_max(Arg data, Arg segment_ids);
TRIPTYCH_API Tensor segment_min(Arg data, Arg segment_ids);
TRIPTYCH_API Tensor segment_prod(Arg data, Arg segment_ids);

/// Of ids in any order, for segments 0 to num_segments - 1; rows with a negative id are left out. A segment without a
/// row has 0, "prod" 1, "max" ("min") the lowest (highest) finite number of the dtype. ArgumentError for an id that is
/// not below `num_segments`.
TRIPTYCH_API Tensor unsorted_segment_sum(Arg data, Arg segment_ids, std::int64_t num_segments);
TRIPTYCH_API Tensor unsorted_segment_mean(Arg data, Arg segment_ids, std::int64_t num_segments);
/// The sum divided by the square root of the number of rows.
TRIPTYCH_API Tensor unsorted_segment_sqrt_n(Arg data, Arg segment_ids, std::int64_t num_segments);
TRIPTYCH_API Tensor unsorted_segment_max(Arg data, Arg segment_ids, std::int64_t num_segments);
TRIPTYCH_API Tensor unsorted_segment_min(Arg data, Arg segment_ids, std::int64_t num_segments);
TRIPTYCH_API Tensor unsorted_segment_prod(Arg data, Arg segment_ids, std::int64_t num_segments);

}  // namespace triptych
