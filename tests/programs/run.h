// A program run in every way there is.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "program.h"
#include "triptych/core/device.h"
#include "triptych/core/session_options.h"

namespace programs {

/// What came out: results, state afterwards, gradients; undefined where there is no gradient.
struct Outcome {
  std::vector<std::string> names;
  Tensors values;
  void add(std::string name, const Tensor& value);
};

/// What the eager run tells the others: which results have gradients, and what those are given.
struct Reference {
  Outcome outcome = {};
  std::vector<std::size_t> differentiable = {}, again = {};  // of the results; of the gradients of order 1
  Tensors upstream = {}, upstream_again = {};
  std::vector<bool> through = {};  // Run::through
};

/// Values of all steps, and of the inputs as they were given.
struct Run {
  std::vector<Tensors> values = {};
  Tensors given = {};  // by step; undefined but for inputs
  /// Steps that gave an operand itself (a cast to its own dtype): the result is a handle of its own, or a later write
  /// would change both. Found out by a run that hands nothing over, and told to the others.
  std::vector<bool> through = {};
};

struct StepOptions {
  bool hand_over = false;  // operands that nobody needs afterwards
  bool in_graph = false;   // methods that change their operand become functions, but on state
  double jitter = 0;       // results are changed by so many units in the last place
  std::uint32_t jitter_seed = 0;
  /// Is told each step's operands, before it runs, and its results.
  std::function<void(std::size_t step, const Tensors& operands)> before = {};
  std::function<void(std::size_t step, const Tensors& results)> after = {};
};

/// A step has another number of outputs than it had: parts of an axis whose length is not known.
struct OtherOutputs : std::exception {
  const char* what() const noexcept override { return "another number of outputs"; }
};

/// Runs the steps from `run.given` on.
void run_steps(const Program& program, Run& run, const StepOptions& options);

struct EagerRun {
  int threads = 0;         // 0: as many as there are
  bool hand_over = false;  // operands that nobody needs afterwards
  bool poisoned = false;   // all memory is NaN before it is written
  double jitter = 0;
  std::uint32_t jitter_seed = 0;
  tt::Device device = {};
};

enum class Unknown : std::uint8_t { none, first, all };

struct GraphRun {
  tt::SessionOptions session = {};
  Unknown unknown = Unknown::none;  // dimensions of the placeholders
  bool gradients = true;
  bool poisoned = false;
  int threads = 0;
  bool again = false;  // what a second run of the session gives, if the first one left no state
  tt::Device device = {};
};

/// What a way's outcome has of the one it is compared with.
enum class Promise : std::uint8_t {
  bits,      // all of them
  step,      // each step's values but for its own rounding, given the same operands
  rounding,  // the values but for what roundings of all steps do to them
};

/// One way of running a program, and what it promises.
struct Way {
  std::string name;
  bool is_graph = false;
  EagerRun eager = {};
  GraphRun graph = {};
  Promise promise = Promise::bits;
  bool may_refuse = false;  // with an ArgumentError or UnsupportedError
  std::function<Outcome(const Program& program, const Reference& reference)> run;
  /// The way whose outcome this one's is compared with; null: the plain eager one.
  std::function<Outcome(const Program& program, const Reference& reference)> like = {};
};

/// What the ways have met: ops of the graphs that they built, gradients included, and how often a pass changed one.
struct Seen {
  std::set<std::string> ops;
  std::map<std::string, int> rewrites;
};
Seen& seen();

/// The plain eager run: what all others are compared with.
Reference run_reference(const Program& program);
/// A run of it whose steps are each off by about a rounding: how much that matters.
Outcome run_jittered(const Program& program, std::uint32_t seed);

/// All ways on the CPU.
const std::vector<Way>& ways();
/// All ways on a GPU, as a rule the emulated one.
std::vector<Way> device_ways(tt::Device device);

}  // namespace programs
