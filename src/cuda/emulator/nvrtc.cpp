// NVRTC and the loading of what it makes. Here machine code is a shared library, made by a compiler that
// TRIPTYCH_EMULATED_NVRTC names with its options: "g++ -std=c++20 -O1 -I src/cuda/emulator/include". Its kernels find
// threadIdx and the like in the program, which must show them (ENABLE_EXPORTS).
#include "nvrtc.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "cuda/emulator/error.h"
#include "cuda_runtime.h"

namespace fs = std::filesystem;

struct _nvrtcProgram {
  std::string source, log, code;
  std::map<std::string, std::string> headers;
};

namespace {

/// A folder that goes when the object does.
struct TemporaryFolder {
  fs::path path;
  TemporaryFolder() {
    std::string name = fs::temp_directory_path() / "triptych_nvrtc_XXXXXX";
    if (mkdtemp(name.data())) path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path.empty()) fs::remove_all(path, ignored);
  }
};

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

const char* nvrtcGetErrorString(nvrtcResult result) {
  switch (result) {
    case NVRTC_SUCCESS:
      return "NVRTC_SUCCESS";
    case NVRTC_ERROR_INVALID_INPUT:
      return "NVRTC_ERROR_INVALID_INPUT";
    case NVRTC_ERROR_INVALID_PROGRAM:
      return "NVRTC_ERROR_INVALID_PROGRAM";
    case NVRTC_ERROR_COMPILATION:
      return "NVRTC_ERROR_COMPILATION";
    default:
      return "NVRTC_ERROR_INTERNAL_ERROR";
  }
}

nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* source, const char*, int headers,
                               const char* const* header_texts, const char* const* header_names) {
  if (!program || !source) return NVRTC_ERROR_INVALID_INPUT;
  *program = new _nvrtcProgram{source, {}, {}, {}};
  for (int i = 0; i < headers; ++i) (*program)->headers.emplace(header_names[i], header_texts[i]);
  return NVRTC_SUCCESS;
}

nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int, const char* const*) {
  if (!program) return NVRTC_ERROR_INVALID_PROGRAM;
  const char* compiler = std::getenv("TRIPTYCH_EMULATED_NVRTC");
  if (!compiler || !*compiler) {
    program->log = "the emulated device has no run-time compiler (TRIPTYCH_EMULATED_NVRTC names none)";
    return NVRTC_ERROR_COMPILATION;
  }
  const TemporaryFolder folder;
  if (folder.path.empty()) return NVRTC_ERROR_INTERNAL_ERROR;
  for (const auto& [name, text] : program->headers)
    if (name.find('/') != name.npos) write(folder.path / name, text);  // the host has a standard library of its own
  write(folder.path / "kernel.cpp", program->source);
  const std::string at = folder.path.string();
  const std::string command = std::string(compiler) + " -shared -fPIC -include cuda_runtime.h -I " + at + " -o " + at +
                              "/kernel.so " + at + "/kernel.cpp > " + at + "/log 2>&1";
  const int failed = std::system(command.c_str());
  program->log = read(folder.path / "log");
  program->code = read(folder.path / "kernel.so");
  return failed ? NVRTC_ERROR_COMPILATION : NVRTC_SUCCESS;
}

nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) {
  if (!program || !*program) return NVRTC_ERROR_INVALID_PROGRAM;
  delete *program;
  *program = nullptr;
  return NVRTC_SUCCESS;
}

nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, std::size_t* bytes) {
  *bytes = program->log.size() + 1;
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char* log) {
  program->log.copy(log, program->log.size());
  log[program->log.size()] = '\0';
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, std::size_t* bytes) {
  *bytes = program->code.size();
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char* code) {
  program->code.copy(code, program->code.size());
  return NVRTC_SUCCESS;
}

cudaError_t cudaLibraryLoadData(cudaLibrary_t* library, const void* code, cudaJitOption*, void**, unsigned,
                                cudaLibraryOption*, void**, unsigned) {
  using triptych::cuda::emulator::status;
  if (!library || !code) return status(cudaErrorInvalidValue);
  // How long it is stands in the ELF header: the table of sections is the last thing in the file.
  const auto& header = *static_cast<const ElfW(Ehdr)*>(code);
  const std::size_t bytes = header.e_shoff + std::size_t(header.e_shentsize) * header.e_shnum;
  const TemporaryFolder folder;
  write(folder.path / "kernel.so", std::string(static_cast<const char*>(code), bytes));
  void* const handle = dlopen((folder.path / "kernel.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  *library = static_cast<cudaLibrary_t>(handle);
  return status(handle ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaLibraryGetKernel(cudaKernel_t* kernel, cudaLibrary_t library, const char* name) {
  *kernel = reinterpret_cast<cudaKernel_t>(dlsym(library, name));
  return triptych::cuda::emulator::status(*kernel ? cudaSuccess : cudaErrorInvalidValue);
}
