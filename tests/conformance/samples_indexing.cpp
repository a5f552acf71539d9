// Index tensors and masks, read and written; references by scripts/references/make_conformance_references_indexing.py.
#include "samples.h"

namespace tt = triptych;

namespace conformance {
namespace {

using One = std::function<Tensor(const Tensors&)>;

void add(std::vector<Sample>& samples, const char* op, const char* name, One f) {
  samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
}

void add_reading(std::vector<Sample>& samples) {
  add(samples, "index", "rows", [](const Tensors& x) { return tt::take(x[0], x[1], 0); });
  add(samples, "index", "negative", [](const Tensors& x) { return tt::take(x[0], x[1], 1); });
  add(samples, "index", "two_together", [](const Tensors& x) { return x[0][{tt::Slice(), x[1], x[2]}]; });
  add(samples, "index", "two_apart", [](const Tensors& x) { return x[0][{x[1], tt::Slice(), x[2]}]; });
  add(samples, "index", "all_axes", [](const Tensors& x) { return x[0][{x[1], x[2], x[3]}]; });
  add(samples, "index", "mask", [](const Tensors& x) { return x[0][x[1]]; });
  samples.back().dynamic_shape = true;
  add(samples, "index", "mask_and_slice", [](const Tensors& x) {
    return x[0][{tt::Slice(), x[1], tt::Slice(tt::none, tt::none, 2)}];
  });
  samples.back().dynamic_shape = true;
  add(samples, "index", "empty", [](const Tensors& x) { return tt::take(x[0], x[1], 0); });
  add(samples, "index", "take", [](const Tensors& x) { return tt::take(x[0], x[1]); });
  add(samples, "index", "gather_nd", [](const Tensors& x) { return tt::gather_nd(x[0], x[1]); });
  samples.back().unknown_dims = false;  // how many indices a row has is known
  add(samples, "index", "gather_nd_batch", [](const Tensors& x) { return tt::gather_nd(x[0], x[1], 1); });
  samples.back().unknown_dims = false;
  add(samples, "index", "batch_gather",
      [](const Tensors& x) { return tt::gather(x[0], x[1], {.axis = 2, .batch_dims = 1}); });
  add(samples, "index", "dynamic_slice", [](const Tensors& x) { return tt::dynamic_slice(x[0], x[1], {2, 1, 4}); });
  add(samples, "index", "combinations", [](const Tensors& x) { return tt::combinations(x[0]); });
  samples.back().unknown_dims = false;
  const auto padded = [&](const char* mode, std::vector<std::pair<std::int64_t, std::int64_t>> padding) {
    const std::string text = mode;
    add(samples, "index", ("pad_" + text).c_str(), [=](const Tensors& x) { return tt::pad(x[0], padding, text); });
  };
  padded("reflect", {{0, 0}, {1, 2}, {2, 1}});
  padded("replicate", {{0, 0}, {0, 5}, {2, 1}});
  padded("circular", {{0, 0}, {1, 0}, {2, 3}});
  padded("symmetric", {{2, 1}, {0, 3}});
  add(samples, "gather", "take_along", [](const Tensors& x) { return tt::take_along_dim(x[0], x[1], 0); });
  samples.back().unknown_dims = false;  // a graph that does not know the lengths broadcasts none
}

void add_writing(std::vector<Sample>& samples) {
  add(samples, "index_put", "rows", [](const Tensors& x) { return tt::index_put(x[0], {x[1]}, x[2]); });
  add(samples, "index_put", "broadcast", [](const Tensors& x) { return tt::index_put(x[0], {x[1], x[2]}, x[3]); });
  add(samples, "index_put", "accumulate", [](const Tensors& x) {
    return tt::index_put(x[0], {x[1], x[2]}, x[3], true);
  });
  add(samples, "index_put", "accumulate_mask",
      [](const Tensors& x) { return tt::index_put(x[0], {x[1]}, x[2], true); });
  add(samples, "index_put", "mask_rows", [](const Tensors& x) { return tt::index_put(x[0], {x[1]}, x[2]); });
  add(samples, "index_put", "copy", [](const Tensors& x) { return tt::index_copy(x[0], 1, x[1], x[2]); });
  add(samples, "index_put", "fill", [](const Tensors& x) { return tt::index_fill(x[0], 2, x[1], 0.5); });
  samples.back().integers = false;
  add(samples, "index_put", "put", [](const Tensors& x) { return tt::put(x[0], x[1], x[2]); });
  add(samples, "index_put", "nd_max", [](const Tensors& x) { return tt::tensor_scatter_nd_max(x[0], x[1], x[2]); });
  samples.back().unknown_dims = false;
  add(samples, "index_put", "nd_min", [](const Tensors& x) { return tt::tensor_scatter_nd_min(x[0], x[1], x[2]); });
  samples.back().unknown_dims = false;
  add(samples, "index_put", "scatter_nd", [](const Tensors& x) { return tt::scatter_nd(x[0], x[1], {4, 3}); });
  samples.back().unknown_dims = false;
  add(samples, "index_put", "dynamic_update",
      [](const Tensors& x) { return tt::dynamic_update_slice(x[0], x[1], x[2]); });
  add(samples, "index_put", "diagonal_scatter",
      [](const Tensors& x) { return tt::diagonal_scatter(x[0], x[1], 1, 2, 0); });
  add(samples, "index_put", "masked_scatter",
      [](const Tensors& x) { return tt::masked_scatter(x[0], tt::unsqueeze(x[1], -1), x[2]); });
  add(samples, "index_add", "alpha", [](const Tensors& x) { return tt::index_add(x[0], 1, x[1], x[2], -2); });
  samples.back().integers = false;  // uint8 has no -2
  add(samples, "where", "set_by_mask", [](const Tensors& x) { return tt::index_update(x[0], {x[1]}, x[2]); });
  add(samples, "where", "masked_fill", [](const Tensors& x) { return tt::masked_fill(x[0], x[1], 0.5); });
  samples.back().integers = false;
  add(samples, "slice_update", "select_scatter",
      [](const Tensors& x) { return tt::select_scatter(x[0], x[1], 1, -2); });
  add(samples, "slice_update", "slice_scatter", [](const Tensors& x) {
    return tt::slice_scatter(x[0], x[1], 2, {1, 5, 2});
  });
}

void add_scatters(std::vector<Sample>& samples) {
  for (const std::string reduce : {"sum", "prod", "amax", "amin", "mean"})
    for (const bool own : {true, false}) {
      add(samples, "scatter", (reduce + (own ? "_with_self" : "_without_self")).c_str(),
          [=](const Tensors& x) { return tt::scatter_reduce(x[0], 0, x[1], x[2], reduce, own); });
      if (reduce == "prod") samples.back().roundings = 64;
      samples.back().integers = reduce != "mean" && reduce != "prod";  // rounded down; wraps around
    }
  add(samples, "scatter", "replace", [](const Tensors& x) { return tt::scatter(x[0], 1, x[1], x[2]); });
  add(samples, "scatter", "longer_source", [](const Tensors& x) { return tt::scatter(x[0], 1, x[1], x[2]); });
  samples.back().unknown_dims = false;
  add(samples, "scatter", "number", [](const Tensors& x) { return tt::scatter(x[0], 0, x[1], 1.5); });
  samples.back().integers = false;
  add(samples, "scatter", "multiply", [](const Tensors& x) { return tt::scatter(x[0], 1, x[1], x[2], "multiply"); });
  samples.back().roundings = 64;
  add(samples, "scatter", "put_along", [](const Tensors& x) { return tt::put_along_axis(x[0], x[1], x[2], 1); });
  samples.back().unknown_dims = false;
}

void add_segments(std::vector<Sample>& samples) {
  const auto of_five = [&](const char* name, Tensor (*f)(tt::Arg, tt::Arg, std::int64_t)) {
    add(samples, "index_put", name, [=](const Tensors& x) { return f(x[0], x[1], 5); });
    samples.back().roundings = 64;
  };
  of_five("unsorted_segment_sum", tt::unsorted_segment_sum);
  of_five("unsorted_segment_prod", tt::unsorted_segment_prod);
  of_five("unsorted_segment_mean", tt::unsorted_segment_mean);
  of_five("unsorted_segment_sqrt_n", tt::unsorted_segment_sqrt_n);
  add(samples, "index_put", "unsorted_segment_matrix",
      [](const Tensors& x) { return tt::unsorted_segment_sum(x[0], x[1], 4); });
  const auto dynamic = [&](const char* op, const char* name, One f) {
    add(samples, op, name, std::move(f));
    samples.back().dynamic_shape = true;
  };
  dynamic("index_put", "segment_sum", [](const Tensors& x) { return tt::segment_sum(x[0], x[1]); });
  dynamic("index_put", "segment_mean", [](const Tensors& x) { return tt::segment_mean(x[0], x[1]); });
  dynamic("index_put", "segment_max", [](const Tensors& x) { return tt::segment_max(x[0], x[1]); });
  dynamic("index_put", "segment_min", [](const Tensors& x) { return tt::segment_min(x[0], x[1]); });
  dynamic("index_put", "segment_prod", [](const Tensors& x) { return tt::segment_prod(x[0], x[1]); });
  samples.back().roundings = 64;
  dynamic("repeat_interleave", "counts", [](const Tensors& x) { return tt::repeat_interleave(x[0], x[1], 1); });
  dynamic("repeat_interleave", "places", [](const Tensors& x) { return tt::repeat_interleave(x[0]); });
  samples.push_back({"nonzero", "where", [](const Tensors& x) { return tt::where(x[0]); }});
  samples.back().dynamic_shape = true;
}

}  // namespace

void add_indexing_samples(std::vector<Sample>& samples) {
  add_reading(samples);
  add_writing(samples);
  add_scatters(samples);
  add_segments(samples);
}

}  // namespace conformance
