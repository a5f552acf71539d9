// Who looks at a run node by node: a debugger. A run that is looked at is not compiled.
#pragma once

#include <span>

#include "core/graph/graph.h"

namespace triptych {

class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  /// Before a node runs that computes something. May throw, which ends the run.
  virtual void before(const Node& node, std::span<const Tensor* const> inputs) = 0;
  /// With its outputs.
  virtual void after(const Node& node, std::span<const Tensor* const> inputs, std::span<const Tensor> outputs) = 0;
};

/// Of this thread's runs; null: nobody.
extern constinit thread_local NodeObserver* node_observer;

}  // namespace triptych
