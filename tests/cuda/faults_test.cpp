// What only a kernel on a GPU can find wrong: the error comes when the device is waited for, says what was given, and
// work goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "../bad_input.h"
#include "gpu.h"
#include "triptych/core/memory.h"
#include "triptych/eager.h"

namespace {

namespace tt = triptych;

class CudaFaults : public OnGpu {
 protected:
  tt::Tensor there(const tt::Tensor& x) const { return x.to(gpu); }
  void TearDown() override {
    if (!IsSkipped()) {
      EXPECT_EQ((there(tt::ones({2})) + 1).to(cpu).to_vector<int>(), (std::vector<int>{2, 2}));
    }
  }
};

TEST_F(CudaFaults, IntegersDividedByZero) {
  const tt::Tensor a = there(tt::tensor({7, -7})), b = there(tt::tensor({2, 0}));
  EXPECT_BAD("[floor_divide] an integer is divided by zero: a divisor is 0, found on cuda:0",
             tt::floor_divide(a, b).to(cpu));
  EXPECT_BAD("[remainder] an integer is divided by zero: a divisor is 0, found on cuda:0", tt::remainder(a, b).to(cpu));
  EXPECT_EQ(tt::floor_divide(a, 2).to(cpu).to_vector<int>(), (std::vector<int>{3, -4}));
}

TEST_F(CudaFaults, NegativeExponentsOfIntegers) {
  EXPECT_BAD("[pow] an integer is raised to a negative integer: exponent -3, found on cuda:0",
             tt::pow(there(tt::tensor({2, 2})), there(tt::tensor({2, -3}))).to(cpu));
}

TEST_F(CudaFaults, IndicesBeyondOneHotsDepth) {
  EXPECT_BAD("[one_hot] an index is out of range: index 4 for depth 4, found on cuda:0",
             tt::one_hot(there(tt::tensor({1, 4})), 4).to(cpu));
  EXPECT_BAD("[one_hot] an index is out of range: 2 indices for depth 0", tt::one_hot(there(tt::tensor({1, 4})), 0));
}

TEST_F(CudaFaults, LabelsBeyondTheClasses) {
  const tt::Tensor logits = there(tt::zeros({2, 3}));
  EXPECT_BAD("[cross_entropy] a label is out of range: label 3 for 3 classes, found on cuda:0",
             tt::cross_entropy(logits, there(tt::tensor({0, 3}))).to(cpu));
  EXPECT_BAD("[nll_loss] a label is out of range: label -1 for 3 classes, found on cuda:0",
             tt::nll_loss(logits, there(tt::tensor({0, -1}))).to(cpu));
  EXPECT_NEAR(tt::cross_entropy(logits, there(tt::tensor({0, -100}))).item<float>(), std::log(3.0f), 1e-6f);
  // No label is ignored, not even what a cast makes of NaN.
  const tt::Tensor lowest = there(tt::tensor({std::int64_t{0}, std::numeric_limits<std::int64_t>::min()}));
  EXPECT_BAD("[cross_entropy] a label is out of range: label -9223372036854775808 for 3 classes",
             tt::sparse_softmax_cross_entropy(logits, lowest).to(cpu));
}

TEST_F(CudaFaults, IndicesBeyondATable) {
  const tt::Tensor table = there(tt::ones({4, 2}));
  EXPECT_BAD("[embedding] an index is out of range: index 4 for a table of 4 rows, found on cuda:0",
             tt::embedding(table, there(tt::tensor({3, 4}))).to(cpu));
  EXPECT_BAD("[embedding] an index is out of range: index -1 for a table of 4 rows, found on cuda:0",
             tt::embedding(table, there(tt::tensor({3, -1}))).to(cpu));
}

TEST_F(CudaFaults, IndexTensors) {
  tt::Tensor x = there(tt::ones({3, 2}));
  const tt::Tensor index = there(tt::tensor({0, 3})), columns = there(tt::tensor({1, -2}));
  EXPECT_BAD("[index] an index is out of range: index 3 for an axis of length 3, found on cuda:0",
             x[{index, columns}].to(cpu));
  EXPECT_BAD("[index_put] an index is out of range: index 3 for an axis of length 3, found on cuda:0",
             x.set({index, tt::Slice()}, 2).to(cpu));
  EXPECT_BAD("[index_put] an index is out of range: index 3 for an axis of length 3, found on cuda:0",
             tt::index_put(x, {index}, there(tt::ones({2, 2})), true).to(cpu));
  EXPECT_BAD("[scatter] an index is out of range: index 3 for an axis of length 3, found on cuda:0",
             tt::scatter(x, 0, there(tt::tensor({{3, 0}})), 1).to(cpu));
  EXPECT_BAD("[index] an index is out of range: index 3 for an axis of length 3, found on cuda:0",
             tt::sum(there(tt::ones({3, 0}))[index]).to(cpu));  // there is nothing to read, but an error
  EXPECT_BAD("[repeat_interleave] a number of repeats is negative: -1",
             tt::repeat_interleave(there(tt::tensor({2, -1}))));
}

TEST_F(CudaFaults, IndicesBeyondAnAxis) {
  const tt::Tensor x = there(tt::ones({3, 2})), index = there(tt::tensor({0, -4})), pairs = there(tt::tensor({{0, 5}}));
  EXPECT_BAD("[index_select] an index is out of range: index -4 for an axis of length 3, found on cuda:0",
             tt::index_select(x, 0, index).to(cpu));
  EXPECT_BAD("[index_add] an index is out of range: index -4 for an axis of length 3, found on cuda:0",
             tt::index_add(x, 0, index, there(tt::ones({2, 2}))).to(cpu));
  EXPECT_BAD("[gather] an index is out of range: index 5 for an axis of length 3, found on cuda:0",
             tt::gather(x, 0, pairs).to(cpu));
  EXPECT_BAD("[scatter_add] an index is out of range: index 5 for an axis of length 3, found on cuda:0",
             tt::scatter_add(x, 0, pairs, there(tt::ones({1, 2}))).to(cpu));
}

// A clock sees a kernel only if it is waited for: so a kernel's failure is known at once.
TEST_F(CudaFaults, ATimedKernelIsWaitedFor) {
  const tt::Tensor table = there(tt::ones({4, 2})), indices = there(tt::tensor({3, 4}));
  tt::set_kernel_timing(true);
  EXPECT_BAD("[embedding] an index is out of range: index 4 for a table of 4 rows, found on cuda:0",
             tt::embedding(table, indices));
  EXPECT_EQ(tt::sum(table).item<float>(), 8) << "the device works on";
  tt::set_kernel_timing(false);
}

TEST_F(CudaFaults, TheFirstIsKeptWithItsLine) {
  const tt::Tensor index = there(tt::tensor({9}));
  const int line = __LINE__ + 1;
  const tt::Tensor first = tt::one_hot(index, 4);
  const tt::Tensor second = tt::one_hot(index - 1, 4);
  try {
    second.to(cpu);
    FAIL() << "no error";
  } catch (const tt::ArgumentError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("index 9 for depth 4"));
    EXPECT_EQ(error.where().text(), "faults_test.cpp:" + std::to_string(line));
  }
  EXPECT_EQ(first.to(cpu).to_vector<int>(), (std::vector<int>{0, 0, 0, 0}));
}

}  // namespace
