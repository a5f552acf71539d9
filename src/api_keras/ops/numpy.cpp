// keras.ops, the part that is NumPy's: what is more than another order of arguments.
#include "triptych/keras/ops/numpy.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>

#include "api_keras/models/operation.h"
#include "core/support/printable.h"

namespace triptych::keras::ops {

using Tensors = std::vector<Tensor>;

Tensor linspace(double start, double stop, std::int64_t num, bool endpoint, std::optional<DType> dtype,
                Location where) {
  const double last = endpoint || num < 1 ? stop : stop - (stop - start) / static_cast<double>(num);
  return triptych::linspace(start, last, num, dtype.value_or(float32), where);
}

std::vector<Tensor> unstack(const Arg& x, std::optional<std::int64_t> num, std::int64_t axis) {
  std::vector<Tensor> parts = triptych::unstack(x, axis);
  if (num && static_cast<std::int64_t>(parts.size()) != *num)
    throw ArgumentError("unstack", "there are not as many parts as asked for",
                        std::to_string(parts.size()) + ", not " + std::to_string(*num), "", x.where());
  return parts;
}

Tensor signbit(const Arg& x) {
  return apply(
      {"numpy", "Signbit"}, {x.tensor()}, [](const Tensors& t) { return Tensors{triptych::signbit(t[0])}; },
      x.where())[0];
}

Tensor bincount(const Arg& x, BincountOptions options) {
  if (options.weights.defined()) return triptych::bincount(x, options);
  return apply(
      {"numpy", "Bincount", {{"weights", nullptr}, {"minlength", options.minlength}, {"sparse", false}}}, {x.tensor()},
      [options](const Tensors& t) { return Tensors{triptych::bincount(t[0], options)}; }, x.where())[0];
}

Tensor average(const Arg& x, std::optional<std::int64_t> axis, const Tensor& weights) {
  const Frame frame(x.where());
  if (!weights.defined()) return axis ? triptych::mean(x, *axis) : triptych::mean(x);
  const Tensor& given = x.tensor();
  const Tensor values = is_floating(given.dtype(x.where())) ? given : cast(x, float32);
  Tensor shares = cast(weights, values.dtype());
  if (axis && shares.ndim() == 1) {
    // One for each element along the axis.
    const int at = normalize_axis("average", *axis, values.ndim(), x.where());
    for (int i = at + 1; i < values.ndim(); ++i) shares = unsqueeze(shares, -1);
  } else if (!shares.shape().compatible(values.shape())) {
    throw ArgumentError("average", "the weights have neither x's shape nor that of its axis",
                        shares.shape().text() + " for " + values.shape().text(), "", x.where());
  }
  const Tensor all = expand_like(shares, values);
  return axis ? triptych::sum(values * all, *axis) / triptych::sum(all, *axis)
              : triptych::sum(values * all) / triptych::sum(all);
}

Tensor percentile(const Arg& x, const Arg& q, std::optional<std::int64_t> axis, const OwnedText& method,
                  bool keepdims) {
  const Frame frame(x.where());
  const QuantileOptions options{.axis = axis, .keepdims = keepdims, .interpolation = method};
  if (q.is_scalar()) return triptych::quantile(x, q.scalar().to_double() / 100, options);
  return triptych::quantile(x, div(q, 100), options);
}
Tensor nanpercentile(const Arg& x, const Arg& q, std::optional<std::int64_t> axis, const OwnedText& method,
                     bool keepdims) {
  const Frame frame(x.where());
  const QuantileOptions options{.axis = axis, .keepdims = keepdims, .interpolation = method};
  if (q.is_scalar()) return triptych::nanquantile(x, q.scalar().to_double() / 100, options);
  return triptych::nanquantile(x, div(q, 100), options);
}

Histogram histogram(const Arg& x, std::int64_t bins, std::optional<std::pair<double, double>> range) {
  const Frame frame(x.where());
  const Tensor& given = x.tensor();
  const Tensor values = flatten(is_floating(given.dtype(x.where())) ? given : cast(x, float32));
  return triptych::histogram(Arg(values, x.where()), bins, {.range = range});
}

Tensor searchsorted(const Arg& sorted_sequence, const Arg& values, Text side) {
  if (side != "left" && side != "right")
    throw ArgumentError("searchsorted", "there is no such side", "\"" + printable(std::string(side)) + "\"",
                        "It is \"left\" or \"right\"", values.where());
  return triptych::searchsorted(sorted_sequence, values, {.right = side == "right"});
}

Tensor size(const Arg& x) {
  const Frame frame(x.where());
  const Tensor& given = x.tensor();
  if (given.shape(x.where()).known()) return full({}, given.numel(), int32);
  return cast(triptych::sum(cast(ones_like(given.detach()), int64)), int32);
}

std::vector<Tensor> hsplit(const Arg& x, const std::vector<std::int64_t>& indices) {
  return tensor_split(x, indices, x.tensor().ndim(x.where()) == 1 ? 0 : 1);
}
std::vector<Tensor> vsplit(const Arg& x, const std::vector<std::int64_t>& indices) {
  return tensor_split(x, indices, 0);
}
std::vector<Tensor> dsplit(const Arg& x, const std::vector<std::int64_t>& indices) {
  return tensor_split(x, indices, 2);
}

Tensor select(const std::vector<Tensor>& condlist, const std::vector<Tensor>& choicelist, const Arg& default_value) {
  const Location where = default_value.where();
  const Frame frame(where);
  if (condlist.empty() || condlist.size() != choicelist.size())
    throw ArgumentError("select", "there are not as many choices as conditions",
                        std::to_string(choicelist.size()) + " and " + std::to_string(condlist.size()), "", where);
  Tensor chosen;
  for (std::size_t i = condlist.size(); i-- > 0;) {
    const Arg condition(condlist[i], where), choice(choicelist[i], where);
    chosen = chosen.defined() ? triptych::where(condition, choice, chosen)
                              : triptych::where(condition, choice, default_value);
  }
  return chosen;
}

Tensor vander(const Arg& x, std::optional<std::int64_t> N, bool increasing) {
  const Frame frame(x.where());
  const Tensor powers = triptych::linalg::vander(x, N);
  return increasing ? powers : triptych::flip(powers, -1);
}

namespace {

Tensor correlation(const Arg& x1, const Arg& x2, std::string_view mode) {
  const Tensor &a = x1.tensor(), &b = x2.tensor();
  if (a.ndim(x1.where()) != 1 || b.ndim(x2.where()) != 1)
    throw ArgumentError("correlate", "the operands are not vectors", a.shape().text() + " and " + b.shape().text(), "",
                        x1.where());
  const std::int64_t n = a.size(0, x1.where()), m = b.size(0, x2.where());
  if (n == 0 || m == 0) throw ArgumentError("correlate", "a vector is empty", "length 0", "", x1.where());
  // The shorter one is moved; where that is the first, the result is turned round.
  const bool exchanged = m > n;
  const std::int64_t shorter = std::min(n, m);
  Padding1 padding = 0;
  if (mode == "full")
    padding = {shorter - 1, shorter - 1};
  else if (mode == "same")
    padding = exchanged ? Padding1((shorter - 1) / 2, shorter / 2) : Padding1(shorter / 2, (shorter - 1) / 2);
  else if (mode != "valid")
    throw ArgumentError("correlate", "there is no such mode", "\"" + printable(std::string(mode)) + "\"",
                        "It is \"valid\", \"same\" or \"full\"", x1.where());
  const DType both = promote_types(a.dtype(), b.dtype()), dtype = is_floating(both) ? both : float32;
  const auto line = [&](const Tensor& t) { return reshape(cast(t, dtype), {1, 1, -1}); };
  const Tensor result = flatten(conv1d(line(exchanged ? b : a), line(exchanged ? a : b), {.padding = padding}));
  return exchanged ? triptych::flip(result, 0) : result;
}

}  // namespace

Tensor correlate(const Arg& x1, const Arg& x2, Text mode) {
  const Location where = x1.where();
  return apply(
      {"numpy", "Correlate", {{"mode", std::string_view(mode)}}}, {x1.tensor(), x2.tensor()},
      [where, mode = std::string(std::string_view(mode))](const Tensors& t) {
        return Tensors{correlation(Arg(t[0], where), Arg(t[1], where), mode)};
      },
      where)[0];
}

// --- rearrange ------------------------------------------------------------------------------------------------------

namespace {

using Names = std::vector<std::vector<std::string>>;  // of each dimension: those that it is made of

/// One side of a pattern.
Names side_of(std::string_view text, std::string_view pattern, Location where) {
  Names dimensions;
  bool inside = false;
  const auto fail = [&](const char* wrong) {
    throw ArgumentError("rearrange", wrong, "\"" + printable(std::string(pattern)) + "\"",
                        "As einops writes it: \"b (h w) c -> b h w c\"", where);
  };
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ' ') {
      ++i;
    } else if (c == '(') {
      if (inside) fail("a parenthesis stands in a parenthesis");
      inside = true;
      dimensions.emplace_back();
      ++i;
    } else if (c == ')') {
      if (!inside) fail("a parenthesis was not opened");
      inside = false;
      ++i;
    } else {
      std::size_t end = i;
      const auto letter = [&](char l) { return std::isalnum(static_cast<unsigned char>(l)) != 0 || l == '_'; };
      while (end < text.size() && letter(text[end])) ++end;
      if (end == i) fail("there is something that is no name");
      if (!inside) dimensions.emplace_back();
      const std::string name(text.substr(i, end - i));
      if (name != "1") dimensions.back().push_back(name);
      i = end;
    }
  }
  if (inside) fail("a parenthesis is not closed");
  return dimensions;
}

}  // namespace

