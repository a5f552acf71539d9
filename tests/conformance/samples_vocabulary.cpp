// What the homes' words brought: Bessel and probability functions, divisors, moments and NaN, convolutions with
// channels last, parts of images; references by scripts/references/make_conformance_references_vocabulary.py.
#include <cmath>

#include "samples.h"
#include "triptych/core/ops/bessel.h"
#include "triptych/core/ops/channels_last.h"
#include "triptych/core/ops/color.h"
#include "triptych/core/ops/image_parts.h"
#include "triptych/core/ops/integers.h"
#include "triptych/core/ops/moments.h"
#include "triptych/core/ops/nan_statistics.h"
#include "triptych/core/ops/no_nan.h"
#include "triptych/core/ops/probability.h"
#include "triptych/core/ops/pytorch_names.h"
#include "triptych/core/ops/resize.h"

namespace tt = triptych;

namespace conformance {

void add_vocabulary_samples(std::vector<Sample>& samples) {
  const auto add = [&](const char* op, const char* name, std::function<Tensor(const Tensors&)> f) -> Sample& {
    samples.push_back({op, name, [f = std::move(f)](const Tensors& x) { return Tensors{f(x)}; }});
    return samples.back();
  };
  const auto one = [&](const char* op, Tensor (*f)(tt::Arg)) -> Sample& {
    return add(op, "plain", [f](const Tensors& x) { return f(x[0]); });
  };
  const auto two = [&](const char* op, Tensor (*f)(tt::Arg, tt::Arg)) -> Sample& {
    return add(op, "broadcast", [f](const Tensors& x) { return f(x[0], x[1]); });
  };

  one("i0", tt::i0);
  one("i0e", tt::i0e);
  one("i1", tt::i1);
  one("i1e", tt::i1e);
  one("erfcx", tt::erfcx);
  one("ndtri", tt::ndtri);
  one("ndtr", tt::ndtr);
  one("log_ndtr", tt::log_ndtr);
  one("erfcinv", tt::erfcinv);
  one("entr", tt::entr);
  // Their first operands have no derivative.
  add("igamma", "broadcast", [](const Tensors& x) { return tt::igamma(x[0].detach(), x[1]); }).smooth = false;
  add("igammac", "broadcast", [](const Tensors& x) { return tt::igammac(x[0].detach(), x[1]); }).smooth = false;
  add("zeta", "broadcast", [](const Tensors& x) { return tt::zeta(x[0].detach(), x[1]); }).smooth = false;
  add("mvlgamma", "plain", [](const Tensors& x) { return tt::mvlgamma(x[0], 3); });
  two("gcd", tt::gcd);
  two("lcm", tt::lcm);
  two("nextafter", tt::nextafter).float32 = false;

  two("divide_no_nan", tt::divide_no_nan).smooth = false;
  two("multiply_no_nan", tt::multiply_no_nan).smooth = false;
  one("reciprocal_no_nan", tt::reciprocal_no_nan).smooth = false;
  two("xdivy", tt::xdivy).smooth = false;
  two("xlog1py", tt::xlog1py).smooth = false;

  add("population_var", "axis", [](const Tensors& x) { return tt::population_var(x[0], 1); });
  add("population_std", "all", [](const Tensors& x) { return tt::population_std(x[0]); });
  samples.push_back({"moments", "axes", [](const Tensors& x) {
                       const auto [mean, variance] = tt::moments(x[0], {0, 2}, true);
                       return Tensors{mean, variance};
                     }});
  samples.push_back({"weighted_moments", "axis", [](const Tensors& x) {
                       const auto [mean, variance] = tt::weighted_moments(x[0], 1, x[1]);
                       return Tensors{mean, variance};
                     }});
  // NaN where the second operand is below 0.
  const auto holes = [](const Tensors& x) { return tt::where(tt::less(x[1], 0), NAN, x[0]); };
  add("nanmax", "axis", [=](const Tensors& x) { return tt::nanmax(holes(x), 1); });
  add("nanmin", "axis", [=](const Tensors& x) { return tt::nanmin(holes(x), 1); });
  add("nanprod", "axis", [=](const Tensors& x) { return tt::nanprod(holes(x), 1); });
  add("nanvar", "axis", [=](const Tensors& x) { return tt::nanvar(holes(x), 1); });
  add("nanstd", "axis", [=](const Tensors& x) { return tt::nanstd(holes(x), 1); });
  add("nancumsum", "axis", [=](const Tensors& x) { return tt::nancumsum(holes(x), 1); });

  add("convolution", "same", [](const Tensors& x) {
    return tt::convolution(x[0], x[1], {.strides = 2, .padding = "same"});
  }).unknown_dims = false;
  add("convolution_transpose", "same", [](const Tensors& x) {
    return tt::convolution_transpose(x[0], x[1], {.strides = 2, .padding = "same"});
  }).unknown_dims = false;
  add("depthwise_convolution", "valid", [](const Tensors& x) {
    return tt::depthwise_convolution(x[0], x[1]);
  }).unknown_dims = false;
  add("average_pool", "same", [](const Tensors& x) {
    return tt::average_pool(x[0], {.pool_size = 3, .strides = 2, .padding = "same"});
  }).unknown_dims = false;
  add("space_to_depth", "plain", [](const Tensors& x) { return tt::space_to_depth(x[0], 2); });
  add("depth_to_space", "plain", [](const Tensors& x) { return tt::depth_to_space(x[0], 2); });
  add("extract_patches", "rates", [](const Tensors& x) {
    return tt::extract_patches(x[0], {2, 2}, {.strides = 1, .rates = 2});
  });
  add("sobel_edges", "plain", [](const Tensors& x) { return tt::sobel_edges(x[0]); });
  add("rgb_to_grayscale", "plain", [](const Tensors& x) { return tt::rgb_to_grayscale(x[0]); }).integers = false;
  add("resize_images", "bilinear", [](const Tensors& x) { return tt::resize_images(x[0], 3, 7); }).unknown_dims = false;

  add("dist", "p3", [](const Tensors& x) { return tt::dist(x[0], x[1], 3); });
  add("renorm", "plain", [](const Tensors& x) { return tt::renorm(x[0], 2, 0, 1); }).integers = false;
  add("bilinear", "bias", [](const Tensors& x) { return tt::bilinear(x[0], x[1], x[2], x[3]); });
}

}  // namespace conformance
