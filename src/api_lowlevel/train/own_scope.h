// Where variables are made that the user did not ask for by name: slots, averages.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/graph/graph.h"

namespace triptych::lowlevel {

/// While alive, new nodes' names begin with `name`, unscoped otherwise, and nodes run after none: a variable that is
/// made in a scope of control dependencies is initialized without them.
class OwnScope {
 public:
  OwnScope(GraphImpl& graph, std::string name)
      : graph_(graph),
        scope_(std::exchange(graph.scope, std::move(name))),
        control_(std::exchange(graph.control_stack, {})) {}
  ~OwnScope() {
    graph_.scope = std::move(scope_);
    graph_.control_stack = std::move(control_);
  }
  OwnScope(const OwnScope&) = delete;
  OwnScope& operator=(const OwnScope&) = delete;

 private:
  GraphImpl& graph_;
  std::string scope_;
  decltype(GraphImpl::control_stack) control_;
};

}  // namespace triptych::lowlevel
