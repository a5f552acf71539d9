#include "triptych/eager/amp/grad_scaler.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/formulas/loss_scaling.h"
#include "core/support/error_context.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::eager::amp {
namespace {

constexpr const char* op = "GradScaler";

/// What optimizers show to those that derive from them.
struct OptimizerAccess : optim::Optimizer {
  static constexpr auto groups = &OptimizerAccess::groups_;
  static constexpr auto life = &OptimizerAccess::life_;
  static constexpr auto name = &OptimizerAccess::name_;
};

/// The parameters that have gradients, and these.
using Gradients = std::vector<std::pair<TensorImpl*, Tensor>>;
Gradients gradients_of(optim::Optimizer& optimizer) {
  Gradients all;
  for (const auto& group : optimizer.*OptimizerAccess::groups)
    for (const auto& slot : group.slots)
      if (Tensor gradient = slot.parameter.grad(); gradient.defined())
        all.emplace_back(slot.parameter.impl(), std::move(gradient));
  return all;
}

[[noreturn]] void fail(std::string_view wrong, const std::string& given, std::string_view hint, Location where) {
  throw ArgumentError(op, wrong, given, hint, where);
}

void check(const GradScalerOptions& options, double scale, Location where) {
  const Hyperparameters checks(op, where);
  checks.positive("init_scale", scale);
  checks.finite("growth_factor", options.growth_factor);
  checks.positive("backoff_factor", options.backoff_factor);
  if (options.growth_factor <= 1) fail("growth_factor is 1 or less", number_text(options.growth_factor), "", where);
  if (options.backoff_factor >= 1) fail("backoff_factor is 1 or more", number_text(options.backoff_factor), "", where);
  if (options.growth_interval < 1)
    fail("growth_interval is below 1", std::to_string(options.growth_interval), "", where);
  if (static_cast<float>(scale) == 0 || std::isinf(static_cast<float>(scale)))
    fail("the scale is no float32", number_text(scale), "", where);
}

}  // namespace

/// What happened with an optimizer since the last update.
struct GradScaler::OfOptimizer {
  std::shared_ptr<const void> life;  // an optimizer that comes to stand at its place is another one
  bool unscaled = false, stepped = false;
  bool checked = false;  // there were gradients
  bool found_inf = false;

  void unscale(const Gradients& parameters, double scale, Location where);
};

GradScaler::GradScaler(const GradScalerOptions& options, Location where)
    : options_(options), scale_(static_cast<float>(options.init_scale)) {
  check(options, options.init_scale, where);
}
GradScaler::~GradScaler() = default;

GradScaler::OfOptimizer& GradScaler::of(const optim::Optimizer& optimizer) {
  const std::shared_ptr<const void> life = optimizer.*OptimizerAccess::life;
  const auto found =
      std::find_if(optimizers_.begin(), optimizers_.end(), [&](const auto& o) { return o.life == life; });
  return found != optimizers_.end() ? *found : optimizers_.emplace_back(OfOptimizer{life});
}

Tensor GradScaler::scale(const Tensor& outputs, Location where) const {
  if (!options_.enabled) return outputs;
  const Frame frame(where);
  const Tensor factor = full({}, scale_, float32).to(outputs.device(where), where);
  return Arg(outputs, where) * factor;
}

std::vector<Tensor> GradScaler::scale(const std::vector<Tensor>& outputs, Location where) const {
  std::vector<Tensor> scaled;
  for (const Tensor& output : outputs) scaled.push_back(scale(output, where));
  return scaled;
}

void GradScaler::OfOptimizer::unscale(const Gradients& parameters, double scale, Location where) {
  const Frame frame(where);
  const GradMode off(false);
  for (const auto& [parameter, gradient] : parameters)
    if (gradient.dtype() == float16)
      fail("a gradient is in float16", "of shape " + gradient.shape().text(),
           "Keep parameters in float32, and let an autocast scope compute in 16 bits", where);
  const double inverse = static_cast<float>(1 / scale);
  std::vector<Tensor> gradients(parameters.size());
  bool found = false;
  // Device by device: a call takes gradients of one.
  std::vector<bool> done(parameters.size());
  for (std::size_t first = 0; first < parameters.size(); ++first) {
    if (done[first]) continue;
    const Device device = parameters[first].first->meta.device;
    std::vector<std::size_t> there;
    std::vector<Tensor> scaled;
    for (std::size_t i = first; i < parameters.size(); ++i) {
      if (parameters[i].first->meta.device != device) continue;
      done[i] = true;
      there.push_back(i);
      scaled.push_back(parameters[i].second);
    }
    const DeviceScope scope(device);
    UnscaledGradients results = amp_check_finite_and_unscale(scaled, full({}, inverse, float32), where);
    for (std::size_t i = 0; i < there.size(); ++i) gradients[there[i]] = std::move(results.gradients[i]);
    found |= results.found_inf.item<float>(where) != 0;
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].first->extra->grad = std::move(gradients[i]);
  unscaled = checked = !parameters.empty();
  found_inf = found;
}

