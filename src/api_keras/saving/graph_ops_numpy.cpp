// keras.src.ops.numpy's Operations that take more than operands.
#include <cmath>

#include "api_keras/saving/graph_call.h"
#include "triptych/keras/ops.h"

namespace triptych::keras {
namespace {

using Tensors = std::vector<Tensor>;

/// x[key], of what Keras writes for it: numbers, slices, `...`, and null for a new axis.
Tensor part_of(Tensor x, const Json& key, const Call& call) {
  const auto is = [](const Json& item, const char* kind) {
    return item.is_object() && item.contains("class_name") && item["class_name"] == kind;
  };
  const std::vector<Json> parts = key.is_array() ? std::vector<Json>(key.begin(), key.end()) : std::vector<Json>{key};
  std::int64_t axis = 0;
  for (const Json& part : parts) {
    if (part.is_null()) {
      x = unsqueeze(x, axis++);
    } else if (is(part, "__ellipsis__")) {
      std::int64_t after = 0;
      for (const Json* later = &part + 1; later != parts.data() + parts.size(); ++later)
        after += later->is_null() ? 0 : 1;
      axis = x.ndim() - after;
    } else if (is(part, "__slice__") && part.contains("config") && part["config"].is_object()) {
      const Json& bounds = part["config"];
      const auto bound = [&](const char* name) {
        return bounds.contains(name) && !bounds[name].is_null() ? Slice::Bound(call.whole(name, bounds[name]))
                                                                : Slice::Bound();
      };
      const Slice::Bound step = bound("step");
      x = slice(x, axis++, Slice(bound("start"), bound("stop"), step.open ? 1 : step.value));
    } else {
      x = select(x, axis, call.whole("key", part));
    }
  }
  return x;
}

std::vector<Tensor> split_of(const Call& c, const Tensor& x, const char* sections, std::int64_t axis) {
  const std::vector<std::int64_t> given = c.integers(sections);
  return given.size() == 1 && !c.is_list(sections) ? ops::split(x, given[0], axis) : ops::split(x, given, axis);
}

/// The call's `q`, if it is a number.
std::optional<double> number_if_one(const Call& c) {
  const Json* q = c.argument(1, "q");
  return q && q->is_number() ? std::optional(q->get<double>()) : std::nullopt;
}

/// A quantile, which is given or the call's `q`, counted in parts of `whole`.
Tensor quantile_of(const Call& c, std::optional<double> given, double whole, bool without_nan) {
  const Tensor x = c.x();
  const std::optional<double> one = given ? given : number_if_one(c);
  const auto of = [&](const Arg& q) {
    const OwnedText method = c.text("method", "linear");
    if (c.given("axis") && c.is_list("axis") && c.integers("axis").size() != 1) c.fail("axis");
    const std::optional<std::int64_t> axis = c.given("axis") ? std::optional(c.integers("axis")[0]) : std::nullopt;
    return without_nan ? ops::nanquantile(x, q, axis, method, c.flag("keepdims"))
                       : ops::quantile(x, q, axis, method, c.flag("keepdims"));
  };
  return one ? of(*one / whole) : of(c.tensor(1, "q") / whole);
}

constexpr KnownOp numpy_ops[] = {
    {"Concatenate", [](const Call& c) -> Tensors { return {concat(c.list(), c.integer("axis", 0))}; }},
    {"Stack", [](const Call& c) -> Tensors { return {stack(c.list(), c.integer("axis", 0))}; }},
    {"Einsum", [](const Call& c) -> Tensors { return {einsum(c.text("subscripts", ""), c.operands())}; }},
    {"Where",
     [](const Call& c) -> Tensors { return {where(c.tensor(0, "condition"), c.tensor(1, "x1"), c.tensor(2, "x2"))}; }},
    {"Clip",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       const auto bound = [&](const char* key) {
         return is_floating(x.dtype()) ? Scalar(c.number(key)) : Scalar(c.integer(key));
       };
       return {clip(x, bound("x_min"), bound("x_max"))};
     }},
    {"FullLike",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       const DType dtype = c.dtype(x.dtype());
       const Json* value = c.argument(1, "fill_value");
       if (value && value->is_number()) return {full_like(cast(x, dtype), value->get<double>())};
       return {expand_like(cast(c.tensor(1, "fill_value"), dtype), x)};
     }},
    {"Round",
     [](const Call& c) -> Tensors {
       const double scale = std::pow(10.0, static_cast<double>(c.integer("decimals", 0)));
       return {scale == 1 ? round(c.x()) : round(c.x() * scale) / scale};
     }},
    {"Cumsum",
     [](const Call& c) -> Tensors { return {c.axis() ? cumsum(c.x(), *c.axis()) : cumsum(ravel(c.x()), 0)}; }},
    {"Cumprod",
     [](const Call& c) -> Tensors { return {c.axis() ? cumprod(c.x(), *c.axis()) : cumprod(ravel(c.x()), 0)}; }},
    {"GetItem",
     [](const Call& c) -> Tensors {
       const Json* key = c.argument(1, "key");
       if (!key) c.fail("key", "is missing");
       return {part_of(c.x(), *key, c)};
     }},
    {"Take",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x(), indices = c.tensor(1, "indices");
       return {c.axis() ? take(x, indices, *c.axis()) : take(x, indices)};
     }},
    {"TakeAlongAxis",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x(), indices = c.tensor(1, "indices");
       return {c.axis() ? take_along_axis(x, indices, *c.axis()) : take_along_axis(ravel(x), ravel(indices), 0)};
     }},
    {"Reshape", [](const Call& c) -> Tensors { return {reshape(c.x(), Shape(c.integers("newshape")))}; }},
    {"ExpandDims",
     [](const Call& c) -> Tensors {
       Tensor x = c.x();
       std::vector<std::int64_t> axes = c.integers("axis");
       const std::int64_t rank = x.ndim() + static_cast<std::int64_t>(axes.size());
       for (std::int64_t& axis : axes)
         if (axis < 0) axis += rank;
       std::sort(axes.begin(), axes.end());
       for (const std::int64_t axis : axes) x = unsqueeze(x, axis);
       return {x};
     }},
    {"Squeeze",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {c.given("axis") ? squeeze(x, Axes(c.integers("axis"))) : squeeze(x)};
     }},
    {"Transpose",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {c.given("axes") ? permute(x, Axes(c.integers("axes"))) : ops::transpose(x)};
     }},
    {"Swapaxes", [](const Call& c) -> Tensors { return {swapaxes(c.x(), c.integer("axis1"), c.integer("axis2"))}; }},
    {"Moveaxis",
     [](const Call& c) -> Tensors {
       return {moveaxis(c.x(), Axes(c.integers("source")), Axes(c.integers("destination")))};
     }},
    {"BroadcastTo", [](const Call& c) -> Tensors { return {broadcast_to(c.x(), Shape(c.integers("shape")))}; }},
    {"Tile", [](const Call& c) -> Tensors { return {tile(c.x(), Axes(c.integers("repeats")))}; }},
    {"Repeat",
     [](const Call& c) -> Tensors {
       const Tensor x = c.axis() ? c.x() : ravel(c.x());
       return {repeat_interleave(x, c.integer("repeats"), c.axis().value_or(0))};
     }},
    {"Flip",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return {flip(x, c.axes(x))};
     }},
    {"Roll",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       if (!c.given("axis")) return {reshape(roll(ravel(x), c.integer("shift"), 0), x.shape())};
       return {roll(x, Axes(c.integers("shift")), Axes(c.integers("axis")))};
     }},
    {"Pad",
     [](const Call& c) -> Tensors {
       const std::string mode = c.text("mode", "constant");
       if (mode != "constant") return {pad(c.x(), c.pairs("pad_width"), mode)};
       const Json* value = c.argument(1, "constant_values");
       if (value && !value->is_null() && !value->is_number()) c.fail("constant_values");
       return {pad(c.x(), c.pairs("pad_width"), value && value->is_number() ? value->get<double>() : 0.0)};
     }},
    {"Tril", [](const Call& c) -> Tensors { return {tril(c.x(), c.integer("k", 0))}; }},
    {"Triu", [](const Call& c) -> Tensors { return {triu(c.x(), c.integer("k", 0))}; }},
    {"Diagonal",
     [](const Call& c) -> Tensors {
       return {diagonal(c.x(), c.integer("offset", 0), c.integer("axis1", 0), c.integer("axis2", 1))};
     }},
    {"Sort", [](const Call& c) -> Tensors { return {ops::sort(c.x(), c.integer("axis", -1))}; }},
    {"Argsort", [](const Call& c) -> Tensors { return {argsort(c.x(), c.integer("axis", -1))}; }},
    {"Split", [](const Call& c) -> Tensors { return split_of(c, c.x(), "indices_or_sections", c.integer("axis", 0)); }},
    {"SearchSorted",
     [](const Call& c) -> Tensors {
       return {ops::searchsorted(c.tensor(0, "sorted_sequence"), c.tensor(1, "values"), c.text("side", "left"))};
     }},
    {"Rot90",
     [](const Call& c) -> Tensors {
       return {rot90(c.x(), c.integer("k", 1), c.integers("axes", {0, 1}))};
     }},
    {"Append",
     [](const Call& c) -> Tensors {
       const Tensor a = c.tensor(0, "x1"), b = c.tensor(1, "x2");
       return {c.axis() ? ops::append(a, b, *c.axis()) : ops::append(a, b)};
     }},
    {"Average",
     [](const Call& c) -> Tensors { return {ops::average(c.x(), c.axis(), c.optional_tensor(1, "weights"))}; }},
    {"Bincount",
     [](const Call& c) -> Tensors {
       if (c.given("weights") || c.flag("sparse")) c.fail(c.flag("sparse") ? "sparse" : "weights");
       return {ops::bincount(c.x(), {.minlength = c.integer("minlength", 0)})};
     }},
    {"Cross",
     [](const Call& c) -> Tensors {
       for (const char* key : {"axisa", "axisb", "axisc"})
         if (c.integer(key, -1) != -1) c.fail(key);
       return {cross(c.tensor(0, "x1"), c.tensor(1, "x2"), c.integer("axis", -1))};
     }},
    {"Diag", [](const Call& c) -> Tensors { return {diag(c.x(), c.integer("k", 0))}; }},
    {"Diagflat", [](const Call& c) -> Tensors { return {diagflat(c.x(), c.integer("k", 0))}; }},
    {"Diff",
     [](const Call& c) -> Tensors { return {diff(c.tensor(0, "a"), c.integer("n", 1), c.integer("axis", -1))}; }},
    {"Dstack", [](const Call& c) -> Tensors { return {dstack(c.list())}; }},
    {"Hstack", [](const Call& c) -> Tensors { return {hstack(c.list())}; }},
    {"Vstack", [](const Call& c) -> Tensors { return {vstack(c.list())}; }},
    {"Hsplit",
     [](const Call& c) -> Tensors {
       const Tensor x = c.x();
       return split_of(c, x, "indices_or_sections", x.ndim() == 1 ? 0 : 1);
     }},
    {"Vsplit", [](const Call& c) -> Tensors { return split_of(c, c.x(), "indices_or_sections", 0); }},
    {"Dsplit", [](const Call& c) -> Tensors { return split_of(c, c.x(), "indices_or_sections", 2); }},
    {"ArraySplit",
     [](const Call& c) -> Tensors { return split_of(c, c.x(), "indices_or_sections", c.integer("axis", 0)); }},
    {"Isclose",
     [](const Call& c) -> Tensors {
       return {isclose(c.tensor(0, "x1"), c.tensor(1, "x2"), c.number_argument(2, "rtol").value_or(1e-5),
                       c.number_argument(3, "atol").value_or(1e-8), c.flag("equal_nan"))};
     }},
    {"IsIn",
     [](const Call& c) -> Tensors {
       return {isin(c.tensor(0, "x1"), c.tensor(1, "x2"), c.flag("assume_unique"), c.flag("invert"))};
     }},
    {"NanToNum",
     [](const Call& c) -> Tensors {
       return {nan_to_num(c.x(), c.number("nan", 0), c.optional_number("posinf"), c.optional_number("neginf"))};
     }},
    {"Median", [](const Call& c) -> Tensors { return {quantile_of(c, 0.5, 1, false)}; }},
    {"Nanmedian", [](const Call& c) -> Tensors { return {quantile_of(c, 0.5, 1, true)}; }},
    {"Quantile", [](const Call& c) -> Tensors { return {quantile_of(c, {}, 1, false)}; }},
    {"Nanquantile", [](const Call& c) -> Tensors { return {quantile_of(c, {}, 1, true)}; }},
    {"Percentile", [](const Call& c) -> Tensors { return {quantile_of(c, {}, 100, false)}; }},
    {"Nanpercentile", [](const Call& c) -> Tensors { return {quantile_of(c, {}, 100, true)}; }},
    {"Nancumsum",
     [](const Call& c) -> Tensors { return {c.axis() ? nancumsum(c.x(), *c.axis()) : nancumsum(ravel(c.x()), 0)}; }},
    {"Nancumprod",
     [](const Call& c) -> Tensors { return {c.axis() ? nancumprod(c.x(), *c.axis()) : nancumprod(ravel(c.x()), 0)}; }},
    {"Meshgrid", [](const Call& c) -> Tensors { return ops::meshgrid(c.operands(), Text(c.text("indexing", "xy"))); }},
    {"Tensordot",
     [](const Call& c) -> Tensors {
       const Tensor a = c.tensor(0, "x1"), b = c.tensor(1, "x2");
       if (!c.given("axes") || !c.is_list("axes")) return {tensordot(a, b, c.integer("axes", 2))};
       const auto [of_a, of_b] = c.two_lists("axes");
       return {tensordot(a, b, of_a, of_b)};
     }},
    {"Trace",
     [](const Call& c) -> Tensors {
       return {ops::trace(c.x(), c.integer("offset", 0), c.integer("axis1", 0), c.integer("axis2", 1))};
     }},
    {"Trapezoid",
     [](const Call& c) -> Tensors {
       if (c.given("x")) c.fail("x");
       return {trapezoid(c.tensor(0, "y"), c.number("dx", 1), c.integer("axis", -1))};
     }},
    {"Vander",
     [](const Call& c) -> Tensors { return {ops::vander(c.x(), c.optional_integer("N"), c.flag("increasing"))}; }},
    {"Correlate",
     [](const Call& c) -> Tensors {
       return {ops::correlate(c.tensor(0, "x1"), c.tensor(1, "x2"), Text(c.text("mode", "valid")))};
     }},
    {"Select",
     [](const Call& c) -> Tensors {
       const Json* value = c.argument(2, "default");
       return {ops::select(c.list(0, "condlist"), c.list(1, "choicelist"),
                           value && !value->is_null() ? Arg(c.tensor(2, "default")) : Arg(0))};
     }},
    {"Slogdet",
     [](const Call& c) -> Tensors {
       const auto both = ops::slogdet(c.x());
       return {both.sign, both.logabsdet};
     }},
    {"Argpartition",
     [](const Call& c) -> Tensors { return {ops::argpartition(c.x(), c.integer("kth"), c.integer("axis", -1))}; }},
    {"UnravelIndex",
     [](const Call& c) -> Tensors { return unravel_index(c.tensor(0, "indices"), Shape(c.integers("shape"))); }},
};

}  // namespace

std::span<const KnownOp> known_numpy_ops() { return numpy_ops; }

}  // namespace triptych::keras
