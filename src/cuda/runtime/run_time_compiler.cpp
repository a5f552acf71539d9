#include "cuda/runtime/run_time_compiler.h"

#include <nvrtc.h>

#ifndef TRIPTYCH_CUDA_EMULATED
#include <dlfcn.h>
#endif

#include <map>
#include <mutex>
#include <utility>

#include "cuda/runtime/check.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/embedded_headers.h"
#include "triptych/core/error.h"

namespace triptych::cuda {
namespace {

constexpr const char* who = "fused_elementwise";

/// The functions of NVRTC that are used here. They are looked up, not linked: the library runs without them.
struct Nvrtc {
  std::string missing;  // why they are not there; empty: they are
#define TRIPTYCH_NVRTC(function) decltype(&::nvrtc##function) function = nullptr
  TRIPTYCH_NVRTC(CreateProgram);
  TRIPTYCH_NVRTC(CompileProgram);
  TRIPTYCH_NVRTC(DestroyProgram);
  TRIPTYCH_NVRTC(GetProgramLogSize);
  TRIPTYCH_NVRTC(GetProgramLog);
  TRIPTYCH_NVRTC(GetCUBINSize);
  TRIPTYCH_NVRTC(GetCUBIN);
  TRIPTYCH_NVRTC(GetErrorString);
#undef TRIPTYCH_NVRTC

  Nvrtc() {
#ifdef TRIPTYCH_CUDA_EMULATED
#define TRIPTYCH_NVRTC(function) function = &::nvrtc##function
#else
    const std::string name = "libnvrtc.so." + std::to_string(CUDART_VERSION / 1000);
    void* const library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) missing = name + " was not found";
#define TRIPTYCH_NVRTC(function)                                                                                \
  if (missing.empty() && !(function = reinterpret_cast<decltype(function)>(dlsym(library, "nvrtc" #function)))) \
  missing = name + " has no nvrtc" #function
#endif
    TRIPTYCH_NVRTC(CreateProgram);
    TRIPTYCH_NVRTC(CompileProgram);
    TRIPTYCH_NVRTC(DestroyProgram);
    TRIPTYCH_NVRTC(GetProgramLogSize);
    TRIPTYCH_NVRTC(GetProgramLog);
    TRIPTYCH_NVRTC(GetCUBINSize);
    TRIPTYCH_NVRTC(GetCUBIN);
    TRIPTYCH_NVRTC(GetErrorString);
#undef TRIPTYCH_NVRTC
  }

  void check(nvrtcResult status, const char* call, const std::string& log = {}) const {
    if (status == NVRTC_SUCCESS) return;
    throw InternalError(who, "a call of NVRTC failed", std::string(call) + " gave " + GetErrorString(status) + log);
  }
};

const Nvrtc& nvrtc() {
  static const Nvrtc functions;
  return functions;
}

/// A program of NVRTC.
class Program {
 public:
  explicit Program(const std::string& source) {
    std::vector<const char*> names, texts;
    for (const auto& [name, text] : embedded_headers()) {
      names.push_back(name.c_str());
      texts.push_back(text.c_str());
    }
    for (const char* standard : {"array", "bit", "cmath", "concepts", "cstddef", "cstdint", "cstring", "iosfwd",
                                 "limits", "numbers", "string", "string_view", "type_traits", "utility"}) {
      names.push_back(standard);
      texts.push_back("#include \"cuda/runtime/nvrtc_standard.h\"\n");
    }
    names.push_back("cuda_runtime.h");  // NVRTC knows by itself what stands there
    texts.push_back("");
    nvrtc().check(nvrtc().CreateProgram(&program_, source.c_str(), "fused_elementwise.cu",
                                        static_cast<int>(names.size()), texts.data(), names.data()),
                  "nvrtcCreateProgram");
  }
  ~Program() { static_cast<void>(nvrtc().DestroyProgram(&program_)); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  std::vector<char> compile(const std::string& architecture) const {
    // No contraction, as nvcc compiles the library's other kernels: the same bits.
    const char* options[] = {"--std=c++20", architecture.c_str(), "--fmad=false",
                             "--device-as-default-execution-space"};
    const nvrtcResult status = nvrtc().CompileProgram(program_, std::size(options), options);
    if (status != NVRTC_SUCCESS) nvrtc().check(status, "nvrtcCompileProgram", ":\n" + log());
    std::size_t bytes = 0;
    nvrtc().check(nvrtc().GetCUBINSize(program_, &bytes), "nvrtcGetCUBINSize");
    std::vector<char> code(bytes);
    nvrtc().check(nvrtc().GetCUBIN(program_, code.data()), "nvrtcGetCUBIN");
    return code;
  }

 private:
  std::string log() const {
    std::size_t bytes = 0;
    if (nvrtc().GetProgramLogSize(program_, &bytes) != NVRTC_SUCCESS || bytes == 0) return {};
    std::string text(bytes, '\0');
    if (nvrtc().GetProgramLog(program_, text.data()) != NVRTC_SUCCESS) return {};
    text.resize(bytes - 1);  // its end is a zero
    return text;
  }

  nvrtcProgram program_ = nullptr;
};

using Capability = std::pair<int, int>;
Capability capability_of(int device) {
  int major = 0, minor = 0;
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), who, "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), who, "cudaDeviceGetAttribute");
  return {major, minor};
}

}  // namespace

std::vector<char> compile(const std::string& source, int major, int minor) {
  if (!nvrtc().missing.empty()) throw UnsupportedError(who, "NVRTC is needed", nvrtc().missing);
  return Program(source).compile("--gpu-architecture=sm_" + std::to_string(major) + std::to_string(minor));
}

std::string no_compiler(int device, const std::string& sample) {
  static std::mutex mutex;
  static std::map<Capability, std::string> known;
  const Capability capability = capability_of(device);
  std::lock_guard lock(mutex);
  if (const auto found = known.find(capability); found != known.end()) return found->second;
  std::string& reason = known[capability];
  try {
    compile(sample, capability.first, capability.second);
  } catch (const Error& error) {
    reason = error.what();
  }
  return reason;
}

cudaKernel_t compiled_kernel(const std::string& source, const char* name) {
  static std::mutex mutex;
  static std::map<std::pair<Capability, std::string>, cudaLibrary_t> libraries;  // code for a kind of device
  int device = 0;
  check(cudaGetDevice(&device), who, "cudaGetDevice");
  const Capability capability = capability_of(device);
  std::lock_guard lock(mutex);
  cudaLibrary_t& library = libraries[{capability, source}];
  if (!library) {
    const std::vector<char> code = compile(source, capability.first, capability.second);
    check(cudaLibraryLoadData(&library, code.data(), nullptr, nullptr, 0, nullptr, nullptr, 0), who,
          "cudaLibraryLoadData");
  }
  cudaKernel_t kernel = nullptr;
  check(cudaLibraryGetKernel(&kernel, library, name), who, "cudaLibraryGetKernel");
  return kernel;
}

}  // namespace triptych::cuda
