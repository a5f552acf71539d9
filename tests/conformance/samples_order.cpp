// Sorting, choosing by rank, sorted sequences, counting; references by
// scripts/references/make_conformance_references_order.py.
#include "samples.h"
#include "triptych/core/ops/hash_bucket.h"

namespace tt = triptych;

namespace conformance {
namespace {

Tensors both(const tt::ValuesAndIndices& found) { return {found.values, found.indices}; }

}  // namespace

void add_order_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensors(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, std::move(f)});
    return samples.back();
  };
  const auto one = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    return add(op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; });
  };
  add("sort", "last", [](const Tensors& x) { return both(tt::sort(x[0])); });
  add("sort", "first_descending", [](const Tensors& x) { return both(tt::sort(x[0], 0, true)); });
  add("sort", "middle", [](const Tensors& x) { return both(tt::sort(x[0], 1)); });
  add("sort", "long", [](const Tensors& x) { return both(tt::sort(x[0], 1, true)); });
  add("sort", "ties", [](const Tensors& x) { return both(tt::sort(x[0], -1, true, true)); }).smooth = false;
  add("sort", "integers", [](const Tensors& x) { return both(tt::sort(x[0])); });
  add("sort", "scalar", [](const Tensors& x) { return both(tt::sort(x[0])); });
  add("sort", "no_rows", [](const Tensors& x) { return both(tt::sort(x[0], 1)); });
  add("sort", "empty_rows", [](const Tensors& x) { return both(tt::sort(x[0], 1)); });
  one("argsort", "descending", [](const Tensors& x) { return tt::argsort(x[0], 1, true); });
  one("msort", "plain", [](const Tensors& x) { return tt::msort(x[0]); });
  add("topk", "largest", [](const Tensors& x) { return both(tt::topk(x[0], 3)); });
  add("topk", "smallest_first", [](const Tensors& x) { return both(tt::topk(x[0], 2, 0, false)); });
  add("topk", "many", [](const Tensors& x) { return both(tt::topk(x[0], 40, 1)); });
  add("topk", "none", [](const Tensors& x) { return both(tt::topk(x[0], 0)); });
  add("topk", "scalar", [](const Tensors& x) { return both(tt::topk(x[0], 1)); });
  add("kthvalue", "plain", [](const Tensors& x) { return both(tt::kthvalue(x[0], 2)); });
  add("kthvalue", "kept", [](const Tensors& x) { return both(tt::kthvalue(x[0], 3, 0, true)); });

  const auto dynamic = [](Sample& sample) { sample.dynamic_shape = true; };
  dynamic(one("unique", "elements", [](const Tensors& x) { return tt::unique(x[0]); }));
  dynamic(one("unique", "nothing", [](const Tensors& x) { return tt::unique(x[0]); }));
  dynamic(add("unique", "counts", [](const Tensors& x) {
    const auto [output, inverse, counts] = tt::unique(x[0], {.return_counts = true});
    return Tensors{output, counts};
  }));
  one("unique", "inverse", [](const Tensors& x) { return tt::unique(x[0], {.return_inverse = true}).inverse_indices; });
  dynamic(add("unique", "rows", [](const Tensors& x) {
    const auto [output, inverse, counts] = tt::unique(x[0], {.return_counts = true, .axis = 0});
    return Tensors{output, counts};
  }));
  dynamic(one("unique", "columns", [](const Tensors& x) { return tt::unique(x[0], {.axis = -1}).output; }));
  one("unique", "inverse_of_columns",
      [](const Tensors& x) { return tt::unique(x[0], {.return_inverse = true, .axis = 1}).inverse_indices; });
  dynamic(one("unique_consecutive", "elements", [](const Tensors& x) { return tt::unique_consecutive(x[0]); }));
  dynamic(one("unique_consecutive", "counts",
              [](const Tensors& x) { return tt::unique_consecutive(x[0], {.return_counts = true}).counts; }));
  one("unique_consecutive", "inverse",
      [](const Tensors& x) { return tt::unique_consecutive(x[0], {.return_inverse = true}).inverse_indices; });
  dynamic(one("unique_consecutive", "rows",
              [](const Tensors& x) { return tt::unique_consecutive(x[0], {.axis = 0}).output; }));

  one("searchsorted", "left", [](const Tensors& x) { return tt::searchsorted(x[0], x[1]); });
  one("searchsorted", "right", [](const Tensors& x) { return tt::searchsorted(x[0], x[1], {.right = true}); });
  one("searchsorted", "batched", [](const Tensors& x) { return tt::searchsorted(x[0], x[1]); });
  one("searchsorted", "sorter",
      [](const Tensors& x) { return tt::searchsorted(x[0], x[1], {.out_int32 = true, .sorter = tt::argsort(x[0])}); });
  one("searchsorted", "empty", [](const Tensors& x) { return tt::searchsorted(x[0], x[1]); });
  one("bucketize", "right", [](const Tensors& x) { return tt::bucketize(x[0], x[1], false, true); });
  dynamic(one("bincount", "plain", [](const Tensors& x) { return tt::bincount(x[0]); }));
  dynamic(one("bincount", "long", [](const Tensors& x) { return tt::bincount(x[0], {.minlength = 12}); }));
  dynamic(one("bincount", "nothing", [](const Tensors& x) { return tt::bincount(x[0]); }));
  dynamic(one("bincount", "weights", [](const Tensors& x) { return tt::bincount(x[0], {.weights = x[1]}); }));
  one("hash_bucket", "plain", [](const Tensors& x) { return tt::hash_bucket(x[0], 1000003); });
  one("hash_bucket", "salted", [](const Tensors& x) {
    return tt::hash_bucket(x[0], 1000, {.mask_value = 3, .salt = {{133, 137}}});
  });
  one("histc", "given", [](const Tensors& x) { return tt::histc(x[0], 5, -1, 1.5); });
  one("histc", "found", [](const Tensors& x) { return tt::histc(x[0], 4); });
  add("histogram", "number", [](const Tensors& x) {
    const auto [hist, edges] = tt::histogram(x[0], 4);
    return Tensors{hist, edges};
  });
  add("histogram", "density", [](const Tensors& x) {
    const auto [hist, edges] = tt::histogram(x[0], 3, {.range = {{-1, 2}}, .weight = x[1], .density = true});
    return Tensors{hist, edges};
  });
  one("histogram", "edges", [](const Tensors& x) { return tt::histogram(x[0], x[1]).hist; });
  one("isin", "plain", [](const Tensors& x) { return tt::isin(x[0], x[1]); });
  one("isin", "inverted", [](const Tensors& x) { return tt::isin(x[0], x[1], false, true); });
  one("isin", "nothing", [](const Tensors& x) { return tt::isin(x[0], x[1]); });
}

}  // namespace conformance
