// Views, slices, joins and gathers; references by scripts/references/make_conformance_references_views.py.
#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_view_samples(std::vector<Sample>& samples) {
  const auto one = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) {
    samples.push_back({op, name, [f](const Tensors& x) { return Tensors{f(x)}; }});
  };
  using tt::none;
  using tt::Slice;
  one("flatten", "tail", [](const Tensors& x) { return tt::flatten(x[0], 1); });
  one("flatten", "scalar", [](const Tensors& x) { return tt::flatten(x[0]); });
  one("squeeze", "two_axes", [](const Tensors& x) { return tt::squeeze(x[0], {0, 2}); });
  one("unsqueeze", "middle", [](const Tensors& x) { return tt::unsqueeze(x[0], 1); });
  one("reshape", "empty", [](const Tensors& x) { return tt::reshape(x[0], {3, 0}); });
  one("expand", "both_ends", [](const Tensors& x) { return tt::expand(x[0], {2, -1, 4}); });
  one("expand_like", "rows", [](const Tensors& x) { return tt::expand_like(x[0], x[1]); });
  one("contiguous", "transposed", [](const Tensors& x) { return tt::contiguous(tt::transpose(x[0], 0, 2)); });
  one("permute", "moveaxis", [](const Tensors& x) { return tt::moveaxis(x[0], 0, -1); });
  one("expand", "tile", [](const Tensors& x) { return tt::tile(x[0], {2, 1, 3}); });
  one("expand", "repeat", [](const Tensors& x) { return tt::repeat(x[0], 2, 1); });
  one("concat", "three", [](const Tensors& x) { return tt::concat(x, 1); });
  one("concat", "one_empty", [](const Tensors& x) { return tt::concat(x, 0); });
  one("concat", "stack", [](const Tensors& x) { return tt::stack(x, -1); });
  samples.push_back({"split", "equal", [](const Tensors& x) { return tt::chunk(x[0], 3, 1); }});
  samples.push_back({"split", "sizes", [](const Tensors& x) { return tt::split(x[0], {1, 0, 3}); }});
  one("slice", "steps", [](const Tensors& x) { return x[0][{Slice(none, none, -2), tt::newaxis, 1}]; });
  one("slice", "negative", [](const Tensors& x) { return x[0][{tt::ellipsis, Slice(-3, -1)}]; });
  one("slice", "nothing", [](const Tensors& x) { return x[0][Slice(2, 1)]; });
  one("slice", "flip", [](const Tensors& x) { return tt::flip(x[0], {0, 2}); });
  one("slice_update", "column", [](const Tensors& x) { return tt::index_update(x[0], {Slice(0, 2), 1}, x[1]); });
  one("slice_update", "broadcast", [](const Tensors& x) {
    return tt::index_update(x[0], {tt::ellipsis, Slice(none, none, 2)}, x[1]);
  });
  one("pad", "both", [](const Tensors& x) { return tt::pad(x[0], {{1, 2}, {0, 3}}, 0.5); });
  one("gather", "axis1", [](const Tensors& x) { return tt::gather(x[0], 1, x[1]); });
  one("gather", "empty", [](const Tensors& x) { return tt::gather(x[0], 0, x[1]); });
  one("scatter_add", "axis0", [](const Tensors& x) { return tt::scatter_add(x[0], 0, x[1], x[2]); });
  one("index_select", "middle", [](const Tensors& x) { return tt::index_select(x[0], 1, x[1]); });
  one("index_add", "last", [](const Tensors& x) { return tt::index_add(x[0], 2, x[1], x[2]); });
  one("one_hot", "matrix", [](const Tensors& x) { return tt::one_hot(x[0], 5, tt::float64); });
}

}  // namespace conformance
