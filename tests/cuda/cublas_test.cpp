// cuBLAS as emulated: values, column-major layout, error returns.
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cuda/emulator/emulator.h"
#include "device_buffer.h"

namespace emulator = triptych::cuda::emulator;

namespace {

class Cublas : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(cublasCreate(&handle), CUBLAS_STATUS_SUCCESS); }
  void TearDown() override {
    EXPECT_EQ(cublasDestroy(handle), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  }
  cublasHandle_t handle = nullptr;
};

// a is 2 x 3, b is 3 x 2, column by column. With NumPy: a @ b, and so on.
const std::vector<float> a = {1, 4, 2, 5, 3, 6};     // [[1, 2, 3], [4, 5, 6]]
const std::vector<float> b = {7, 9, 11, 8, 10, 12};  // [[7, 8], [9, 10], [11, 12]]
const std::vector<float> ab = {58, 139, 64, 154};    // [[58, 64], [139, 154]]
const float one = 1, zero = 0;

TEST_F(Cublas, SgemmOfAllTranspositions) {
  // The same product, from each matrix or its transpose as stored.
  const std::vector<float> a_transposed = {1, 2, 3, 4, 5, 6}, b_transposed = {7, 8, 9, 10, 11, 12};
  for (bool ta : {false, true}) {
    for (bool tb : {false, true}) {
      Buffer<float> da(ta ? a_transposed : a), db(tb ? b_transposed : b), dc(4);
      ASSERT_EQ(cublasSgemm(handle, ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb ? CUBLAS_OP_T : CUBLAS_OP_N, 2, 2, 3, &one,
                            da.data, ta ? 3 : 2, db.data, tb ? 2 : 3, &zero, dc.data, 2),
                CUBLAS_STATUS_SUCCESS);
      EXPECT_EQ(dc.read(), ab) << ta << tb;
    }
  }
}

TEST_F(Cublas, AlphaBetaAndLeadingDimensions) {
  // In columns of 3, 4 and 5; what lies between is not touched.
  const std::vector<double> da_values = {1, 4, -1, 2, 5, -1, 3, 6, -1}, db_values = {7, 9, 11, -1, 8, 10, 12, -1};
  Buffer<double> da(da_values), db(db_values), dc(std::vector<double>(10, 100));
  const double alpha = 2, beta = 0.5;
  ASSERT_EQ(cublasDgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &alpha, da.data, 3, db.data, 4, &beta, dc.data, 5),
            CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(dc.read(), (std::vector<double>{166, 328, 100, 100, 100, 178, 358, 100, 100, 100}));
}

TEST_F(Cublas, WithoutBetaTheOldValuesAreNotRead) {
  Buffer<float> da(a), db(b), dc(std::vector<float>(4, NAN));
  ASSERT_EQ(cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, da.data, 2, db.data, 3, &zero, dc.data, 2),
            CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(dc.read(), ab);
}

TEST_F(Cublas, AnEmptyInnerDimensionGivesZeros) {
  Buffer<float> dc(4);
  ASSERT_EQ(cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 0, &one, nullptr, 2, nullptr, 1, &zero, dc.data, 2),
            CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(dc.read(), std::vector<float>(4, 0));
}

/// The sum of 1 and 2048 terms of 2^-11: 2 in float32, but 1 if the sum were kept in float16 or bfloat16.
template <class T>
void accumulates_in_float32(cublasHandle_t handle, cudaDataType type) {
  const int k = 2049;
  std::vector<T> ones(k, T(1.0f)), terms(k, T(std::ldexp(1.0f, -11)));
  terms[0] = T(1.0f);
  Buffer<T> da(ones), db(terms), dc(1);
  ASSERT_EQ(cublasGemmEx(handle, CUBLAS_OP_T, CUBLAS_OP_N, 1, 1, k, &one, da.data, type, k, db.data, type, k, &zero,
                         dc.data, type, 1, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
            CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(float(dc.read()[0]), 2.0f);
}

TEST_F(Cublas, SixteenBitTypesAccumulateInFloat32) {
  accumulates_in_float32<__half>(handle, CUDA_R_16F);
  accumulates_in_float32<__nv_bfloat16>(handle, CUDA_R_16BF);
}

TEST_F(Cublas, StridedBatches) {
  // Two products, the second of a's and b's doubles; a stride of 0 repeats a matrix.
  std::vector<float> twice = b;
  for (float value : b) twice.push_back(2 * value);
  Buffer<float> da(a), db(twice), dc(8);
  ASSERT_EQ(cublasGemmStridedBatchedEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, da.data, CUDA_R_32F, 2, 0,
                                       db.data, CUDA_R_32F, 3, 6, &zero, dc.data, CUDA_R_32F, 2, 4, 2,
                                       CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
            CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(dc.read(), (std::vector<float>{58, 139, 64, 154, 116, 278, 128, 308}));
}

TEST_F(Cublas, RefusesWhatCublasRefuses) {
  Buffer<float> da(a), db(b), dc(4);
  auto gemm = [&](cublasHandle_t h, int m, int lda, int ldb, int ldc, const float* alpha) {
    return cublasSgemm(h, CUBLAS_OP_N, CUBLAS_OP_N, m, 2, 3, alpha, da.data, lda, db.data, ldb, &zero, dc.data, ldc);
  };
  EXPECT_EQ(gemm(nullptr, 2, 2, 3, 2, &one), CUBLAS_STATUS_NOT_INITIALIZED);
  EXPECT_EQ(gemm(handle, -1, 2, 3, 2, &one), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(gemm(handle, 2, 1, 3, 2, &one), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(gemm(handle, 2, 2, 2, 2, &one), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(gemm(handle, 2, 2, 3, 1, &one), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(gemm(handle, 2, 2, 3, 2, nullptr), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasGemmEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, da.data, CUDA_R_32F, 2, db.data, CUDA_R_64F,
                         3, &zero, dc.data, CUDA_R_32F, 2, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
            CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_STREQ(cublasGetStatusName(CUBLAS_STATUS_NOT_SUPPORTED), "CUBLAS_STATUS_NOT_SUPPORTED");
}

TEST_F(Cublas, ReportsMemoryThatIsTooSmallOrTheHosts) {
  Buffer<float> da(a), db(b), dc(3);
  float host[4];
  ASSERT_EQ(cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, da.data, 2, db.data, 3, &zero, dc.data, 2),
            CUBLAS_STATUS_SUCCESS);  // a GPU notices later, if at all
  EXPECT_EQ(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  EXPECT_THAT(emulator::take_reports(),
              testing::HasSubstr("cublasSgemm: c needs 16 bytes, but its allocation ends after 12"));
  ASSERT_EQ(cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, da.data, 2, db.data, 3, &zero, host, 2),
            CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  EXPECT_THAT(emulator::take_reports(), testing::HasSubstr("c is not device memory"));
}

}  // namespace
