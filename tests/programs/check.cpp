#include "check.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <sstream>
#include <string_view>

#include "core/tensor/tensor_impl.h"
#include "triptych/core/error.h"

namespace programs {
namespace {

/// Of one element: the same bits, any NaN being every NaN.
template <class T>
bool same(const Tensor& a, const Tensor& b, std::size_t i) {
  const T x = static_cast<const T*>(a.impl()->data())[i], y = static_cast<const T*>(b.impl()->data())[i];
  if (std::memcmp(&x, &y, sizeof x) == 0) return true;
  if constexpr (std::is_integral_v<T>)
    return false;
  else
    return std::isnan(static_cast<double>(static_cast<float>(x))) &&
           std::isnan(static_cast<double>(static_cast<float>(y)));
}

bool same_element(const Tensor& a, const Tensor& b, std::size_t i) {
  switch (a.dtype()) {
    case tt::float32:
      return same<float>(a, b, i);
    case tt::float64:
      return same<double>(a, b, i);
    case tt::float16:
      return same<tt::Float16>(a, b, i);
    case tt::bfloat16:
      return same<tt::BFloat16>(a, b, i);
    case tt::int32:
      return same<std::int32_t>(a, b, i);
    case tt::int64:
      return same<std::int64_t>(a, b, i);
    default:
      return same<std::int8_t>(a, b, i);
  }
}

std::string text_of(const Tensor& x, std::size_t element) {
  std::ostringstream out;
  out.precision(17);
  if (x.dtype() == tt::int64)
    out << x.to_vector<std::int64_t>()[element];
  else
    out << x.to_vector<double>()[element];
  return out.str();
}

/// The value and the element in which the two differ; empty if they do not.
std::string difference(const Outcome& actual, const Outcome& expected) {
  for (std::size_t i = 0; i < actual.names.size(); ++i) {
    const auto found = std::find(expected.names.begin(), expected.names.end(), actual.names[i]);
    if (found == expected.names.end()) return actual.names[i] + " is there at all";
    const Tensor& a = actual.values[i];
    const Tensor& e = expected.values[static_cast<std::size_t>(found - expected.names.begin())];
    const std::string& name = actual.names[i];
    if (a.defined() != e.defined()) return name + (a.defined() ? " is there" : " is undefined");
    if (!a.defined()) continue;
    if (a.dtype() != e.dtype())
      return name + " is " + std::string(tt::dtype_name(a.dtype())) + " instead of " +
             std::string(tt::dtype_name(e.dtype()));
    if (a.shape() != e.shape()) return name + " is " + a.shape().text() + " instead of " + e.shape().text();
    const Tensor x = tt::contiguous_now(a), y = tt::contiguous_now(e);
    const auto count = static_cast<std::size_t>(x.numel());
    for (std::size_t k = 0; k < count; ++k)
      if (!same_element(x, y, k))
        return name + ", element " + std::to_string(k) + " of " + x.shape().text() + ", is " + text_of(x, k) +
               " instead of " + text_of(y, k);
  }
  return {};
}

double unit_of(tt::DType dtype) {
  return dtype == tt::float64 ? 0x1p-52 : dtype == tt::float16 ? 0x1p-10 : dtype == tt::bfloat16 ? 0x1p-7 : 0x1p-23;
}

/// What the rounding of one step does not explain: sums of numbers as large as the largest leave errors of its size, a
/// normalization those of its mean, which may be several times as large as what it leaves.
std::string beyond_a_step(const Outcome& actual, const Outcome& expected) {
  for (std::size_t i = 0; i < actual.names.size(); ++i) {
    const Tensor &a = actual.values[i], &e = expected.values[i];
    std::string differs = difference({{actual.names[i]}, {a}}, {{actual.names[i]}, {e}});
    if (differs.empty()) continue;
    if (!tt::is_floating(a.dtype()) || a.dtype() != e.dtype() || a.shape() != e.shape()) return differs;
    const auto x = a.to_vector<double>(), y = e.to_vector<double>();
    double largest = 1;
    for (const double value : y)
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    for (std::size_t k = 0; k < y.size(); ++k)
      if (!(x[k] == y[k] || (std::isnan(x[k]) && std::isnan(y[k])) ||
            std::abs(x[k] - y[k]) <= 32 * unit_of(a.dtype()) * largest))
        return differs;
  }
  return {};
}

/// What no rounding explains: the steps are each changed by a unit in the last place, and the results may be off by
/// what that does to them, a hundred times.
std::string beyond_rounding(const Program& program, const Outcome& actual, const Outcome& expected) {
  std::vector<Outcome> near;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) near.push_back(run_jittered(program, seed));
  for (std::size_t i = 0; i < actual.names.size(); ++i) {
    const auto place =
        std::find(expected.names.begin(), expected.names.end(), actual.names[i]) - expected.names.begin();
    const Tensor &a = actual.values[i], &e = expected.values[static_cast<std::size_t>(place)];
    if (!a.defined() || !tt::is_floating(a.dtype())) {
      if (const std::string differs = difference({{actual.names[i]}, {a}}, {{actual.names[i]}, {e}});
          !differs.empty()) {
        bool jumps = false;  // a comparison, a rounding, an index of the largest
        for (const Outcome& other : near)
          jumps |= !difference({{""}, {other.values[static_cast<std::size_t>(place)]}}, {{""}, {e}}).empty();
        if (!jumps) return differs;
      }
      continue;
    }
    const auto x = a.to_vector<double>(), y = e.to_vector<double>();
    if (y.empty()) continue;
    std::vector<double> spread(y.size());
    double largest = 0;
    for (const Outcome& other : near) {
      const auto z = other.values[static_cast<std::size_t>(place)].to_vector<double>();
      if (z.size() != y.size()) return {};  // the shape itself depends on roundings
      for (std::size_t k = 0; k < y.size(); ++k) spread[k] = std::max(spread[k], std::abs(z[k] - y[k]));
      for (std::size_t k = 0; k < y.size(); ++k)
        if (std::isfinite(y[k])) largest = std::max(largest, std::max(std::abs(y[k]), spread[k]));
    }
    const double most = *std::max_element(spread.begin(), spread.end());
    for (std::size_t k = 0; k < y.size(); ++k) {
      if (x[k] == y[k] || (std::isnan(x[k]) && std::isnan(y[k])) || !std::isfinite(spread[k])) continue;
      if (!(std::abs(x[k] - y[k]) <= 100 * most + 16 * unit_of(a.dtype()) * largest))
        return actual.names[i] + ", element " + std::to_string(k) + ", is " + text_of(a, k) + " instead of about " +
               text_of(e, k);
    }
  }
  return {};
}

}  // namespace

