// A function of tensors, traced once and run as compiled steps from then on, with gradients on the tape.
#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "triptych/core/graph.h"
#include "triptych/core/session_options.h"
#include "triptych/core/tensor.h"
#include "triptych/core/transforms.h"

namespace triptych {

/// How `compile` works, with torch.compile's names.
struct CompileOptions {
  /// A function that cannot be traced, since what it does depends on values (`item()`, `if` of a tensor), is an error
  /// with the line; false: it is run eagerly instead.
  bool fullgraph = true;
  /// The first dimension of every input may change without tracing anew.
  bool dynamic = true;
  /// Run eagerly, always.
  bool disable = false;
  /// How the graph is run; with Numerics::exact the bits are those of the eager function.
  SessionOptions session = {};
};

/// What `make_graph` gives: the graph, for a session, a drawing, or to be added to.
struct TracedGraph {
  GraphHandle graph;
  std::vector<Tensor> inputs, outputs;
};

namespace detail {

struct Trace;

/// The traces of one function, by dtypes, devices and shapes of the inputs, what requires a gradient, and `mode`.
class TRIPTYCH_API CompiledFunction {
 public:
  explicit CompiledFunction(const CompileOptions& options) : options_(options) {}
  ~CompiledFunction();

  /// The results of `function`, always the same one; with gradients enabled recorded as one node.
  std::vector<Tensor> call(const FunctionOfTensors& function, std::span<const Tensor> inputs, std::int64_t mode,
                           Location where);
  /// How often the function was traced.
  std::int64_t traces() const { return static_cast<std::int64_t>(traces_.size()); }
  /// Why the function was run eagerly when it was called last; empty if it was not.
  const std::string& reason() const { return reason_; }
  void reset();

  /// How the function groups its results: it leaves that here, and `call` what belongs to the trace that was run.
  std::any like;

 private:
  std::shared_ptr<Trace> trace_for(const FunctionOfTensors& function, std::span<const Tensor> inputs, std::int64_t mode,
                                   Location where);

  CompileOptions options_;
  std::vector<std::shared_ptr<Trace>> traces_;
  std::string reason_;
};

/// Traces `function` on inputs like these, with the first dimensions unknown if `dynamic`.
TRIPTYCH_API TracedGraph make_graph(const FunctionOfTensors& function, std::span<const Tensor> inputs, bool dynamic,
                                    Location where);

}  // namespace detail

}  // namespace triptych
