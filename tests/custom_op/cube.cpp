#include "cube.h"

#include <triptych/core/op.h>
#include <triptych/core/ops.h>

#include <algorithm>

namespace tt = triptych;

namespace {

// Shapes and dtypes: the only code that knows them, and that checks them.
void cube_infer(tt::Infer& infer) {
  infer.check(infer.dtype(0) == tt::float32 || infer.dtype(0) == tt::float64,
              "the dtype is neither float32 nor float64", "Convert it with cast");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

// d(x^3) = 3 x^2 dx, in the functions that users call: so it has a derivative too, on the tape and in graphs.
void cube_gradient(tt::Gradient& g) { g.set(0, g.upstream() * 3 * g.input(0) * g.input(0)); }

const tt::Op cube_op{.name = "cube", .inputs = 1, .infer = cube_infer, .gradient = cube_gradient, .saves_inputs = 0b1};

// The kernel: shapes are checked and the output is allocated. Inputs are dense, as it does not set any_strides.
template <class T>
void cube_all(const tt::KernelCall& call) {
  const T* x = call.inputs[0].as<const T>();
  T* y = call.outputs[0].as<T>();
  const std::int64_t n = call.outputs[0].size(), grain = 1 << 15;
  tt::parallel_for((n + grain - 1) / grain, [&](std::int64_t part) {
    for (std::int64_t i = part * grain; i < std::min(n, (part + 1) * grain); ++i) y[i] = x[i] * x[i] * x[i];
  });
}

void cube_run(const tt::KernelCall& call) {
  call.outputs[0].dtype() == tt::float32 ? cube_all<float>(call) : cube_all<double>(call);
}

const tt::Kernel cube_kernel{.run = cube_run};

// Once, before the first use: known by name, and how the CPU computes it.
void register_cube() {
  static const bool once = [] {
    tt::register_op(cube_op);
    tt::register_kernel(cube_op, tt::Device::Type::cpu, cube_kernel);
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

tt::Tensor cube(tt::Arg x) {
  register_cube();
  return tt::apply(cube_op, {&x});
}
