// What layers add to the loss and the metrics of the model that they are in.
#include <atomic>
#include <mutex>
#include <set>

#include "api_keras/access.h"
#include "core/support/fork.h"
#include "triptych/core/ops.h"
#include "triptych/keras/metrics/reduction.h"

namespace triptych::keras {
namespace {

std::mutex& mutex = process_mutex();  // of all lists: several threads may call one layer
std::atomic<std::int64_t> held{0};    // losses in these lists

/// The layer and all inside of it, each once.
void list(const LayerBase& layer, std::vector<LayerBase*>& into, std::set<const LayerBase*>& seen) {
  if (!seen.insert(&layer).second) return;
  into.push_back(const_cast<LayerBase*>(&layer));
  for (const Layer& inner : layer.layers()) list(inner.base(), into, seen);
}
std::vector<LayerBase*> with_inner(const LayerBase& layer) {
  std::vector<LayerBase*> all;
  std::set<const LayerBase*> seen;
  list(layer, all, seen);
  return all;
}

/// How many examples a tensor of outputs has: the first axis, which may be known only when it runs.
Tensor examples(const Tensor& output, DType dtype) {
  if (const Dim first = output.shape().dim(0); first.known())
    return full({}, static_cast<double>(first.value()), dtype);
  Tensor of_each = output;
  while (of_each.ndim() > 1) of_each = select(of_each, -1, 0);
  return sum(cast(ones_like(of_each), dtype));
}

}  // namespace

void clear_losses(LayerBase& layer) {
  if (held.load(std::memory_order_relaxed) == 0) return;
  std::vector<Tensor> gone;  // ends outside of the lock
  const std::vector<LayerBase*> all = with_inner(layer);
  const std::lock_guard lock(mutex);
  for (LayerBase* inner : all) {
    std::vector<Tensor>& losses = LayerAccess::own_losses(*inner);
    held.fetch_sub(static_cast<std::int64_t>(losses.size()), std::memory_order_relaxed);
    gone.insert(gone.end(), losses.begin(), losses.end());
    losses.clear();
  }
}

void penalize_activity(LayerBase& layer, const std::vector<Tensor>& outputs) {
  for (const Tensor& output : outputs) {
    const Tensor penalty = layer.activity_regularizer()(output);
    LayerAccess::add_loss(layer, output.ndim() == 0 ? penalty : penalty / examples(output, penalty.dtype()));
  }
}

void LayerBase::add_loss(const Tensor& loss, Location where) {
  if (!loss.defined() || loss.ndim() != 0)
    throw ArgumentError(
        class_name(), "a loss that is added is not one number",
        "layer '" + name_ + "' adds " +
            (loss.defined() ? "a tensor of shape " + loss.shape().text() : std::string("an undefined tensor")),
        "Take the sum or the mean", where);
  const std::lock_guard lock(mutex);
  losses_.push_back(loss);
  held.fetch_add(1, std::memory_order_relaxed);
}

void LayerBase::add_metric(const Tensor& value, const OwnedText& name, Location where) {
  for (Metric& known : metrics_)
    if (known.name() == name) return known.update_state(value, where);
  metrics_.push_back(metrics::Mean({.name = name}));
  metrics_.back().update_state(value, where);
}

Metric LayerBase::add_metric(Metric metric) {
  metrics_.push_back(metric);
  return metric;
}

std::vector<Metric> LayerBase::added_metrics() const {
  std::vector<Metric> all;
  for (const LayerBase* layer : with_inner(*this))
    all.insert(all.end(), layer->metrics_.begin(), layer->metrics_.end());
  return all;
}

std::vector<Tensor> LayerBase::losses() const {
  std::vector<Tensor> all;
  if (held.load(std::memory_order_relaxed) != 0) {
    const std::vector<LayerBase*> layers = with_inner(*this);
    const std::lock_guard lock(mutex);
    for (const LayerBase* inner : layers) all.insert(all.end(), inner->losses_.begin(), inner->losses_.end());
  }
  for (const Weight& weight : weights())
    if (weight.trainable && weight.regularizer.defined()) all.push_back(weight.regularizer(weight.value));
  return all;
}

}  // namespace triptych::keras
