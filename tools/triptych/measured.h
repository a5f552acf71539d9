// What a comparison measured, before any rule was applied.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sources.h"
#include "triptych/core/session_options.h"

namespace triptych::compare {

/// Median and quartiles of a number of measurements.
struct Spread {
  double median = 0, low = 0, high = 0;
  int count = 0;
};
Spread spread_of(std::vector<double> values);

/// One model trained in one style.
struct Training {
  std::string model, style, numerics;
  bool complete = false;  // the program ended by itself
  bool full = false;      // all epochs
  std::vector<double> losses = {}, step_ms = {};
  double accuracy = 0;
  std::string weights = {};  // fingerprint of the final weights
  double load_ms = 0, first_step_ms = 0, total_ms = 0;
  double peak_resident_mb = 0, peak_tensor_mb = 0;
  double launches_per_step = 0, allocations_per_step = 0, copies_per_step = 0;
  StepReport step = {};  // low level only

  /// Of the steps after the first tenth.
  Spread step_time() const;
};

/// Steps of a model at one batch size.
struct BatchRun {
  std::string model, style, numerics;
  bool onednn = true;
  std::int64_t batch = 0;
  double first_ms = 0;
  Spread step_ms;                  // nothing else measured
  Spread kernel_ms, framework_ms;  // steps with a clock around each kernel: the sum of kernel times, and what is left
  double launches = 0;
  double onednn_calls = 0;  // in all of its steps
};

/// Steps of a perceptron with this many parameters.
struct SizeRun {
  std::string style;
  std::int64_t parameters = 0;
  double first_ms = 0;
  Spread step_ms;
};

/// An epoch over a file that was never in memory as a whole.
struct StreamRun {
  std::string style;
  std::int64_t multiple = 0;  // of the memory limit
  double file_mb = 0, limit_mb = 0;
  bool complete = false;
  double samples_per_second = 0, peak_mb = 0, peak_tensor_mb = 0;
  std::string error = {};
};

/// Whether two trainings of a model at `exact` gave the same bits.
struct Identity {
  std::string model, style, other;
  std::int64_t steps = 0;         // that both took
  bool same_losses = false;       // of these steps
  bool weights_compared = false;  // of two full trainings
  bool same_weights = false;

  bool same() const { return same_losses && (!weights_compared || same_weights); }
};

/// A file of ours in a tool of a home ecosystem, and back.
struct RoundTrip {
  std::string home;    // "lowlevel", "eager", "keras", "all"
  Text file;           // "safetensors"
  std::string tool;    // "Python 3.11, torch 2.1"
  std::string result;  // "works", "fails", "absent" (the tool)
  Text detail;
};

/// Who holds a style's weights, tried out: after a step the owner has new values.
struct StateOwner {
  std::string style;
  std::string owner;  // "session", "module", "layer"
  bool seen = false;  // it was so
};

struct Machine {
  std::string processor, system, build, date, version;
  int cores = 0, threads = 0;
  double memory_gb = 0;
};

struct Measured {
  Machine machine;
  bool quick = false, interrupted = false, has_onednn = false, emulated = false;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  double seconds = 0;
  std::vector<std::string> only = {};  // points; empty: all
  std::vector<std::string> models = {};

  std::vector<Training> trainings = {};
  std::vector<BatchRun> batches = {};
  std::vector<SizeRun> sizes = {};
  std::vector<StreamRun> streams = {};
  std::vector<StateOwner> owners = {};
  std::vector<RoundTrip> round_trips = {};
  std::vector<std::string> failures = {};  // measurements that did not end well

  std::vector<PlantedMistake> mistakes = {}, checked_mistakes = {};
  std::vector<Edit> edits = {};
  std::vector<UncommonThing> uncommon = {};
  std::map<std::string, std::vector<ProgramSource>> programs = {};  // by model; "digits": a newcomer's first
  std::vector<ApiFolder> folders = {};
  std::vector<CallChain> chains = {};
  std::vector<StepObjects> objects = {};
};

/// Whether any step of the model at several batch sizes called oneDNN.
bool onednn_ran(const Measured& measured, const std::string& model);
/// Each model's first training at `exact` with each of its others.
std::vector<Identity> compare_bits(const std::vector<Training>& trainings);

}  // namespace triptych::compare
