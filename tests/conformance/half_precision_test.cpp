// 16-bit floats: what an op gives is what float32 gives, rounded once, on every sample of the conformance runner. A
// float32 result may lie on either side of a boundary, so one unit in the last place is free.
#include <cmath>

#include "runner.h"

namespace conformance {
namespace {

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = all_samples();
  return all;
}

/// The unit in the last place at x.
double unit_at(double x, tt::DType dtype) {
  const int bits = dtype == tt::float16 ? 10 : 7, least = dtype == tt::float16 ? -14 : -126;
  return std::ldexp(1.0, std::max(x == 0 ? least : std::ilogb(x), least) - bits);
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double x : values)
    if (std::isfinite(x)) result = std::max(result, std::abs(x));
  return result;
}

/// To `units` in the last place: of each element, or of the tensor's largest.
void expect_rounded(const Tensor& actual, const Tensor& wide, double units, bool of_largest, const std::string& what) {
  const tt::DType dtype = actual.dtype();
  ASSERT_EQ(actual.shape().text(), wide.shape().text()) << what;
  const auto a = actual.to_vector<double>(), e = tt::cast(wide, dtype).to_vector<double>();
  const double scale = largest(e);
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::isnan(e[k]) ? std::isnan(a[k]) : a[k] == e[k]) continue;
    EXPECT_LE(std::abs(a[k] - e[k]), units * unit_at(of_largest ? scale : e[k], dtype))
        << what << ", element " << k << ": " << a[k] << " for " << e[k];
  }
}

class HalfPrecision : public testing::TestWithParam<std::size_t> {};

TEST_P(HalfPrecision, IsFloat32RoundedOnce) {
  const Sample& s = samples()[GetParam()];
  const Tensors inputs = reference(s, "in");
  if (only_floats(inputs).empty()) return;
  for (const tt::DType dtype : {tt::float16, tt::bfloat16}) {
    const Tensors x = converted(inputs, dtype), wide = cast_floats(x, tt::float32);
    if (!refusal([&] { s.call(x); }).empty()) continue;
    const std::string name(tt::dtype_name(dtype));
    const Tensors actual = s.call(x), expected = s.call(wide);
    for (std::size_t i = 0; i < actual.size(); ++i)
      if (is_float(actual[i])) expect_rounded(actual[i], expected[i], 1, s.rounds_parts, name);
    if (!s.float32 || reference(s, "grad").empty()) continue;
    const Tensors gradients = gradient(s, leaves(x)), exact = gradient(s, leaves(wide));
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (gradients[i].defined()) expect_rounded(gradients[i], exact[i], 2, true, "gradient in " + name);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, HalfPrecision, testing::Range<std::size_t>(0, samples().size()), [](const auto& info) {
  std::string name = samples()[info.param].op + "_" + samples()[info.param].name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

}  // namespace
}  // namespace conformance