Tensor rearrange(const Arg& tensor, Text pattern, const std::vector<std::pair<OwnedText, std::int64_t>>& axes_lengths) {
  const Location where = tensor.where();
  const Frame frame(where);
  const Tensor& x = tensor.tensor();
  const auto fail = [&](const std::string& wrong) {
    throw ArgumentError("rearrange", wrong, "\"" + printable(std::string(pattern)) + "\" for " + x.shape().text(),
                        "As einops writes it: \"b (h w) c -> b h w c\"", where);
  };
  const std::size_t arrow = pattern.find("->");
  if (arrow == std::string_view::npos) fail("there is no ->");
  const Names from = side_of(pattern.substr(0, arrow), pattern, where),
              into = side_of(pattern.substr(arrow + 2), pattern, where);
  if (static_cast<int>(from.size()) != x.ndim(where)) fail("the left side has not one name for each dimension");
  std::map<std::string, std::int64_t> lengths(axes_lengths.begin(), axes_lengths.end());
  // Taken apart: one dimension for each name.
  Shape apart;
  std::map<std::string, std::int64_t> place;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Dim whole = x.shape().dim(static_cast<int>(i));
    std::int64_t known = 1;
    std::string open;
    for (const std::string& name : from[i]) {
      const auto given = lengths.find(name);
      if (given != lengths.end() && given->second < 0) fail("the length of " + name + " is negative");
      if (given != lengths.end() && given->second > 0 && known > Shape::most_elements / given->second)
        fail("lengths are too large");
      if (given != lengths.end())
        known *= given->second;
      else if (open.empty())
        open = name;
      else
        fail("the lengths of " + open + " and " + name + " do not follow from x");
    }
    if (whole.known() && (open.empty() ? known != whole.raw() : known == 0 || whole.raw() % known != 0))
      fail("dimension " + std::to_string(i) + " is not the product of its names");
    for (const std::string& name : from[i]) {
      if (!place.emplace(name, apart.rank()).second) fail(name + " stands twice on the left");
      apart.append(name == open ? (whole.known() ? whole.raw() / known : -1) : lengths[name], where);
    }
  }
  Axes order;
  for (const auto& names : into)
    for (const std::string& name : names) {
      if (!place.contains(name)) fail(name + " is not on the left");
      if (std::find(order.begin(), order.end(), place[name]) != order.end()) fail(name + " stands twice on the right");
      order.append(place[name], where);
    }
  if (order.size() != apart.rank()) fail("a name of the left is not on the right");
  Tensor result = permute(reshape(x, apart), order);
  // Put together, from the last one on so that places before it stay.
  int end = result.ndim();
  for (std::size_t i = into.size(); i-- > 0;) {
    const int count = static_cast<int>(into[i].size());
    result = count == 0 ? unsqueeze(result, end) : count == 1 ? result : flatten(result, end - count, end - 1);
    end -= count;
  }
  return result;
}

}  // namespace triptych::keras::ops
