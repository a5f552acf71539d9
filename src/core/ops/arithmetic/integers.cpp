// gcd, lcm and nextafter.
#include "triptych/core/ops/integers.h"

#include "core/ops/ops.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void gcd_infer(Infer& infer) {
  infer.check(is_integral(infer.dtype(0)), "the dtype is not an integer", "Convert it with cast");
  infer_elementwise(infer);
}

void nextafter_infer(Infer& infer) {
  infer.check(infer.dtype(0) == float32 || infer.dtype(0) == float64, "the dtype is neither float32 nor float64",
              "Convert it with cast");
  infer_elementwise(infer);
}

}  // namespace

extern const Op gcd_op{.name = "gcd", .inputs = 2, .infer = gcd_infer, .broadcasts = true, .gradient_stops = true};
extern const Op nextafter_op{
    .name = "nextafter", .inputs = 2, .infer = nextafter_infer, .broadcasts = true, .gradient_stops = true};

Tensor gcd(Arg a, Arg b) { return apply_binary(gcd_op, a, b); }

Tensor lcm(Arg a, Arg b) {
  const Called called("lcm");
  const Frame frame(a.where());
  const Tensor divisor = gcd(a, b);
  return mul(abs(floor_divide(a, where(equal(divisor, 0), 1, divisor))), abs(b));
}

Tensor nextafter(Arg x, Arg towards) { return apply_binary(nextafter_op, x, towards, true); }

}  // namespace triptych
