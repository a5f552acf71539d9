// cuDNN as emulated, held against PyTorch's values and gradients (tests/references, made for the conformance suite) and
// against the answers that cuDNN 9.19 gives without a GPU (shapes, refusals).
#include <cuda_fp16.h>
#include <cudnn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "cuda/emulator/emulator.h"
#include "device_buffer.h"
#include "triptych/core/io.h"

namespace {

using Values = std::vector<double>;

#define OK(call) ASSERT_EQ(call, CUDNN_STATUS_SUCCESS)

/// A sample of a reference file: inputs, output, the gradient that came in, and those that went out.
class Sample {
 public:
  Sample(const std::string& file, std::string name)
      : tensors_(triptych::load(std::string(TRIPTYCH_SOURCE_DIR "/tests/references/") + file + ".safetensors")),
        name_(std::move(name)) {}
  Values in(int i) const { return get("in", i); }
  Values grad(int i) const { return get("grad", i); }
  Values out() const { return get("out", 0); }
  /// As the script that made the references has it.
  Values upstream() const {
    Values values(out().size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::cos(0.7 * double(i)) + 0.25;
    return values;
  }

 private:
  Values get(const char* what, int i) const {
    const triptych::Tensor& tensor = tensors_.at(name_ + "/" + what + "/" + std::to_string(i));
    auto data = tensor.data<double>();
    return Values(data.begin(), data.end());
  }
  triptych::StateDict tensors_;
  std::string name_;
};

void expect_near(const Values& actual, const Values& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) ASSERT_NEAR(actual[i], expected[i], 1e-10) << i;
}

class Cudnn : public testing::Test {
 protected:
  void SetUp() override {
    OK(cudnnCreate(&handle));
    for (cudnnTensorDescriptor_t* descriptor : {&x, &y, &bias}) OK(cudnnCreateTensorDescriptor(descriptor));
    OK(cudnnCreateFilterDescriptor(&w));
    OK(cudnnCreateConvolutionDescriptor(&convolution));
    OK(cudnnCreatePoolingDescriptor(&pooling));
  }
  void TearDown() override {
    for (cudnnTensorDescriptor_t descriptor : {x, y, bias}) OK(cudnnDestroyTensorDescriptor(descriptor));
    OK(cudnnDestroyFilterDescriptor(w));
    OK(cudnnDestroyConvolutionDescriptor(convolution));
    OK(cudnnDestroyPoolingDescriptor(pooling));
    OK(cudnnDestroy(handle));
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  }
  void set(cudnnTensorDescriptor_t descriptor, const int (&dims)[4], cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW) {
    OK(cudnnSetTensor4dDescriptor(descriptor, format, CUDNN_DATA_DOUBLE, dims[0], dims[1], dims[2], dims[3]));
  }

  cudnnHandle_t handle = nullptr;
  cudnnTensorDescriptor_t x = nullptr, y = nullptr, bias = nullptr;
  cudnnFilterDescriptor_t w = nullptr;
  cudnnConvolutionDescriptor_t convolution = nullptr;
  cudnnPoolingDescriptor_t pooling = nullptr;
  const double one = 1, zero = 0;
};

// -- Convolution ------------------------------------------------------------------------------------------------------
struct ConvolutionCase {
  const char* name;
  int x[4], w[4];
  int padding[2] = {0, 0}, stride[2] = {1, 1}, dilation[2] = {1, 1};
  int groups = 1;
  bool has_bias = false;
  cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW;
};

class CudnnConvolution : public Cudnn, public testing::WithParamInterface<ConvolutionCase> {};

TEST_P(CudnnConvolution, ValueAndGradientsAreTorchs) {
  const ConvolutionCase& c = GetParam();
  Sample sample("conformance_products", std::string("conv2d/") + c.name);
  set(x, c.x, c.format);
  OK(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_DOUBLE, CUDNN_TENSOR_NCHW, c.w[0], c.w[1], c.w[2], c.w[3]));
  OK(cudnnSetConvolution2dDescriptor(convolution, c.padding[0], c.padding[1], c.stride[0], c.stride[1], c.dilation[0],
                                     c.dilation[1], CUDNN_CROSS_CORRELATION, CUDNN_DATA_DOUBLE));
  OK(cudnnSetConvolutionGroupCount(convolution, c.groups));
  int out[4];
  OK(cudnnGetConvolution2dForwardOutputDim(convolution, x, w, &out[0], &out[1], &out[2], &out[3]));
  set(y, out, c.format);
  set(bias, {1, c.w[0], 1, 1});
  Buffer<double> xs(sample.in(0)), ws(sample.in(1)), ys(sample.out().size()), dys(sample.upstream());
  Buffer<double> dxs(xs.size), dws(ws.size);

