#include "triptych/eager/nn/lazy.h"

#include <type_traits>
#include <utility>

#include "core/dispatch/modes.h"
#include "triptych/core/autograd.h"
#include "triptych/core/device.h"

namespace triptych::eager::nn {
namespace {

// Of each kind of layer: the size that is found out, and where it stands in inputs and states. `axes` counts the
// dimensions behind the channels; of a Linear the channels come last.

std::int64_t& size_in(LinearOptions& options) { return options.in_features; }
std::int64_t& size_in(BatchNormOptions& options) { return options.num_features; }
std::int64_t& size_in(InstanceNormOptions& options) { return options.num_features; }
template <class Options>
std::int64_t& size_in(Options& options) {
  return options.in_channels;
}

template <class Options>
constexpr const char* size_name(const Options& options) {
  if constexpr (requires { options.in_channels; })
    return "in_channels";
  else if constexpr (requires { options.in_features; })
    return "in_features";
  else
    return "num_features";
}

template <class Layer>
constexpr int axes_of() {
  if constexpr (std::is_same_v<Layer, Linear>)
    return 0;
  else if constexpr (std::is_same_v<Layer, Conv1d> || std::is_same_v<Layer, ConvTranspose1d> ||
                     std::is_same_v<Layer, BatchNorm1d> || std::is_same_v<Layer, InstanceNorm1d>)
    return 1;
  else if constexpr (std::is_same_v<Layer, Conv2d> || std::is_same_v<Layer, ConvTranspose2d> ||
                     std::is_same_v<Layer, BatchNorm2d> || std::is_same_v<Layer, InstanceNorm2d>)
    return 2;
  else
    return 3;
}

/// Which dimension of x has the channels.
template <class Layer>
int channels_axis(const Tensor& x, const std::string& name) {
  constexpr int axes = axes_of<Layer>();
  if constexpr (std::is_same_v<Layer, Linear>) {
    if (x.ndim() > 0) return x.ndim() - 1;
  } else if constexpr (std::is_base_of_v<BatchNorm, Layer>) {
    if (x.ndim() == axes + 2 || (axes == 1 && x.ndim() == 2)) return 1;
  } else {
    if (x.ndim() == axes + 2) return 1;
    if (x.ndim() == axes + 1) return 0;
  }
  throw ArgumentError(name, "the first input has another number of dimensions than the module takes",
                      "x is " + x.shape().text());
}

std::int64_t size_told_by(const LinearOptions&, const Tensor& weight) { return weight.size(1); }
template <class Options>
std::int64_t size_told_by(const Options& options, const Tensor& weight) {
  if constexpr (requires { options.output_padding; })
    return weight.size(0);
  else if constexpr (requires { options.groups; })
    return weight.size(1) * options.groups;
  else
    return weight.size(0);  // of a norm
}

}  // namespace

template <class Layer>
Lazy<Layer>::Lazy(const Options& options, Location where) : Layer(detail::Lazily(), options, where) {
  this->late_ = this;
  if (!waiting())
    throw ArgumentError("Lazy", std::string(size_name(options)) + " is given to a lazy module",
                        std::to_string(size_in(this->settings_)), "Its first input tells it", where);
}

template <class Layer>
std::string Lazy<Layer>::name() const {
  std::string name = Module::name();
  return !waiting() && name.starts_with("Lazy") ? name.substr(4) : name;
}

template <class Layer>
typename Lazy<Layer>::Options Lazy<Layer>::options_without_size() const {
  Options options = this->settings_;
  size_in(options) = 0;
  return options;
}

template <class Layer>
bool Lazy<Layer>::waiting() const {
  return size_in(const_cast<Options&>(this->settings_)) == 0;
}

template <class Layer>
void Lazy<Layer>::make(std::int64_t size, Device device, Location where) {
  const struct Here {  // also in the middle of a trace: parameters are values
    GraphImpl* trace = std::exchange(modes.trace, nullptr);
    ~Here() { modes.trace = trace; }
  } here;
  const GradMode recording(true);
  const DeviceScope there(device);
  size_in(this->settings_) = size;
  try {
    this->make_parameters(where);
  } catch (...) {
    forget();
    throw;
  }
}

template <class Layer>
void Lazy<Layer>::make_for_input(const Tensor& x) {
  const Dim size = x.shape().dim(channels_axis<Layer>(x, Module::name()));
  if (!size.known() || size.raw() < 1)
    throw ArgumentError(Module::name(), "the first input does not tell the size of the parameters",
                        "x is " + x.shape().text(), "Call the module on a tensor that has it");
  make(size.raw(), x.device(), {});
}

template <class Layer>
void Lazy<Layer>::make_for_state(const StateDict& state, const std::string& prefix, Location where) {
  const Tensor* told = nullptr;
  for (const char* const name : {"weight", "running_mean"})
    if (!told) told = state.find(prefix + name);
  if (!told || !told->defined()) return;
  const int axes =
      std::is_base_of_v<BatchNorm, Layer> || std::is_base_of_v<InstanceNorm, Layer> ? -1 : axes_of<Layer>();
  if (told->ndim() == axes + 2 && told->numel() > 0) make(size_told_by(this->settings_, *told), Device(), where);
}

template <class Layer>
void Lazy<Layer>::make_as_in(const Module& other) {
  const auto* same = dynamic_cast<const Lazy*>(&other);
  if (!same || waiting() == same->waiting()) return;
  if (same->waiting())
    forget();
  else
    make(size_in(const_cast<Options&>(same->settings_)), Device(), {});
}

template <class Layer>
void Lazy<Layer>::forget() {
  size_in(this->settings_) = 0;
  this->weight = {};
  this->bias = {};
  if constexpr (requires { this->running_mean; }) {
    this->running_mean = {};
    this->running_var = {};
  }
}

template class Lazy<Linear>;
template class Lazy<Conv1d>;
template class Lazy<Conv2d>;
template class Lazy<Conv3d>;
template class Lazy<ConvTranspose1d>;
template class Lazy<ConvTranspose2d>;
template class Lazy<ConvTranspose3d>;
template class Lazy<BatchNorm1d>;
template class Lazy<BatchNorm2d>;
template class Lazy<BatchNorm3d>;
template class Lazy<InstanceNorm1d>;
template class Lazy<InstanceNorm2d>;
template class Lazy<InstanceNorm3d>;

}  // namespace triptych::eager::nn
