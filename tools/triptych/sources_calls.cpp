// Looks into training steps of each style: the functions between the user's line and a kernel, and what a step makes.
#include <nlohmann/json.hpp>

#include "../../examples/compare/calls/calls.h"
#include "sources.h"
#include "sources_files.h"
#include "sources_stack.h"
#include "triptych/core/memory.h"
#include "triptych/core/op.h"

namespace tt = triptych;

namespace triptych::compare {
namespace {

constexpr const char* watched_op = "cross_entropy";

// A kernel is a plain function: what it writes down is kept here.
const tt::Kernel* original = nullptr;
std::vector<void*> in_kernel;
void watched_run(const tt::KernelCall& call) {
  in_kernel = stack_addresses();
  original->run(call);
}

/// While alive, the kernel of the loss writes down the stack first.
class WatchedKernel {
 public:
  WatchedKernel() {
    op_ = tt::find_op(watched_op);
    tt::cross_entropy(tt::zeros({1, 2}), tt::zeros({1}, tt::int64));  // has the kernels loaded
    original = op_->kernels[0].load();
    kernel_ = *original;
    kernel_.run = watched_run;
    tt::register_kernel(*op_, tt::Device::Type::cpu, kernel_);
  }
  ~WatchedKernel() { tt::register_kernel(*op_, tt::Device::Type::cpu, *original); }
  WatchedKernel(const WatchedKernel&) = delete;
  WatchedKernel& operator=(const WatchedKernel&) = delete;

 private:
  const tt::Op* op_;
  tt::Kernel kernel_;
};

void run(const std::string& style, const calls::Watch& watch) {
  tt::manual_seed(7);
  if (style == "lowlevel") return calls::lowlevel_steps(watch);
  if (style == "eager") return calls::eager_steps(watch);
  calls::keras_steps(watch, style == "keras_eager");
}

/// The line that the program marks.
std::string marked_line(const std::string& style) {
  const std::string file = style.starts_with("keras") ? "keras" : style;
  for (const std::string& line : lines_of(source_file("compare/calls/" + file + ".cpp")))
    if (const std::size_t mark = line.find("  // <- the line"); mark != std::string::npos)
      return line.substr(line.find_first_not_of(' '), mark - line.find_first_not_of(' '));
  return "";
}

const std::vector<std::string> engines = {"lowlevel", "eager", "keras", "keras_eager"};

}  // namespace

std::vector<CallChain> call_chains() {
  const WatchedKernel watched;
  std::vector<CallChain> result;
  for (const std::string& style : engines) {
    std::vector<void*> at_line;
    run(style, {.line = [&] { at_line = stack_addresses(); }, .step_begins = [] {}, .step_ends = [] {}, .steps = 3});
    // What both stacks share from the outside is what called the user's function.
    std::size_t shared = 0;
    while (shared < at_line.size() && shared < in_kernel.size() &&
           at_line[at_line.size() - 1 - shared] == in_kernel[in_kernel.size() - 1 - shared])
      ++shared;
    CallChain chain{.style = style, .line = marked_line(style), .functions = {}};
    // From the call in the user's function inwards; the innermost two are ours, which write this down.
    for (std::size_t i = in_kernel.size() - shared - 1; i-- > 2;)
      if (std::string function = function_at(in_kernel[i]); !function.starts_with("std::"))  // std::function's own
        chain.functions.push_back(std::move(function));
    chain.functions.push_back(std::string("kernel of ") + watched_op);
    result.push_back(std::move(chain));
  }
  return result;
}

std::vector<StepObjects> step_objects() {
  std::vector<StepObjects> result;
  for (const std::string& style : engines) {
    constexpr int warm_up = 10, counted = 10;
    int step = 0;
    tt::Statistics before, sum;
    const auto add_step = [&] {
      if (step++ < warm_up) return;
      const tt::Statistics now = tt::statistics();
      for (const auto counter : {&tt::Statistics::tensors, &tt::Statistics::nodes, &tt::Statistics::allocations,
                                 &tt::Statistics::kernel_launches})
        sum.*counter += now.*counter - before.*counter;
    };
    run(style, {.line = [] {},
                .step_begins = [&] { before = tt::statistics(); },
                .step_ends = add_step,
                .steps = warm_up + counted});
    const auto per_step = [](std::int64_t total) { return static_cast<double>(total) / counted; };
    result.push_back({.style = style,
                      .tensors = per_step(sum.tensors),
                      .nodes = per_step(sum.nodes),
                      .allocations = per_step(sum.allocations),
                      .kernel_launches = per_step(sum.kernel_launches)});
  }
  return result;
}

}  // namespace triptych::compare