namespace {

/// Shapes that depend on values are unknown in a graph, and some functions have to know them.
bool has_dynamic_shapes(const Program& program) {
  static const std::set<std::string_view> words = {
      "nonzero",       "masked_select", "unique",           "unique_consecutive",
      "unique_slices", "bincount",      "bincount_weights", "repeat_interleave"};
  return std::any_of(program.steps.begin(), program.steps.end(),
                     [](const Step& step) { return step.word && words.contains(step.word->name); });
}

}  // namespace

std::optional<Finding> check(const Program& program, const std::vector<Way>& ways, Statistics* statistics) {
  const Reference reference = run_reference(program);
  for (const Way& way : ways) {
    try {
      const Outcome actual = way.run(program, reference);
      const Outcome expected = way.like ? way.like(program, reference) : reference.outcome;
      if (statistics) ++statistics->runs;
      std::string differs = difference(actual, expected);
      if (differs.empty()) continue;
      if (way.promise != Promise::bits) {
        differs =
            way.promise == Promise::step ? beyond_a_step(actual, expected) : beyond_rounding(program, actual, expected);
        if (statistics && differs.empty()) ++statistics->rounded;
      }
      if (!differs.empty()) return Finding{&way, differs};
    } catch (const std::exception& error) {
      const bool fault = dynamic_cast<const tt::InternalError*>(&error) ||
                         !(dynamic_cast<const tt::Error*>(&error) || dynamic_cast<const OtherOutputs*>(&error));
      const bool may_refuse = way.may_refuse || (way.is_graph && has_dynamic_shapes(program));
      if (!may_refuse || fault) return Finding{&way, error.what(), true};
      const std::string text = error.what();
      if (statistics) ++statistics->refused[way.name + ": " + text.substr(0, text.find(": "))];
    }
  }
  return {};
}

}  // namespace programs
