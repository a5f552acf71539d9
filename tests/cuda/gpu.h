// For tests of tensors on a GPU: the emulated one, or the machine's own where the build has CUDA; skipped without any.
#pragma once

#include <gtest/gtest.h>

#include "triptych/core/tensor.h"

class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (triptych::cuda_device_count() == 0) GTEST_SKIP() << "this machine has no GPU";
    gpu = triptych::Device::cuda();
  }
  triptych::Device gpu, cpu = triptych::Device::cpu();
};