  // Every algorithm that is offered, each with the workspace that it asks for.
  int count = 0;
  cudnnConvolutionFwdAlgoPerf_t forward[8];
  OK(cudnnGetConvolutionForwardAlgorithm_v7(handle, x, w, convolution, y, 8, &count, forward));
  ASSERT_GE(count, 2);
  for (int i = 0; i < count; ++i) {
    std::size_t bytes = 0;
    OK(cudnnGetConvolutionForwardWorkspaceSize(handle, x, w, convolution, y, forward[i].algo, &bytes));
    EXPECT_EQ(bytes, forward[i].memory);
    Buffer<char> workspace(bytes);
    OK(cudnnConvolutionForward(handle, &one, x, xs.data, w, ws.data, convolution, forward[i].algo, workspace.data,
                               bytes, &zero, y, ys.data));
    if (c.has_bias) {
      Buffer<double> biases(sample.in(2));
      OK(cudnnAddTensor(handle, &one, bias, biases.data, &one, y, ys.data));
      EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    }
    expect_near(ys.read(), sample.out());
  }
  cudnnConvolutionBwdDataAlgoPerf_t data[8];
  OK(cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, w, y, convolution, x, 8, &count, data));
  for (int i = 0; i < count; ++i) {
    Buffer<char> workspace(data[i].memory);
    OK(cudnnConvolutionBackwardData(handle, &one, w, ws.data, y, dys.data, convolution, data[i].algo, workspace.data,
                                    data[i].memory, &zero, x, dxs.data));
    expect_near(dxs.read(), sample.grad(0));
  }
  cudnnConvolutionBwdFilterAlgoPerf_t filter[8];
  OK(cudnnGetConvolutionBackwardFilterAlgorithm_v7(handle, x, y, convolution, w, 8, &count, filter));
  for (int i = 0; i < count; ++i) {
    Buffer<char> workspace(filter[i].memory);
    OK(cudnnConvolutionBackwardFilter(handle, &one, x, xs.data, y, dys.data, convolution, filter[i].algo,
                                      workspace.data, filter[i].memory, &zero, w, dws.data));
    expect_near(dws.read(), sample.grad(1));
  }
  if (c.has_bias) {
    Buffer<double> dbiases(c.w[0]);
    OK(cudnnConvolutionBackwardBias(handle, &one, y, dys.data, &zero, bias, dbiases.data));
    expect_near(dbiases.read(), sample.grad(2));
  }
}

