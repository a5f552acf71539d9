// Every status of a library's or the operating system's call is looked at: oneDNN once refused a product, nobody asked,
// and the result was what lay in memory before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <vector>

#include "files.h"
#include "house/code.h"

namespace {

namespace fs = std::filesystem;

/// Functions with a status: of oneDNN, cuBLAS, cuSOLVER, cuDNN, CUDA, NVRTC (called through a table, too), zlib, HDF5,
/// libzip, libjpeg, giflib, the system. (libpng jumps instead.)
const char* const functions =
    R"((dnnl_\w+|cublas\w+|cusolver\w+|cudnn[A-Z]\w*|cuda[A-Z]\w*|nvrtc[A-Z]\w*|nvrtc\(\)\.[A-Z]\w*|inflate\w*|deflate\w*|gz[a-z]+|H5[A-Z]+[a-z]\w*|zip_\w+|jpeg_(?:read|start|finish)\w+|DGif\w+)"
    R"(|(?:::|std::)?(?:fsync|fdatasync|rename|unlink|pread|pwrite|mmap|munmap|madvise|ftruncate|lseek|dup2?|pipe2?)"
    R"(|fclose|kill|waitpid|setenv|mkostemp|dlclose|sched_\w+|pthread_\w+)|::(?:open|close|read|write)|(?:::|std::)remove))";

/// What only gives back or takes away: if that fails there is nobody to tell, and nothing is lost.
const std::regex releases(
    R"(\w*(Destroy|DestroyParams|Free|FreeHost|DestroyProgram|ExecDestroy)|inflateEnd|deflateEnd|DGifCloseFile|zip_\w*(free|discard|keep|close|init|fini)|(::|std::)?(close|fclose|unlink|remove|kill))");
/// Calls whose result is not a status of their own, or is known.
struct Exception {
  std::string folder, function, reason;
};
const std::vector<Exception> exceptions = {
    {"", "cudaGetLastError", "it takes back an error that has been told, or that was an answer"},
    {"src/cuda/runtime/device.cpp", "cudaSetDevice", "a guard's destructor: the device was set before, so it is there"},
    {"src/core/formats/hdf5.cpp", "H5Ewalk2", "it fetches what a message says of an error that is known"},
    {"", "zip_error_init", "it returns nothing"},
    {"", "zip_error_fini", "it returns nothing"},
    {"", "zip_stat_init", "it returns nothing"},
    {"", "zip_discard", "it returns nothing"},
    {"", "zip_source_keep", "it returns nothing"},
    {"", "zip_source_free", "it returns nothing"},
};

/// The statements of a file that drop a status, as `file:line: call`.
std::vector<std::string> dropped_statuses(const std::string& path, const std::string& source) {
  // A statement begins after one of these; a call that is used stands behind `=`, `(`, `return`, `!` or the like.
  static const std::regex call(std::string(R"((?:^|[;{})]|\belse\b|\bdo\b)\s*(static_cast<void>\(\s*)?)") + functions +
                               R"(\s*\()");
  std::vector<std::string> dropped;
  const std::string code = code_of(source);
  for (std::sregex_iterator found(code.begin(), code.end(), call), end; found != end; ++found) {
    std::string name = found->str(2);
    if (name.starts_with("nvrtc().")) name = "nvrtc" + name.substr(8);
    const bool openly = (*found)[1].matched;
    const bool excepted = std::any_of(exceptions.begin(), exceptions.end(), [&](const Exception& e) {
      return e.function == name && path.starts_with(e.folder);
    });
    if (excepted || (openly && std::regex_match(name, releases))) continue;
    const auto line = 1 + std::count(code.begin(), code.begin() + found->position(2), '\n');
    dropped.push_back(path + ":" + std::to_string(line) + ": the status of " + name + " is not looked at");
  }
  return dropped;
}

}  // namespace

// The emulator implements CUDA's functions; it is no caller.
TEST(LibraryStatus, IsLookedAtEverywhere) {
  int files = 0;
  for (const char* const folder : {"src", "tools"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TRIPTYCH_SOURCE_DIR) / folder)) {
      const std::string path = fs::relative(entry.path(), TRIPTYCH_SOURCE_DIR);
      const bool source = path.ends_with(".h") || path.ends_with(".cpp") || path.ends_with(".cu");
      if (!entry.is_regular_file() || !source || path.starts_with("src/cuda/emulator/")) continue;
      ++files;
      for (const std::string& message : dropped_statuses(path, read_file(entry.path()))) ADD_FAILURE() << message;
    }
  EXPECT_GT(files, 300) << "the sources were not found";
}

// The checker itself.
TEST(LibraryStatus, TheCheckerSees) {
  const auto drops = [](const std::string& code) { return dropped_statuses("a.cpp", code).size(); };
  EXPECT_EQ(drops("void f() {\n  dnnl_sgemm(a, b);\n}"), 1);
  EXPECT_EQ(drops("for (;;)\n    dnnl_sgemm(a,\n  b);"), 1);
  EXPECT_EQ(drops("if (x) ::close(file);"), 1);
  EXPECT_EQ(drops("else std::rename(a, b);"), 1);
  EXPECT_EQ(drops("f(); nvrtc().GetProgramLog(p, t);"), 1);
  EXPECT_EQ(drops("{ inflateReset(&stream); cublasSetStream(h, s); cudnnCreate(&h); cudaFree(p); }"), 4);
  EXPECT_EQ(drops("static_cast<void>(::fsync(file));"), 1) << "a status that matters is not dropped openly either";
  EXPECT_EQ(drops("~File() { static_cast<void>(::close(file)); static_cast<void>(cudaStreamDestroy(s)); }"), 0);
  EXPECT_EQ(
      drops("check(cudaFree(p)); const int s = inflate(&z, 0); if (::fsync(f) != 0) g(); return cudnnCreate(&h);"), 0);
  EXPECT_EQ(drops("// dnnl_sgemm(a);\n\"; dnnl_sgemm(a)\"; /* ; gzread(a) */ 1'000;"), 0);
  EXPECT_EQ(drops("void f() {\n\n  gzread(a);"), 1);
  EXPECT_THAT(dropped_statuses("a.cpp", "void f() {\n\n  gzread(a);"),
              testing::ElementsAre("a.cpp:3: the status of gzread is not looked at"));
}
