// Every sample of every op on a GPU (as a rule the emulated one): what the CPU gives is what the device gives, in all
// dtypes, in gradients of order 1 and 2, and in a compiled graph.
#include <cmath>

#include "../conformance/runner.h"
#include "core/dispatch/registry.h"

namespace conformance {
namespace {

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = all_samples();
  return all;
}

Tensors moved(const Tensors& tensors, tt::Device device) {
  Tensors result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.defined() ? tensor.to(device) : tensor);
  return result;
}

/// What the device gives is where it should be, and what the CPU gives up to the order of sums.
void expect_like_cpu(const Tensors& actual, const Tensors& cpu, const Sample& s, const std::string& what) {
  ASSERT_EQ(actual.size(), cpu.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].defined(), cpu[i].defined()) << what << " " << i;
    if (!cpu[i].defined()) continue;
    ASSERT_EQ(actual[i].dtype(), cpu[i].dtype()) << what << " " << i;
    ASSERT_EQ(actual[i].device().text(), "cuda:0") << what << " " << i;
    const tt::DType dtype = cpu[i].dtype();
    const double unit = dtype == tt::float64    ? 0
                        : dtype == tt::float32  ? 0x1p-24
                        : dtype == tt::float16  ? 0x1p-11
                        : dtype == tt::bfloat16 ? 0x1p-8
                                                : 0;
    double scale = 1;  // sums of numbers as large as the largest leave errors of its size
    const auto values = cpu[i].to_vector<double>();
    for (const double x : values)
      if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
    const double tolerance = dtype == tt::float64 ? s.tolerance : 2 * s.roundings * unit * scale;
    expect_close({actual[i]}, {cpu[i]}, tolerance, what + " " + std::to_string(i));
  }
}

/// Ops that cuBLAS or cuDNN may do.
bool by_library(std::string_view op) {
  return op.starts_with("matmul") || op.starts_with("linear") || op.starts_with("conv") || op.find("pool") != op.npos ||
         op.starts_with("batch_norm");
}

class CudaConformance : public testing::TestWithParam<std::size_t> {
 protected:
  const Sample& s() const { return samples()[GetParam()]; }

  void check_forward(const Tensors& values, const std::string& what) {
    const Tensors expected = s().call(values);
    const tt::DeviceScope on(gpu);
    const Tensors there = moved(values, gpu), actual = s().call(there);
    expect_like_cpu(actual, expected, s(), what);
    const Traced traced = trace(s(), there, false, 0);
    expect_same_bits(moved(run_compiled(traced, there), tt::Device::cpu()), moved(actual, tt::Device::cpu()),
                     what + " in a compiled graph");
  }

  void check_gradients(const Tensors& values, const std::string& what) {
    const Tensors expected = gradient(s(), leaves(values));
    const tt::DeviceScope on(gpu);
    const Tensors there = moved(values, gpu), actual = gradient(s(), leaves(there));
    expect_like_cpu(actual, expected, s(), what);
    const Traced traced = trace(s(), there, false, 1);
    const Tensors all = run_compiled(traced, there), defined = only_defined(actual);
    expect_same_bits(
        moved(Tensors(all.end() - static_cast<std::ptrdiff_t>(defined.size()), all.end()), tt::Device::cpu()),
        moved(defined, tt::Device::cpu()), what + " in a compiled graph");
  }

  /// What a library does at `fast` only.
  void check_fast(const Tensors& values, bool differentiable, const std::string& what) {
    const Tensors expected = s().call(values), grads = differentiable ? gradient(s(), leaves(values)) : Tensors();
    const tt::DeviceScope on(gpu);
    const tt::NumericsMode fast(tt::Numerics::fast);
    const Tensors there = moved(values, gpu);
    expect_like_cpu(s().call(there), expected, s(), what);
    if (differentiable) expect_like_cpu(gradient(s(), leaves(there)), grads, s(), "gradient " + what);
  }

  Tensors second_order(const Tensors& values) {
    const Tensors x = leaves(values);
    Tensors first;
    for (const Tensor& grad : gradient(s(), x, true))
      if (grad.defined() && grad.requires_grad()) first.push_back(grad);
    if (first.empty()) return {};
    return tt::gradients(first, only_floats(x), cotangents(first, 11), {.allow_unused = true});
  }

  void SetUp() override {
    if (tt::cuda_device_count() == 0) GTEST_SKIP() << "this machine has no GPU";
    gpu = tt::Device::cuda();
  }
  tt::Device gpu;
};

/// Up to what was given, which is worded otherwise where a kernel finds it on a device.
std::string rule_of(const std::string& refused) { return refused.substr(0, refused.find(": ")); }

// The emulated cuBLAS and cuDNN are loops of our own, so what stands on them is held against PyTorch's numbers as well.
TEST_P(CudaConformance, Reference) {
  if (!by_library(s().op)) return;
  const Tensors inputs = reference(s(), "in"), expected = reference(s(), "out"), grads = reference(s(), "grad");
  const tt::DeviceScope on(gpu);
  const tt::NumericsMode fast(tt::Numerics::fast);
  const Tensors there = moved(inputs, gpu);
  expect_close(moved(s().call(there), tt::Device::cpu()), expected, s().tolerance, "out");
  if (!grads.empty())
    expect_close(moved(only_defined(gradient(s(), leaves(there))), tt::Device::cpu()), grads, s().tolerance, "grad");
}

TEST_P(CudaConformance, Sample) {
  const Tensors inputs = reference(s(), "in");
  const bool differentiable = !reference(s(), "grad").empty();
  for (int i = 0; i < tt::dtype_count; ++i) {
    const auto dtype = static_cast<tt::DType>(i);
    const std::string what(tt::dtype_name(dtype));
    const Tensors values = converted(inputs, dtype);
    const std::string refused = refusal([&] { s().call(values); });
    if (!refused.empty()) {
      const tt::DeviceScope on(gpu);
      const std::string there = refusal([&] {
        for (const Tensor& output : s().call(moved(values, gpu))) output.to(tt::Device::cpu());
      });
      const bool by_kernel = there.find(", found on cuda:") != std::string::npos;
      EXPECT_EQ(by_kernel ? rule_of(there) : there, by_kernel ? rule_of(refused) : refused) << what;
      continue;
    }
    check_forward(values, what);
    if (HasFatalFailure()) return;
    if (differentiable && tt::is_floating(dtype)) check_gradients(values, "gradient in " + what);
    if (HasFatalFailure()) return;
    if (by_library(s().op)) check_fast(values, differentiable && tt::is_floating(dtype), "at fast in " + what);
    if (HasFatalFailure()) return;
  }
  if (!differentiable || !s().smooth) return;
  const Tensors expected = second_order(inputs);
  const tt::DeviceScope on(gpu);
  expect_like_cpu(second_order(moved(inputs, gpu)), expected, s(), "order 2");
}

INSTANTIATE_TEST_SUITE_P(Ops, CudaConformance, testing::Range<std::size_t>(0, samples().size()), [](const auto& info) {
  std::string name = samples()[info.param].op + "_" + samples()[info.param].name;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST(CudaConformance, EveryOpHasAKernelWhereTheCpuHasOne) {
  tt::load_builtin_kernels();
  std::vector<std::string> missing;
  for (const tt::Op* op : tt::registered_ops())
    if (op->kernels[static_cast<int>(tt::Device::Type::cpu)] && !op->kernels[static_cast<int>(tt::Device::Type::cuda)])
      missing.emplace_back(op->name);
  EXPECT_EQ(missing, std::vector<std::string>());
}

}  // namespace
}  // namespace conformance
