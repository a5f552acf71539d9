#include "cuda/emulator/report.h"

#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

namespace triptych::cuda::emulator {

namespace {
std::mutex mutex;
std::string& reports() {
  static auto* text = new std::string;  // outlives every static object that may still launch
  return *text;
}
}  // namespace

void report(const std::string& text) {
  std::lock_guard lock(mutex);
  std::fprintf(stderr, "[cuda emulator] %s\n", text.c_str());
  reports() += text + "\n";
}

std::string take_reports() {
  std::lock_guard lock(mutex);
  return std::exchange(reports(), {});
}

std::string text(uint3 index) {
  return "(" + std::to_string(index.x) + ", " + std::to_string(index.y) + ", " + std::to_string(index.z) + ")";
}

std::string place(const char* file, int line) {
  const char* slash = std::strrchr(file, '/');
  return std::string(slash ? slash + 1 : file) + ":" + std::to_string(line);
}

}  // namespace triptych::cuda::emulator
