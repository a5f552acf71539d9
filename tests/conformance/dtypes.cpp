// The nine dtypes: what an op takes, it computes as well as the dtype allows; what it refuses, it refuses with an
// ArgumentError, on both engines alike.
#include <cmath>

#include "core/tensor/tensor_impl.h"
#include "runner.h"

namespace conformance {
namespace {

/// Small whole numbers, above zero so that divisors and exponents are valid, from the sample's values.
Tensor whole(const Tensor& x, tt::DType dtype) {
  if (dtype == tt::boolean) return tt::greater(x, 0);
  const Tensor small = is_float(x) ? tt::round(tt::abs(x) * 2) : tt::abs(x);
  return tt::cast(small + (is_float(x) ? 1 : 0), dtype);
}

/// Whether the dtype of this input is varied: of the floating ones, or where there are none, of all that are not bool.
bool varies(const Tensor& x, const Tensors& inputs) {
  return only_floats(inputs).empty() ? x.dtype() != tt::boolean : is_float(x);
}

}  // namespace

Tensors converted(const Tensors& inputs, tt::DType dtype) {
  Tensors result;
  for (const Tensor& x : inputs)
    result.push_back(!varies(x, inputs) ? x : tt::is_floating(dtype) ? tt::cast(x, dtype) : whole(x, dtype));
  return result;
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const tt::ArgumentError& error) {
    const std::string text = error.what();
    return text.substr(0, text.find(" At "));
  }
}

namespace {

/// As the same values in a wider dtype give it: to a few units in the last place of the result's dtype.
void expect_rounded(const Tensor& actual, const Tensor& wide, const std::string& what, double roundings) {
  const double unit = actual.dtype() == tt::bfloat16 ? 0x1p-8 : actual.dtype() == tt::float16 ? 0x1p-11 : 0x1p-24;
  const double highest = actual.dtype() == tt::float16 ? 65504 : 3e38;
  ASSERT_EQ(actual.shape().text(), wide.shape().text()) << what;
  const auto a = actual.to_vector<double>(), e = wide.to_vector<double>();
  double scale = 1;  // sums of numbers as large as the largest leave errors of its size
  for (const double x : e)
    if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::abs(e[k]) > highest || (std::isnan(e[k]) ? std::isnan(a[k]) : a[k] == e[k])) continue;
    ASSERT_LE(std::abs(a[k] - e[k]), roundings * unit * scale)
        << what << ", element " << k << ": " << a[k] << " for " << e[k];
  }
}

/// Whole numbers are right to the last bit; those too large for the dtype wrap around.
void expect_whole(const Tensor& actual, const Tensor& wide, const std::string& what) {
  ASSERT_EQ(actual.shape().text(), wide.shape().text()) << what;
  const auto a = actual.to_vector<std::int64_t>();
  const auto e = (actual.dtype() == tt::boolean ? tt::cast(wide, tt::boolean)
                                                : tt::cast(tt::cast(wide, tt::int64), actual.dtype()))
                     .to_vector<std::int64_t>();
  ASSERT_EQ(a, e) << what;
}

void check_values(const Sample& s, tt::DType dtype, const Tensors& originals, const Tensors& inputs) {
  const std::string what(tt::dtype_name(dtype));
  const Tensors actual = s.call(inputs);
  expect_same_bits(interpret(trace(s, inputs, false, 0), inputs), actual, what + " in a graph");
  if (!tt::is_floating(dtype) && !s.integers) return;
  if (dtype == tt::boolean && only_floats(originals).empty()) return;  // ~true is false, ~1 is -2
  Tensors widened;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const tt::DType wide = only_floats(originals).empty() ? tt::int64 : tt::float64;
    widened.push_back(varies(originals[i], originals) ? tt::cast(inputs[i], wide) : inputs[i]);
  }
  const Tensors wide = s.call(widened);
  ASSERT_EQ(actual.size(), wide.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i)
    is_float(actual[i]) ? expect_rounded(actual[i], wide[i], what, s.roundings)
                        : expect_whole(actual[i], wide[i], what);
}

void check_gradients(const Sample& s, tt::DType dtype, const Tensors& inputs) {
  const Tensors actual = gradient(s, leaves(inputs)), wide = gradient(s, leaves(cast_floats(inputs, tt::float64)));
  ASSERT_EQ(actual.size(), wide.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].defined(), wide[i].defined());
    if (!actual[i].defined()) continue;
    EXPECT_EQ(actual[i].dtype(), dtype);
    expect_rounded(actual[i], wide[i], "gradient in " + std::string(tt::dtype_name(dtype)), 4 * s.roundings);
  }
}

}  // namespace

void check_dtypes(const Sample& sample, const Tensors& inputs) {
  for (int i = 0; i < tt::dtype_count; ++i) {
    const auto dtype = static_cast<tt::DType>(i);
    if (dtype == tt::float64) continue;  // held against the reference itself
    const Tensors values = converted(inputs, dtype);
    const std::string refused = refusal([&] { sample.call(values); });
    if (!refused.empty()) {
      EXPECT_EQ(refused[0], '[') << refused;
      EXPECT_EQ(refused, refusal([&] { interpret(trace(sample, values, false, 0), values); })) << tt::dtype_name(dtype);
      if (!only_floats(inputs).empty()) {
        EXPECT_NE(dtype, tt::float32) << refused;
      }
      continue;
    }
    check_values(sample, dtype, inputs, values);
    if (tt::is_floating(dtype) && sample.float32 && !reference(sample, "grad").empty())
      check_gradients(sample, dtype, values);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace conformance