INSTANTIATE_TEST_SUITE_P(
    References, CudnnConvolution,
    testing::Values(ConvolutionCase{"plain", {2, 4, 7, 6}, {6, 4, 3, 2}},
                    ConvolutionCase{"everything", {2, 4, 7, 6}, {6, 2, 3, 2}, {1, 2}, {2, 1}, {1, 2}, 2, true},
                    ConvolutionCase{"depthwise", {2, 4, 7, 6}, {8, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, 4},
                    ConvolutionCase{"strided", {2, 4, 7, 6}, {6, 4, 3, 2}, {0, 0}, {3, 3}},
                    ConvolutionCase{
                        "nhwc", {2, 4, 7, 6}, {6, 4, 3, 2}, {0, 0}, {1, 1}, {1, 1}, 1, true, CUDNN_TENSOR_NHWC}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(Cudnn, ConvolutionModeTurnsTheFilter) {
  set(x, {1, 1, 1, 3});
  set(y, {1, 1, 1, 2});
  OK(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_DOUBLE, CUDNN_TENSOR_NCHW, 1, 1, 1, 2));
  Buffer<double> xs(Values{1, 2, 4}), ws(Values{10, 1}), ys(Values{1000, 1000});
  const double two = 2, half = 0.5;
  for (auto [mode, expected] :
       {std::pair{CUDNN_CROSS_CORRELATION, Values{524, 548}}, {CUDNN_CONVOLUTION, Values{304, 358}}}) {
    OK(cudnnSetConvolution2dDescriptor(convolution, 0, 0, 1, 1, 1, 1, mode, CUDNN_DATA_DOUBLE));
    OK(cudnnConvolutionForward(handle, &two, x, xs.data, w, ws.data, convolution,
                               CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, nullptr, 0, &half, y, ys.data));
    EXPECT_EQ(ys.read(), expected);  // 2 conv + 0.5 of what was there, twice
  }
}

TEST_F(Cudnn, RefusesWhatCudnnRefuses) {
  EXPECT_EQ(cudnnCreate(nullptr), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetTensor4dDescriptor(nullptr, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, 4, 7, 6),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 2, 0, 7, 6), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetTensor4dDescriptorEx(x, CUDNN_DATA_FLOAT, 2, 4, 7, 6, 0, 1, 1, 1), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetConvolution2dDescriptor(convolution, -1, 0, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetConvolution2dDescriptor(convolution, 0, 0, 0, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetConvolutionGroupCount(convolution, 0), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetPooling2dDescriptor(pooling, CUDNN_POOLING_MAX, CUDNN_PROPAGATE_NAN, 0, 3, 1, 1, 2, 2),
            CUDNN_STATUS_BAD_PARAM);
  set(x, {2, 4, 7, 6});
  OK(cudnnSetConvolution2dDescriptor(convolution, 1, 2, 2, 1, 1, 2, CUDNN_CROSS_CORRELATION, CUDNN_DATA_DOUBLE));
  OK(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_DOUBLE, CUDNN_TENSOR_NCHW, 6, 3, 3, 2));
  int n, c, height, width;
  EXPECT_EQ(cudnnGetConvolution2dForwardOutputDim(convolution, x, w, &n, &c, &height, &width), CUDNN_STATUS_BAD_PARAM);

  OK(cudnnSetFilter4dDescriptor(w, CUDNN_DATA_DOUBLE, CUDNN_TENSOR_NCHW, 6, 4, 3, 2));
  set(y, {2, 6, 4, 8});
  Buffer<double> xs(2 * 4 * 7 * 6), ws(6 * 4 * 3 * 2), ys(2 * 6 * 4 * 8);
  auto forward = [&](cudnnConvolutionFwdAlgo_t algorithm, double* out) {
    return cudnnConvolutionForward(handle, &one, x, xs.data, w, ws.data, convolution, algorithm, nullptr, 0, &zero, y,
                                   out);
  };
  EXPECT_EQ(forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, ys.data), CUDNN_STATUS_SUCCESS);
  EXPECT_EQ(forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, nullptr), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, ys.data),
            CUDNN_STATUS_BAD_PARAM);  // no workspace
  EXPECT_EQ(forward(CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, ys.data), CUDNN_STATUS_NOT_SUPPORTED);
  set(y, {2, 6, 4, 7});
  EXPECT_EQ(forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, ys.data), CUDNN_STATUS_BAD_PARAM);
  EXPECT_STREQ(cudnnGetErrorString(CUDNN_STATUS_BAD_PARAM), "CUDNN_STATUS_BAD_PARAM");
}

