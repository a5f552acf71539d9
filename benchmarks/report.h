// Runs the registered benchmarks; with --json prints one line for each, as comparison scripts read them.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <vector>

namespace bench {

/// Prints {"name":"cnn/128/train","ms":…}: with repetitions the median, else the mean of the iterations.
class JsonLines : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) std::fprintf(stderr, "%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
      const bool wanted = run.run_type == Run::RT_Aggregate ? run.aggregate_name == "median" : run.repetitions <= 1;
      if (run.error_occurred || !wanted) continue;
      std::printf("{\"name\":\"%s\",\"peer\":\"ours\",\"ms\":%.6f}\n", run.run_name.function_name.c_str(),
                  run.GetAdjustedRealTime() * 1e3 / benchmark::GetTimeUnitMultiplier(run.time_unit));
      std::fflush(stdout);
    }
  }
};

inline int run(int argc, char** argv) {
  std::vector<char*> rest;
  bool json = false;
  for (int i = 0; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0)
      json = true;
    else
      rest.push_back(argv[i]);
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 2;
  JsonLines lines;
  if (json)
    benchmark::RunSpecifiedBenchmarks(&lines);
  else
    benchmark::RunSpecifiedBenchmarks();
  return 0;
}

/// Registers `call` under a name with slashes.
template <class F>
void add(const char* name, F call, double seconds = 0.3, int repetitions = 3) {
  benchmark::RegisterBenchmark(name,
                               [call](benchmark::State& state) mutable {
                                 for (auto _ : state) call();
                               })
      ->MinTime(seconds)
      ->Repetitions(repetitions)
      ->ReportAggregatesOnly(true)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace bench
