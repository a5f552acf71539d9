// Modules as functions of their parameters, for the transforms of `func`.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/io.h"
#include "triptych/eager/func.h"
#include "triptych/eager/module.h"
#include "triptych/eager/nn/container.h"

namespace triptych::eager::func {

namespace detail {

/// While alive, parameters and buffers of `module` are those of `state`; all that share one, too.
class TRIPTYCH_API Substitution {
 public:
  Substitution(nn::Module& module, const StateDict& state, bool strict, Location where);
  ~Substitution();
  Substitution(const Substitution&) = delete;
  Substitution& operator=(const Substitution&) = delete;

 private:
  std::vector<std::pair<Tensor*, Tensor>> before_;
};

}  // namespace detail

/// The options of `functional_call`.
struct FunctionalCallOptions {
  /// Every parameter and buffer of the module must be given.
  bool strict = false;
};

/// What `module` gives, called with `parameters`, a state of parameters and buffers by name, in place of its own; those
/// that are not there stay. The module's tensors are not changed: what it writes to a buffer that is given is lost.
/// ArgumentError for a name that it does not have, or a tensor of another shape.
/// Source: torch.func.functional_call.
template <class M, class... A>
auto functional_call(M& module, const StateDict& parameters, const Arg& first, const A&... arguments) {
  const detail::Substitution substitution(module, parameters, false, first.where());
  return nn::call(module, first, arguments...);
}
template <class M, class... A>
auto functional_call(M& module, const StateDict& parameters, const FunctionalCallOptions& options, const Arg& first,
                     const A&... arguments) {
  const detail::Substitution substitution(module, parameters, options.strict, first.where());
  return nn::call(module, first, arguments...);
}

/// The parameters of modules of one class, stacked along a new first axis, as leaves that require gradients, and their
/// buffers: `vmap` with `in_dims` 0 for both calls an ensemble at once.
/// ArgumentError if there is no module, or they differ in names, shapes or mode.
/// Source: torch.func.stack_module_state.
TRIPTYCH_API std::pair<StateDict, StateDict> stack_module_state(const std::vector<nn::Module*>& models,
                                                                Location where = Location::here());
inline std::pair<StateDict, StateDict> stack_module_state(nn::ModuleList& models, Location where = Location::here()) {
  return stack_module_state(models.children(), where);
}

}  // namespace triptych::eager::func