TEST_F(Cudnn, ReportsATensorThatIsLargerThanItsMemory) {
  set(x, {1, 2, 3, 4});
  Buffer<double> xs(23), ys(24);
  OK(cudnnAddTensor(handle, &one, x, xs.data, &zero, x, ys.data));
  EXPECT_EQ(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  EXPECT_THAT(triptych::cuda::emulator::take_reports(),
              testing::HasSubstr("a needs 192 bytes, but its allocation ends after 184"));
}

// -- Pooling ----------------------------------------------------------------------------------------------------------
struct PoolingCase {
  const char* name;
  cudnnPoolingMode_t mode;
  int x[4], window[2], padding[2], stride[2];
  cudnnTensorFormat_t format = CUDNN_TENSOR_NCHW;
};

class CudnnPooling : public Cudnn, public testing::WithParamInterface<PoolingCase> {};

TEST_P(CudnnPooling, ValueAndGradientAreTorchs) {
  const PoolingCase& c = GetParam();
  bool max = c.mode == CUDNN_POOLING_MAX_DETERMINISTIC;
  Sample sample("conformance_products", std::string(max ? "max" : "avg") + "_pool2d/" + c.name);
  OK(cudnnSetPooling2dDescriptor(pooling, c.mode, CUDNN_PROPAGATE_NAN, c.window[0], c.window[1], c.padding[0],
                                 c.padding[1], c.stride[0], c.stride[1]));
  set(x, c.x, c.format);
  int out[4];
  OK(cudnnGetPooling2dForwardOutputDim(pooling, x, &out[0], &out[1], &out[2], &out[3]));
  set(y, out, c.format);
  Buffer<double> xs(sample.in(0)), ys(sample.out().size()), dys(sample.upstream()), dxs(xs.size);
  OK(cudnnPoolingForward(handle, pooling, &one, x, xs.data, &zero, y, ys.data));
  expect_near(ys.read(), sample.out());
  OK(cudnnPoolingBackward(handle, pooling, &one, y, ys.data, y, dys.data, x, xs.data, &zero, x, dxs.data));
  expect_near(dxs.read(), sample.grad(0));
}

const cudnnPoolingMode_t max_mode = CUDNN_POOLING_MAX_DETERMINISTIC,
                         average = CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING;
INSTANTIATE_TEST_SUITE_P(References, CudnnPooling,
                         testing::Values(PoolingCase{"plain", max_mode, {2, 3, 7, 6}, {2, 2}, {0, 0}, {2, 2}},
                                         PoolingCase{"overlapping", max_mode, {2, 3, 7, 6}, {3, 3}, {0, 0}, {1, 1}},
                                         PoolingCase{"padded", max_mode, {2, 3, 7, 6}, {3, 2}, {1, 1}, {2, 3}},
                                         PoolingCase{
                                             "nhwc", max_mode, {2, 3, 4, 6}, {2, 2}, {0, 0}, {2, 2}, CUDNN_TENSOR_NHWC},
                                         PoolingCase{"plain", average, {2, 3, 7, 6}, {2, 2}, {0, 0}, {2, 2}},
                                         PoolingCase{"overlapping", average, {2, 3, 7, 6}, {3, 3}, {0, 0}, {1, 1}},
                                         PoolingCase{"padded", average, {2, 3, 7, 6}, {3, 2}, {1, 1}, {2, 3}}));

TEST_F(Cudnn, AveragesMayLeaveThePaddingOut) {
  set(x, {1, 1, 1, 3});
  set(y, {1, 1, 1, 2});
  Buffer<double> xs(Values{2, 4, 6}), ys(2);
  for (auto [mode, expected] : {std::pair{CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING, Values{2, 5}},
                                {CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING, Values{1, 5}}}) {
    OK(cudnnSetPooling2dDescriptor(pooling, mode, CUDNN_PROPAGATE_NAN, 1, 2, 0, 1, 1, 2));
    OK(cudnnPoolingForward(handle, pooling, &one, x, xs.data, &zero, y, ys.data));
    EXPECT_EQ(ys.read(), expected);
  }
}

// -- Batch normalisation ----------------------------------------------------------------------------------------------
TEST_F(Cudnn, BatchNormalizationIsTorchs) {
  struct Case {
    const char* name;
    int x[4];
    double epsilon;
    cudnnTensorFormat_t format;
  };
  for (const Case& c : {Case{"training", {4, 3, 2, 5}, 1e-5, CUDNN_TENSOR_NCHW},
                        Case{"last_axis", {4, 3, 2, 5}, 1e-3, CUDNN_TENSOR_NHWC},
                        Case{"vectors", {7, 3, 1, 1}, 1e-5, CUDNN_TENSOR_NCHW}}) {
    SCOPED_TRACE(c.name);
    Sample sample("conformance_reduce", std::string("batch_norm/") + c.name);
    set(x, c.x, c.format);
    OK(cudnnDeriveBNTensorDescriptor(bias, x, CUDNN_BATCHNORM_SPATIAL));
    Buffer<double> xs(sample.in(0)), gamma(sample.in(1)), beta(sample.in(2)), ys(xs.size), dys(sample.upstream());
    Buffer<double> mean(3), inverse(3), dxs(xs.size), dgamma(3), dbeta(3);
    OK(cudnnBatchNormalizationForwardTraining(handle, CUDNN_BATCHNORM_SPATIAL, &one, &zero, x, xs.data, x, ys.data,
                                              bias, gamma.data, beta.data, 1, nullptr, nullptr, c.epsilon, mean.data,
                                              inverse.data));
    expect_near(ys.read(), sample.out());
    for (bool saved : {true, false}) {
      OK(cudnnBatchNormalizationBackward(handle, CUDNN_BATCHNORM_SPATIAL, &one, &zero, &one, &zero, x, xs.data, x,
                                         dys.data, x, dxs.data, bias, gamma.data, dgamma.data, dbeta.data, c.epsilon,
                                         saved ? mean.data : nullptr, saved ? inverse.data : nullptr));
      expect_near(dxs.read(), sample.grad(0));
      expect_near(dgamma.read(), sample.grad(1));
      expect_near(dbeta.read(), sample.grad(2));
    }
  }
}

TEST_F(Cudnn, BatchNormalizationKeepsRunningStatistics) {
  // torch.nn.BatchNorm1d(1, momentum=0.25) on [1, 2, 3, 6]: mean 3, variance 3.5, unbiased 14 / 3.
  set(x, {4, 1, 1, 1});
  OK(cudnnDeriveBNTensorDescriptor(bias, x, CUDNN_BATCHNORM_SPATIAL));
  Buffer<double> xs(Values{1, 2, 3, 6}), ys(4), gamma(Values{1}), beta(Values{0}), mean(Values{0}), variance(Values{1});
  OK(cudnnBatchNormalizationForwardTraining(handle, CUDNN_BATCHNORM_SPATIAL, &one, &zero, x, xs.data, x, ys.data, bias,
                                            gamma.data, beta.data, 0.25, mean.data, variance.data, 1e-5, nullptr,
                                            nullptr));
  expect_near(mean.read(), {0.75});
  expect_near(variance.read(), {0.75 + 0.25 * 14 / 3});
}

TEST_F(Cudnn, BatchNormalizationWithGivenStatistics) {
  Sample sample("conformance_reduce", "batch_norm/running");
  set(x, {4, 3, 2, 5});
  OK(cudnnDeriveBNTensorDescriptor(bias, x, CUDNN_BATCHNORM_SPATIAL));
  Buffer<double> xs(sample.in(0)), gamma(sample.in(1)), beta(sample.in(2)), mean(sample.in(3)), variance(sample.in(4));
  Buffer<double> ys(xs.size);
  OK(cudnnBatchNormalizationForwardInference(handle, CUDNN_BATCHNORM_SPATIAL, &one, &zero, x, xs.data, x, ys.data, bias,
                                             gamma.data, beta.data, mean.data, variance.data, 1e-5));
  expect_near(ys.read(), sample.out());
}

TEST_F(Cudnn, SixteenBitTensors) {
  OK(cudnnSetTensor4dDescriptor(x, CUDNN_TENSOR_NCHW, CUDNN_DATA_HALF, 1, 2, 1, 1));
  Buffer<__half> xs(std::vector<__half>{1.0f, 2.0f}), ys(2);
  const float alpha = 0.25f, beta = 0;  // of a half tensor: floats
  OK(cudnnAddTensor(handle, &alpha, x, xs.data, &beta, x, ys.data));
  EXPECT_EQ(float(ys.read()[1]), 0.5f);
}

}  // namespace
