#include "triptych/eager/func.h"

namespace triptych::eager::func::detail {

std::vector<triptych::detail::ExampleAxis> axes_of(const ExampleDims& dims, const std::vector<std::size_t>& counts,
                                                   Location where) {
  if (!dims.single && dims.dims.size() != counts.size())
    throw ArgumentError("vmap", "in_dims do not fit the arguments",
                        std::to_string(dims.dims.size()) + " for " + std::to_string(counts.size()) + " arguments",
                        "Give one for each, or one for all", where);
  std::vector<triptych::detail::ExampleAxis> axes;
  for (std::size_t i = 0; i < counts.size(); ++i)
    axes.insert(axes.end(), counts[i], dims.dims[dims.single ? 0 : i].axis);
  return axes;
}

}  // namespace triptych::eager::func::detail
