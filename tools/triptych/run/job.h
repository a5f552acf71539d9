// One measurement: done by this program in a child process, so that memory and first-step times are its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "triptych/compare.h"

namespace triptych::compare {

struct Job {
  /// "train": a model from start to end; "batches": its steps at several batch sizes; "sizes": steps of perceptrons of
  /// several sizes; "stream": an epoch over a file.
  std::string kind = "train";
  std::string model = {}, style = {}, numerics = "exact";
  std::int64_t epochs = 1, max_steps = 0, train_samples = 0, test_samples = 0, batch_size = 128;
  std::vector<std::int64_t> values = {};  // batch sizes, or numbers of parameters
  double seconds = 0.5;                   // for the steps of one value
  std::string images = {}, labels = {};   // of a stream
  std::int64_t memory_limit = 0;          // of tensors, in bytes
  bool onednn = true;
  std::uint64_t seed = 7;
  int threads = 0;
  std::string device = "cpu";

  std::int64_t multiple = 0;  // of the limit: the file's size (for the report)
  double weight = 1;          // estimated seconds, for the progress bar
};

std::string to_text(const Job& job);
Job job_from(const std::string& text);

/// In the child: measures and prints JSON lines: {"loss": .., "ms": ..} for each training step, {"progress": share},
/// and results.
int measure(const Job& job, const std::vector<Model>& models);

}  // namespace triptych::compare
