// Which pools and batch normalizations cuDNN does, and which are left to our own kernels. That both are right is shown
// by conformance_test.
#include <gtest/gtest.h>

#include "core/ops/normalization/batch_norm.h"
#include "core/ops/pool/pool.h"
#include "gpu.h"
#include "triptych/core.h"
#include "triptych/core/op.h"

namespace {

namespace tt = triptych;

class CudnnOps : public OnGpu {
 protected:
  /// Whether cuDNN does the op on such tensors.
  static bool by_cudnn(const char* name, const std::vector<tt::Tensor>& inputs, const std::vector<tt::Tensor>& outputs,
                       const void* attributes, tt::Numerics numerics = tt::Numerics::fast) {
    const tt::Op& op = *tt::find_op(name);
    const tt::Kernel& kernel = *op.kernels[static_cast<int>(tt::Device::Type::cuda)].load();
    std::vector<const tt::TensorMeta*> in;
    std::vector<tt::TensorMeta> out;
    for (const tt::Tensor& input : inputs) in.push_back(&input.meta());
    for (const tt::Tensor& output : outputs) out.push_back(output.meta());
    return kernel.prepare({op, in, out, attributes, numerics}) != nullptr;
  }

  void SetUp() override {
    OnGpu::SetUp();
    if (IsSkipped()) return;
    tt::zeros({1}).to(gpu);  // the kernels are there
  }
};

TEST_F(CudnnOps, PoolsWithWindowsThatCudnnHas) {
  using Attributes = tt::PoolAttributes<2>;
  const tt::DeviceScope on(gpu);
  const auto x = tt::zeros({2, 3, 8, 8}), y = tt::zeros({2, 3, 4, 4});
  for (const char* op : {"max_pool2d", "avg_pool2d"}) {
    const Attributes plain{.kernel_size = {2, 2}, .stride = {2, 2}, .dilation = {1, 1}};
    EXPECT_TRUE(by_cudnn(op, {x}, {y}, &plain)) << op;
    EXPECT_FALSE(by_cudnn(op, {x}, {y}, &plain, tt::Numerics::exact)) << op;
    EXPECT_FALSE(by_cudnn(op, {tt::slice(tt::zeros({2, 3, 16, 8}), 2, {0, 16, 2})}, {y}, &plain)) << op;
    EXPECT_FALSE(by_cudnn(op, {tt::cast(x, tt::bfloat16)}, {tt::cast(y, tt::bfloat16)}, &plain)) << op;
    // The last window hangs over.
    const Attributes over{.kernel_size = {3, 3}, .stride = {2, 2}, .dilation = {1, 1}, .ceil_mode = true};
    EXPECT_FALSE(by_cudnn(op, {x}, {y}, &over)) << op;
    const Attributes padded{.kernel_size = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .dilation = {1, 1}};
    EXPECT_TRUE(by_cudnn(op, {x}, {y}, &padded)) << op;
  }
  const Attributes plain{.kernel_size = {2, 2}, .stride = {2, 2}, .dilation = {1, 1}},
      dilated{.kernel_size = {2, 2}, .stride = {2, 2}, .dilation = {2, 2}};
  EXPECT_TRUE(by_cudnn("avg_pool2d_grad", {y, x}, {x}, &plain));
  EXPECT_FALSE(by_cudnn("max_pool2d", {x}, {tt::zeros({2, 3, 3, 3})}, &dilated));
}

// cuDNN has no channels-last filters in double precision; one pixel lies in both orders alike.
TEST_F(CudnnOps, FiltersOfOnePixelInDoublePrecision) {
  const auto x = tt::reshape(tt::arange(0, 18, 1, tt::float64), {1, 2, 3, 3});
  const auto w = tt::reshape(tt::arange(0, 6, 1, tt::float64), {3, 2, 1, 1});
  const auto expected = tt::conv2d(x, w, tt::Conv2dOptions{.stride = 2});
  const auto actual = tt::conv2d(x.to(gpu), w.to(gpu), tt::Conv2dOptions{.stride = 2});
  EXPECT_EQ(actual.to(cpu).to_vector<double>(), expected.to_vector<double>());
}

TEST_F(CudnnOps, BatchNormalizationOfImages) {
  const tt::DeviceScope on(gpu);
  const auto x = tt::zeros({2, 3, 4, 5}), c = tt::zeros({3});
  const tt::BatchNormAttributes torch, keras{.momentum = 0.9, .formula = tt::UpdateFormula::keras}, last{.axis = -1};
  EXPECT_TRUE(by_cudnn("batch_norm", {x, c, c, c, c}, {x, c, c}, &torch));
  EXPECT_FALSE(by_cudnn("batch_norm", {x, c, c, c, c}, {x, c, c}, &torch, tt::Numerics::exact));
  EXPECT_FALSE(by_cudnn("batch_norm", {x, c, c, c, c}, {x, c, c}, &keras));  // its running variance is another
  EXPECT_TRUE(by_cudnn("batch_norm", {x, c, c}, {x, c, c}, &keras));
  EXPECT_TRUE(by_cudnn("batch_norm_inference", {x, c, c, c, c}, {x}, &keras));
  EXPECT_TRUE(by_cudnn("batch_norm_grad", {x, x, c, c, c}, {x, c, c}, &torch));
  const auto nhwc = tt::permute(x, {0, 2, 3, 1}), dense = tt::zeros({2, 4, 5, 3});
  EXPECT_TRUE(by_cudnn("batch_norm", {nhwc, c, c}, {nhwc, c, c}, &last));
  EXPECT_TRUE(by_cudnn("batch_norm", {dense, c, c}, {dense, c, c}, &last));
  EXPECT_FALSE(by_cudnn("batch_norm_grad", {dense, nhwc, c, c, c}, {nhwc, c, c}, &last));  // which lie otherwise
  const auto table = tt::zeros({6, 3}), half = tt::cast(x, tt::float16), half_c = tt::cast(c, tt::float16);
  EXPECT_FALSE(by_cudnn("batch_norm", {table, c, c}, {table, c, c}, &torch));
  EXPECT_TRUE(by_cudnn("batch_norm", {half, c, c}, {half, c, c}, &torch));
  EXPECT_FALSE(by_cudnn("batch_norm", {half, half_c, half_c}, {half, c, c}, &torch));
}

}  // namespace
