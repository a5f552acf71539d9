// How a session runs a graph, and what it tells about a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "triptych/core/op.h"

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
};

/// One node of a run.
struct NodeTiming {
  std::string name, op;
  double microseconds = 0;
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
};

}  // namespace triptych
