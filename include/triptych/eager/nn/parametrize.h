// torch.nn.utils.parametrize and parametrizations: parameters that are computed from others for each call of their
// module, as weight norm and spectral norm do.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "triptych/eager/module.h"
#include "triptych/eager/nn/container.h"

namespace triptych::eager::nn::utils::parametrize {

/// A parametrization with a `right_inverse`, or of several tensors. Others are any module, or function, of one tensor.
class TRIPTYCH_API Parametrization : public Module {
 public:
  using Module::forward;
  /// The parameter from the originals; for one it is `forward(const Tensor&)`.
  virtual Tensor forward(std::span<const Tensor> originals);
  /// The originals from which `forward` gives `value`, or the nearest to it.
  virtual std::vector<Tensor> right_inverse(const Tensor& value) { return {value}; }
};

/// What a parametrized parameter is computed from, `original`, or `original0`, `original1`, ..., and the
/// parametrizations "0", "1", ... that are applied one after the other. It is the child `parametrizations.NAME` of the
/// module.
class TRIPTYCH_API ParametrizationList : public ModuleSequence, public nn::detail::ValueSource {
 public:
  Tensor value(Location where = Location::here()) override;
  /// The tensors that are trained.
  std::vector<Tensor> originals() const;
  std::unique_ptr<ParametrizationList> clone() const;

 private:
  friend class nn::detail::ParametrizedMembers;
  bool single_ = true;
};

/// From now on the parameter `tensor_name` of `module` is what `parametrization` makes of its original, computed anew
/// for each call of the module; where there is one already, of what that makes. Between calls the module's member is
/// the value of the last one.
/// @throws ArgumentError if there is no such parameter, or (unless `unsafe`) shape or dtype of the value is another.
TRIPTYCH_API Module& register_parametrization(Module& module, Text tensor_name, AnyModule parametrization,
                                              bool unsafe = false, Location where = Location::here());
/// Whether a parameter, or any of this module's own, is parametrized.
TRIPTYCH_API bool is_parametrized(const Module& module, Text tensor_name);
TRIPTYCH_API bool is_parametrized(const Module& module);
/// The parameter is one of its own again, with its present value, or without `leave_parametrized` its original.
/// @throws ArgumentError if it is not parametrized, or there are several originals to leave.
TRIPTYCH_API Module& remove_parametrizations(Module& module, Text tensor_name, bool leave_parametrized = true,
                                             Location where = Location::here());

}  // namespace triptych::eager::nn::utils::parametrize

namespace triptych::eager::nn::utils::parametrizations {

/// `name` = g v / ||v||, the norm over all dimensions but `dim` (over all of them without one): g is original0, v is
/// original1. Salimans and Kingma, 2016.
TRIPTYCH_API Module& weight_norm(Module& module, Text name = "weight", std::optional<std::int64_t> dim = 0,
                                 Location where = Location::here());
/// `name` divided by its largest singular value, of which each call in training makes n_power_iterations better
/// estimates; it is a matrix with `dim` as rows (1 of transposed convolutions, else 0). Miyato et al., 2018.
/// @throws ArgumentError if n_power_iterations is not positive or there is no dimension `dim`.
TRIPTYCH_API Module& spectral_norm(Module& module, Text name = "weight", std::int64_t n_power_iterations = 1,
                                   double eps = 1e-12, std::optional<std::int64_t> dim = {},
                                   Location where = Location::here());

}  // namespace triptych::eager::nn::utils::parametrizations
