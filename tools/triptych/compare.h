// The comparison: every model in every style, measured in this run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct CompareOptions {
  bool quick = false;
  std::string output = ".";
  std::vector<std::string> models = {"mlp", "cnn"};
  std::uint64_t seed = 7;
  int threads = 0;
  std::int64_t epochs = 0;
};

/// Runs, prints one table, writes compare.html and compare.json. Interrupted, writes what it has.
int run_compare(const CompareOptions& options);
