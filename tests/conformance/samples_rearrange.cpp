// Elements in other places; references by scripts/references/make_conformance_references_indexing.py.
#include "samples.h"

namespace tt = triptych;

namespace conformance {

void add_rearrange_samples(std::vector<Sample>& samples) {
  const auto one = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
  };
  const auto known = [&] { samples.back().unknown_dims = false; };  // the function asks for lengths
  one("permute", "movedim", [](const Tensors& x) { return tt::movedim(x[0], {0, 2}, {2, 1}); });
  one("permute", "swapaxes", [](const Tensors& x) { return tt::swapaxes(x[0], 0, -1); });
  one("permute", "rot90", [](const Tensors& x) { return tt::rot90(x[0], 3, {1, 2}); });
  one("permute", "rot90_once", [](const Tensors& x) { return tt::rot90(x[0]); });
  one("slice", "rot180", [](const Tensors& x) { return tt::rot90(x[0], -2, {2, 0}); });
  one("slice", "narrow", [](const Tensors& x) { return tt::narrow(x[0], 2, -3, 2); });
  one("slice", "fliplr", [](const Tensors& x) { return tt::fliplr(x[0]); });
  samples.push_back({"split", "unbind", [](const Tensors& x) { return tt::unbind(x[0], 1); }});
  known();
  samples.push_back({"split", "tensor_split", [](const Tensors& x) { return tt::tensor_split(x[0], 3, 2); }});
  known();
  samples.push_back({"slice", "tensor_split", [](const Tensors& x) {
                       return tt::tensor_split(x[0], std::vector<std::int64_t>{1, 3}, 2);
                     }});
  one("unsqueeze", "atleast_3d", [](const Tensors& x) { return tt::atleast_3d(x[0]); });
  one("reshape", "unflatten", [](const Tensors& x) { return tt::unflatten(x[0], 2, {2, -1}); });
  known();
  one("diagonal", "plain", [](const Tensors& x) { return tt::diagonal(x[0]); });
  one("diagonal", "above", [](const Tensors& x) { return tt::diagonal(x[0], 1, 2, 0); });
  one("diagonal", "below", [](const Tensors& x) { return tt::diagonal(x[0], -2, 1, -1); });
  one("diagonal", "nothing", [](const Tensors& x) { return tt::diagonal(x[0], 7); });
  one("unfold", "overlapping", [](const Tensors& x) { return tt::unfold(x[0], 1, 3, 2); });
  one("unfold", "apart", [](const Tensors& x) { return tt::unfold(x[0], -1, 2, 3); });
  one("as_strided", "overlapping", [](const Tensors& x) { return tt::as_strided(x[0], {3, 2, 2}, {2, 1, 1}, 3); });
  one("as_strided", "repeating", [](const Tensors& x) { return tt::as_strided(x[0], {2, 3}, {0, 2}, 1); });
  one("concat", "hstack", [](const Tensors& x) { return tt::hstack(x); });
  one("concat", "vstack", [](const Tensors& x) { return tt::vstack(x); });
  one("concat", "dstack", [](const Tensors& x) { return tt::dstack(x); });
  one("concat", "column_stack", [](const Tensors& x) { return tt::column_stack(x); });
  one("concat", "block_diag", [](const Tensors& x) { return tt::block_diag(x); });
  known();
  samples.push_back({"expand", "meshgrid", [](const Tensors& x) { return tt::meshgrid(x); }});
  samples.push_back({"expand", "meshgrid_xy", [](const Tensors& x) { return tt::meshgrid(x, "xy"); }});
  samples.push_back({"expand", "broadcast_tensors", [](const Tensors& x) { return tt::broadcast_tensors(x); }});
  one("expand", "repeat_interleave", [](const Tensors& x) { return tt::repeat_interleave(x[0], 2); });
  one("expand", "tile_many", [](const Tensors& x) { return tt::tile(x[0], {2, 3, 2}); });
  one("stack", "cartesian_prod", [](const Tensors& x) { return tt::cartesian_prod(x); });
  one("where", "diag_embed", [](const Tensors& x) { return tt::diag_embed(x[0], 1, 0, 2); });
  one("where", "diag_embed_below", [](const Tensors& x) { return tt::diag_embed(x[0], -2); });
  one("where", "diagflat", [](const Tensors& x) { return tt::diagflat(x[0]); });
}

}  // namespace conformance
