#include "cuda/runtime/check.h"

#include <cstdlib>
#include <string>

#include "triptych/core/error.h"

namespace triptych::cuda {

namespace {

constexpr const char* rule = "a CUDA call failed";
constexpr const char* late_hint =
    "A kernel that was launched earlier may be the cause; with TRIPTYCH_CUDA_SYNC=1 in the environment the op that "
    "launched it is named";

std::string given(std::string_view call, std::string_view name, std::string_view meaning) {
  std::string text = std::string(call) + " gave " + std::string(name);
  if (!meaning.empty()) text += " (" + std::string(meaning) + ")";
  return text;
}

}  // namespace

bool synchronous() {
  static const bool value = [] {
    const char* text = std::getenv("TRIPTYCH_CUDA_SYNC");
    return text != nullptr && std::string_view(text) != "0" && *text != '\0';
  }();
  return value;
}

void check(cudaError_t status, std::string_view op, std::string_view call, Location where) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // it has been told; the next check is about the next call
  const std::string text = given(call, cudaGetErrorName(status), cudaGetErrorString(status));
  switch (status) {
    case cudaErrorNoDevice:
      throw UnsupportedError(op, "there is no CUDA device", text, "Use Device::cpu()", where);
    case cudaErrorInsufficientDriver:
      throw UnsupportedError(op, "the CUDA driver is missing or too old", text, "Install or update NVIDIA's driver",
                             where);
    case cudaErrorNoKernelImageForDevice:
      throw UnsupportedError(op, "the library was built for other GPUs", text,
                             "Build it with CMAKE_CUDA_ARCHITECTURES set to this GPU's", where);
    case cudaErrorMemoryAllocation:
      throw UnsupportedError(op, "out of memory on the device", text, "Use smaller batches", where);
    case cudaErrorNotSupported:
      throw UnsupportedError(op, "the device or driver cannot do this", text, {}, where);
    case cudaErrorInvalidDevice:
      throw ArgumentError(op, "there is no CUDA device of this number", text, {}, where);
    default:
      throw InternalError(op, rule, text, late_hint, where);
  }
}

void check(cublasStatus_t status, std::string_view op, std::string_view call, Location where) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string text = given(call, cublasGetStatusName(status), cublasGetStatusString(status));
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH ||
      status == CUBLAS_STATUS_ALLOC_FAILED)
    throw UnsupportedError(op, "cuBLAS cannot do this here", text, {}, where);
  throw InternalError(op, "a cuBLAS call failed", text, late_hint, where);
}

void check(cudnnStatus_t status, std::string_view op, std::string_view call, Location where) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  const std::string text = given(call, cudnnGetErrorString(status), {});
  const int family = int(status) / 1000;  // since cuDNN 9: 3xxx is all that is not supported
  if (family == int(CUDNN_STATUS_NOT_SUPPORTED) / 1000)
    throw UnsupportedError(op, "cuDNN cannot do this here", text, {}, where);
  throw InternalError(op, "a cuDNN call failed", text, late_hint, where);
}

}  // namespace triptych::cuda
