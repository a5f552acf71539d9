// Attributes of index, index_put and scatter, and what is made of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "triptych/core/op.h"

namespace triptych {

/// What becomes of an element that another one is put onto. Where several meet, they do so in the order of the index.
enum class Combine : std::uint8_t { replace, add, multiply, maximum, minimum };
const char* name_of(Combine combine);

/// Index tensor i chooses along axis `axes[i]` of x. Their common shape stands in the result before its axis `place`,
/// counted without them; the axes that nobody names keep their order around it.
struct IndexAttributes {
  Axes axes;
  std::int64_t place = 0;
  static constexpr auto fields() {
    return std::tuple{field("axes", &IndexAttributes::axes), field("place", &IndexAttributes::place)};
  }
};

struct IndexPutAttributes {
  Axes axes;
  std::int64_t place = 0;
  Combine combine = Combine::replace;
  static constexpr auto fields() {
    return std::tuple{field("axes", &IndexPutAttributes::axes), field("place", &IndexPutAttributes::place),
                      field("combine", &IndexPutAttributes::combine)};
  }
};

struct ScatterAttributes {
  std::int64_t axis = 0;
  Combine combine = Combine::replace;
  static constexpr auto fields() {
    return std::tuple{field("axis", &ScatterAttributes::axis), field("combine", &ScatterAttributes::combine)};
  }
};

/// The elements of x at the places that the index tensors name.
Tensor pick(const Arg& x, std::span<const Tensor> indices, const IndexAttributes& attributes);
/// x with `value`, of x's dtype, which broadcasts to what `pick` would give, put there.
Tensor put(const Arg& x, const Arg& value, std::span<const Tensor> indices, const IndexPutAttributes& attributes);
/// x with `source`, of x's dtype and of index's shape, put at `index` along an axis.
Tensor put_along(const Arg& x, const Arg& index, const Arg& source, const ScatterAttributes& attributes);

/// 0, 1, ... as an int64 vector as long as x is along `axis`, which a graph may not know.
Tensor iota_along(const Tensor& x, int axis);
/// The length of `axis` as a 0-d int64 tensor.
Tensor length_along(const Tensor& x, int axis);
/// `x`, a vector, as axis `axis` of a tensor of `rank` dimensions.
Tensor along(const Tensor& x, int axis, int rank);
/// Constant places as an int64 tensor where `x` is.
Tensor places_like(const Tensor& x, const std::vector<std::int64_t>& places);

}  // namespace triptych
