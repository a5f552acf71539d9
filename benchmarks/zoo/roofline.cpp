// Beside each row of the zoo the least time that the machine could take for it, the sum over its kernels of
// max(operations / peak, bytes / bandwidth), and where the rest goes.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>

#include "../roofline/machine.h"
#include "triptych/core/memory.h"
#include "zoo.h"

namespace tt = triptych;

namespace {

double milliseconds() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Calls for a while, but some times at least.
template <class F>
void repeat(F call) {
  constexpr double budget_ms = 1500;
  const double start = milliseconds();
  for (int i = 0; i < 8 || milliseconds() - start < budget_ms; ++i) call();
}

double least_ms(const std::function<void()>& step) {
  double least = INFINITY;
  for (int i = 0; i < 3; ++i) step();
  repeat([&] {
    const double start = bench::seconds();
    step();
    least = std::min(least, 1e3 * (bench::seconds() - start));
  });
  return least;
}

struct Part {
  int calls = 0;
  double ms = 0, limit_ms = 0;
  double lost() const { return ms - limit_ms; }
};
using Parts = std::vector<std::pair<std::string, Part>>;

/// By op, the least time of each of its calls; those that lose most come first.
Parts parts_of(const std::function<tt::RunMetadata()>& profile, const bench::Machine& machine) {
  tt::RunMetadata least = profile();
  repeat([&] {
    const tt::RunMetadata run = profile();
    for (std::size_t i = 0; i < run.nodes.size(); ++i)
      least.nodes[i].microseconds = std::min(least.nodes[i].microseconds, run.nodes[i].microseconds);
  });
  std::map<std::string, Part> by_op;
  for (const tt::NodeTiming& node : least.nodes) {
    Part& part = by_op[node.op];
    ++part.calls;
    part.ms += node.microseconds * 1e-3;
    part.limit_ms += machine.limit_ms(node.flops, node.bytes);
  }
  Parts parts(by_op.begin(), by_op.end());
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.second.lost() > b.second.lost(); });
  return parts;
}

void print_machine(const bench::Machine& machine, bool json) {
  std::printf(json ? "{\"name\":\"machine\",\"threads\":%d,\"gflops\":%.1f,\"bandwidth\":["
                   : "%d threads, peak %.1f GF/s; GB/s",
              tt::num_threads(), machine.flops * 1e-9);
  const char* between = "";
  for (const auto& [bytes, speed] : machine.bandwidth) {
    if (json)
      std::printf("%s[%lld,%.2f]", between, static_cast<long long>(bytes), speed * 1e-9);
    else
      std::printf("%s at %lld KB: %.1f", between, static_cast<long long>(bytes >> 10), speed * 1e-9);
    between = ",";
  }
  std::puts(json ? "]}" : "");
}

void print_row(const std::string& name, double ms, const Parts& parts, bool json) {
  Part all;
  for (const auto& [op, part] : parts) {
    all.ms += part.ms;
    all.limit_ms += part.limit_ms;
  }
  if (json)
    std::printf("{\"name\":\"%s\",\"ms\":%.6f,\"kernels_ms\":%.6f,\"limit_ms\":%.6f,\"parts\":[", name.c_str(), ms,
                all.ms, all.limit_ms);
  else
    std::printf("%-20s %9.4f ms, kernels %9.4f, limit %9.4f: %3.0f %%;", name.c_str(), ms, all.ms, all.limit_ms,
                100 * all.limit_ms / ms);
  const char* between = "";
  for (std::size_t i = 0; i < parts.size() && (json || i < 6); ++i) {
    const auto& [op, part] = parts[i];
    if (json)
      std::printf("%s[\"%s\",%d,%.6f,%.6f]", between, op.c_str(), part.calls, part.ms, part.limit_ms);
    else
      std::printf("%s %dx %s %.3f (%.3f)", between, part.calls, op.c_str(), part.ms, part.limit_ms);
    between = ",";
  }
  std::puts(json ? "]}" : "");
  std::fflush(stdout);
}

}  // namespace

void zoo::print_roofline(const std::string& style, const std::string& only, bool json) {
  const bench::Machine machine = bench::measure_machine();
  print_machine(machine, json);
  for (const Row& row : rows(only)) {
    const Profiles profiles = lowlevel_profiles(row.model, row.batch);
    const Parts parts = parts_of(row.train ? profiles.train : profiles.infer, machine);
    const Steps steps = make_steps(style, row.model, row.batch);
    print_row(row.name, least_ms(row.train ? steps.train : steps.infer), parts, json);
  }
}

void zoo::print_first_steps(const std::string& style, const std::string& only, int steps) {
  for (const Row& row : rows(only)) {
    const double start = milliseconds();
    const Steps made = make_steps(style, row.model, row.batch);
    const auto& step = row.train ? made.train : made.infer;
    const double built = milliseconds();
    step();
    const double first = milliseconds();
    for (int i = 1; i < steps; ++i) step();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"name\":\"%s\",\"build_ms\":%.3f,\"first_ms\":%.3f,\"peak_mb\":%.1f}\n", row.name.c_str(),
                built - start, first - built, static_cast<double>(usage.ru_maxrss) / 1024);
  }
}
