// Runs benchmarks on the device that --device=cuda:0 names, else on the CPU; with --json prints one line for each, as
// comparison scripts read them.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "triptych/core/device.h"

namespace bench {

inline triptych::Device device;

/// Prints {"name":"cnn/128/train","ms":…,"cpu_ms":…}: with repetitions the median, else the mean of the iterations. The
/// second is the calling thread's processor time, which other programs do not lengthen.
class JsonLines : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) std::fprintf(stderr, "%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
      const bool wanted = run.run_type == Run::RT_Aggregate ? run.aggregate_name == "median" : run.repetitions <= 1;
      if (run.error_occurred || !wanted) continue;
      const double to_ms = 1e3 / benchmark::GetTimeUnitMultiplier(run.time_unit);
      std::printf("{\"name\":\"%s\",\"peer\":\"ours\",\"ms\":%.6f,\"cpu_ms\":%.6f}\n",
                  run.run_name.function_name.c_str(), run.GetAdjustedRealTime() * to_ms,
                  run.GetAdjustedCPUTime() * to_ms);
      std::fflush(stdout);
    }
  }
};

/// Takes `NAME=value` out of the arguments and gives the value; `otherwise` if it is not among them.
inline std::string take_option(int& argc, char** argv, const std::string& name, std::string otherwise) {
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind(name + "=", 0) == 0)
      otherwise = argument.substr(name.size() + 1);
    else
      argv[kept++] = argv[i];
  }
  argc = kept;
  return otherwise;
}

/// Takes `name` out of the arguments; whether it was there.
inline bool take_flag(int& argc, char** argv, const char* name) {
  char** const end =
      std::remove_if(argv + 1, argv + argc, [&](const char* argument) { return std::strcmp(argument, name) == 0; });
  const bool found = end != argv + argc;
  argc = static_cast<int>(end - argv);
  return found;
}

/// Runs what `register_all` registers. What the benchmarks make is made on the device.
template <class F>
int run(int argc, char** argv, F register_all) try {
  device = triptych::Device::from_text(take_option(argc, argv, "--device", "cpu"));
  const bool json = take_flag(argc, argv, "--json");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const triptych::DeviceScope scope(device);
  register_all();
  JsonLines lines;
  if (json)
    benchmark::RunSpecifiedBenchmarks(&lines);
  else
    benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}

/// The host runs ahead of a GPU, so calls are waited for there, a number of them together: the rate of a queue that is
/// kept full.
template <class F>
void time_calls(benchmark::State& state, F& call) {
  constexpr int together = 32;
  if (device == triptych::Device::cpu()) {
    for (auto _ : state) call();
  } else {
    while (state.KeepRunningBatch(together)) {
      for (int i = 0; i < together; ++i) call();
      triptych::synchronize(device);
    }
  }
}

/// Registers `call` under a name with slashes.
template <class F>
void add(const char* name, F call, double seconds = 0.3, int repetitions = 3) {
  benchmark::RegisterBenchmark(name, [call](benchmark::State& state) mutable { time_calls(state, call); })
      ->MinTime(seconds)
      ->Repetitions(repetitions)
      ->ReportAggregatesOnly(true)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace bench
