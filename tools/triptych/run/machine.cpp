#include "run/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string_view>

#include "triptych/core/device.h"
#include "triptych/core/memory.h"

namespace triptych::compare {
namespace {

/// What follows `prefix` in the first line of a file that begins with it.
std::string line_of(const char* path, const std::string& prefix) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(prefix, 0) != 0) continue;
    const std::size_t start = line.find_first_not_of(" \t:", prefix.size());
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

std::string name_of(Device device) {
  for (const DeviceInfo& info : devices())
    if (info.device == device) return info.name;
  return "";
}

}  // namespace

Machine describe_machine(int threads) {
  Machine machine;
  utsname system{};
  uname(&system);
  machine.processor = line_of("/proc/cpuinfo", "model name");
  std::string distribution = line_of("/etc/os-release", "PRETTY_NAME=");
  std::erase(distribution, '"');
  machine.system = distribution + ", " + system.sysname + " " + system.release + ", " + system.machine;
  machine.build = TRIPTYCH_BUILD_TEXT;
  machine.version = TRIPTYCH_VERSION;
  machine.cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  machine.threads = threads ? threads : num_threads();
  machine.memory_gb = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE)) / 1e9;
  const std::time_t now = std::time(nullptr);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M", std::localtime(&now));
  machine.date = date;
  return machine;
}

std::string device_text(const std::string& device) {
  const Device chosen = Device::from_text(device);
  return chosen.type == Device::Type::cpu ? chosen.text() : chosen.text() + " (" + name_of(chosen) + ")";
}

bool is_emulated(const std::string& device) {
  return name_of(Device::from_text(device)).find("emulated") != std::string::npos;
}

bool built_with_onednn() { return std::string_view(TRIPTYCH_ONEDNN_TEXT) == "ON"; }

double peak_resident_mb() {
  // Not getrusage: its figure starts with that of the process that this one was forked from.
  return std::strtod(line_of("/proc/self/status", "VmHWM").c_str(), nullptr) / 1024;
}

}  // namespace triptych::compare
