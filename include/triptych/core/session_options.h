// How a session runs a graph, and what it tells about a run.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/op.h"
#include "triptych/core/run_errors.h"

namespace triptych {

/// Options of a session. The passes change what is computed only by rounding, and at `Numerics::exact` not in a bit.
struct SessionOptions {
  /// exact: the same bits as the eager engine; fast: kernels may be chosen by speed.
  Numerics numerics = Numerics::fast;
  /// Compile each function of the graph to a flat step for the shapes that it is fed; else it runs node by node.
  bool compile = true;
  /// After this many distinct shapes of the feeds, a function runs new ones node by node.
  int max_compiled_shapes = 16;
  bool constant_folding = true;
  bool algebraic_simplification = true;
  bool common_subexpressions = true;
  bool fusion = true;
  /// On a GPU whose kernels can be compiled at run time: elementwise ops behind one another become one kernel.
  bool fuse_elementwise = true;
  /// Buffers whose values live at different times share memory.
  bool memory_planning = true;
  /// Keep the step as text before and after each pass, in the report.
  bool dump = false;
  /// If not empty: also write these texts to files in this folder.
  std::string dump_directory = {};
  /// Drop what nothing needs.
  bool prune = true;
  /// So many threads run branches of a compiled step that do not depend on each other side by side, each op on one of
  /// them; not a bit depends on it. Values then do not share memory. 1: one op after the other, on all threads.
  int inter_op_parallelism_threads = 1;
  /// An op that has no kernel for the device where its node is runs on the CPU, with copies there and back; else it is
  /// an error. What writes state stays where that is.
  bool allow_soft_placement = false;
  /// Write one line to the standard error output for each node that a function runs, when it is made.
  bool log_device_placement = false;
  /// A limit of the time of each run that has none of its own; 0: none.
  double operation_timeout_in_ms = 0;
};

/// What one pass did to a step.
struct PassReport {
  std::string name;
  int nodes_before = 0;
  int nodes_after = 0;
  /// Nodes that the pass replaced: folded, merged, fused.
  int rewrites = 0;
  std::string before, after;  // the step as text, if asked for
  std::string reason = {};    // why nothing was replaced, where the machine lacks something
  /// One line for each node that it replaced: "'add' and 'relu' became one: 'linear'".
  std::vector<std::string> changes = {};
  /// By how much a run takes longer without the pass, where that was measured (lowlevel::Session::measure_passes).
  std::optional<double> saved_microseconds = {};
};

/// How a step was compiled.
struct StepReport {
  bool compiled = false;
  std::string reason;    // why not, if not
  int graph_nodes = 0;   // of the whole graph
  int needed_nodes = 0;  // after pruning
  int kernel_calls = 0;
  int data_dependent_calls =
      0;           // of these: shapes of operands depend on values, so that memory is allocated in the run
  int views = 0;   // nodes that only look at another's buffer
  int copies = 0;  // inserted, for kernels that need dense operands
  std::int64_t arena_bytes = 0;      // planned memory
  std::int64_t unplanned_bytes = 0;  // what the same values would take each with a buffer of its own
  /// On a GPU: the step was captured as a CUDA graph, and is replayed as one.
  bool captured = false;
  std::string capture_reason;  // why not, if not
  std::vector<PassReport> passes;
  std::optional<double> microseconds = {};  // of a run, where that was measured
};
/// What was compiled, then a line for each pass with the nodes that it replaced below.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const StepReport& report);

/// One node of a run.
struct NodeTiming {
  std::string name, op;
  double microseconds = 0;
  double start = 0;                       // since the run began
  std::vector<std::string> outputs = {};  // "float32 (3, 2)"
  std::int64_t output_bytes = 0;
  /// What the op has to do by its shapes, at least: operations of float arithmetic (for products, convolutions,
  /// attention, recurrent layers and elementwise ops; else 0), bytes read and written. 0 in a compiled step where
  /// shapes depend on values.
  double flops = 0;
  std::int64_t bytes = 0;
};

/// What a run did, if it was asked for with RunOptions::metadata.
struct RunMetadata {
  std::vector<NodeTiming> nodes;  // in the order in which they ran
  double microseconds = 0;        // of the whole run
  int kernel_launches = 0;
  std::int64_t arena_bytes = 0;
  std::int64_t peak_bytes = 0;  // the most that the process has held in tensors so far
  bool compiled = false;
};

/// Options of one run.
struct RunOptions {
  RunMetadata* metadata = nullptr;
  /// A run that takes longer ends before its next op, with a DeadlineExceededError, and all state as it was before;
  /// 0: the session's limit, or none.
  double timeout_in_ms = 0;
  /// Another thread may end the run by it, with a CancelledError; null: none may.
  const Cancellation* cancellation = nullptr;
};

}  // namespace triptych