void GradScaler::unscale_(optim::Optimizer& optimizer, Location where) {
  if (!options_.enabled) return;
  OfOptimizer& state = of(optimizer);
  if (state.stepped)
    fail("unscale_ comes after step", optimizer.*OptimizerAccess::name, "Call update() between two steps", where);
  if (state.unscaled)
    fail("unscale_ was called before", std::string(optimizer.*OptimizerAccess::name) + ", since the last update", "",
         where);
  state.unscale(gradients_of(optimizer), scale_, where);
}

void GradScaler::step(optim::Optimizer& optimizer, Location where) {
  if (!options_.enabled) return optimizer.step(where);
  OfOptimizer state = of(optimizer);  // a hook of the step may bring in others
  if (state.stepped)
    fail("step was called before", std::string(optimizer.*OptimizerAccess::name) + ", since the last update",
         "Call update() between them", where);
  const Gradients before = state.unscaled ? Gradients() : gradients_of(optimizer);
  if (!state.unscaled) state.unscale(before, scale_, where);
  if (!state.checked)
    fail("no parameter of the optimizer has a gradient", optimizer.*OptimizerAccess::name,
         "Call backward() on a scaled loss first", where);
  try {
    if (!state.found_inf) optimizer.step(where);
  } catch (...) {
    for (const auto& [parameter, gradient] : before) parameter->extra->grad = gradient;
    throw;
  }
  state.stepped = true;
  of(optimizer) = state;
}

void GradScaler::update(std::optional<double> new_scale, Location where) {
  if (!options_.enabled) return;
  if (new_scale) {
    check(options_, *new_scale, where);
    scale_ = static_cast<float>(*new_scale);
  } else {
    const auto checked = [](const OfOptimizer& state) { return state.checked; };
    if (std::none_of(optimizers_.begin(), optimizers_.end(), checked))
      fail("there was no step since the last update", "no optimizer was checked", "Call step(optimizer) first", where);
    const bool found = std::any_of(optimizers_.begin(), optimizers_.end(), [](const auto& s) { return s.found_inf; });
    auto scale = static_cast<float>(scale_);
    formula::update_scale({options_.growth_factor, options_.backoff_factor, options_.growth_interval}, scale,
                          growth_tracker_, found);
    scale_ = scale;
  }
  optimizers_.clear();
}

double GradScaler::get_scale() const { return options_.enabled ? scale_ : 1; }

namespace {

/// `options` with a change that is checked.
template <class Change>
GradScalerOptions changed(GradScalerOptions options, double scale, Change change, Location where) {
  change(options);
  check(options, scale, where);
  return options;
}

}  // namespace

void GradScaler::set_growth_factor(double value, Location where) {
  options_ = changed(
      options_, scale_, [&](GradScalerOptions& o) { o.growth_factor = value; }, where);
}
void GradScaler::set_backoff_factor(double value, Location where) {
  options_ = changed(
      options_, scale_, [&](GradScalerOptions& o) { o.backoff_factor = value; }, where);
}
void GradScaler::set_growth_interval(std::int64_t value, Location where) {
  options_ = changed(
      options_, scale_, [&](GradScalerOptions& o) { o.growth_interval = value; }, where);
}

StateDict GradScaler::state_dict(Location where) const {
  if (!options_.enabled) return {};
  const Frame frame(where);
  const auto number = [](double value) { return full({}, value, float64); };
  return {{"scale", number(scale_)},
          {"growth_factor", number(options_.growth_factor)},
          {"backoff_factor", number(options_.backoff_factor)},
          {"growth_interval", full({}, options_.growth_interval, int64)},
          {"_growth_tracker", full({}, growth_tracker_, int64)}};
}

void GradScaler::load_state_dict(const StateDict& state, Location where) {
  if (!options_.enabled) return;
  const Called called("GradScaler");
  if (state.empty()) fail("the state is empty", "no entry", "It was saved from a scaler that was not enabled", where);
  const auto number = [&](const char* name) {
    const Tensor& value = state.at(name, where);
    if (!value.defined() || value.is_symbolic() || value.numel() != 1)
      fail("an entry of the state is no number", "'" + std::string(name) + "'", "", where);
    return value.item<double>(where);
  };
  const auto whole = [&](const char* name) {
    const double value = number(name);
    if (!(value >= 0 && value < 0x1p53 && std::trunc(value) == value))
      fail("an entry of the state is no whole number", "'" + std::string(name) + "' is " + number_text(value), "",
           where);
    return static_cast<std::int64_t>(value);
  };
  GradScalerOptions options = options_;
  const double scale = number("scale");
  options.growth_factor = number("growth_factor");
  options.backoff_factor = number("backoff_factor");
  options.growth_interval = whole("growth_interval");
  const std::int64_t tracker = whole("_growth_tracker");
  check(options, scale, where);
  options_ = options;
  scale_ = static_cast<float>(scale);
  growth_tracker_ = tracker;
}

}  // namespace triptych::eager::amp
