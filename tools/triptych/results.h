// What a comparison found: the JSON file holds the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// One model trained in one style.
struct RunResult {
  std::string model, style, numerics;
  bool complete = false;   // the program ended by itself
  std::string error = {};  // why not
  bool full_training = false;
  std::vector<double> losses = {}, step_ms = {};
  double accuracy = 0;
  std::string weights = {};  // fingerprint of the final weights
  double load_ms = 0, first_step_ms = 0, total_ms = 0;
  double peak_resident_mb = 0, peak_tensor_mb = 0;
  double launches_per_step = 0, allocations_per_step = 0, copies_per_step = 0;

  /// Of the step times after the first tenth.
  double median_ms() const;
  double percentile_ms(double fraction) const;
};

/// Whether two or more runs gave the same bits.
struct Identity {
  std::string model;
  std::vector<std::string> styles = {};
  std::int64_t steps = 0;              // compared
  std::int64_t first_difference = -1;  // step; -1: none
  bool same_weights = false;
  bool compared = false;
};

/// A planted mistake as one style's user meets it.
struct Mistake {
  std::string kind, style, when, message;
};

struct Machine {
  std::string processor, system, compiler, date, version;
  int cores = 0, threads = 0;
  double memory_gb = 0;
};

struct Comparison {
  Machine machine;
  bool quick = false, interrupted = false;
  std::uint64_t seed = 0;
  std::int64_t epochs = 0, batch_size = 128;
  double seconds = 0;
  std::vector<RunResult> runs;
  std::vector<Identity> identities;
  std::vector<Mistake> mistakes;
};

/// "low level", "eager", "Keras", "Keras, eager engine".
std::string style_title(const std::string& style);
std::string to_json(const Comparison& comparison);
std::string to_html(const Comparison& comparison);
std::string to_table(const Comparison& comparison);

/// The three mistakes in three styles, made and caught now.
std::vector<Mistake> collect_mistakes();
