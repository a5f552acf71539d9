#include "triptych/eager/optim/swa_utils.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <numbers>

#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/eager/nn/normalization.h"

namespace triptych::eager::optim::swa_utils {
namespace {

void check_decay(const char* op, double decay, Location where) { Hyperparameters(op, where).share("decay", decay); }

using Weight = std::function<double(std::int64_t)>;

void check_current(const char* op, const Tensor& averaged, const Tensor& current, std::int64_t num_averaged,
                   Location where) {
  if (!averaged.defined() || !current.defined() || averaged.shape() != current.shape())
    throw ArgumentError(op, "an average and the model's tensor differ in shape",
                        (averaged.defined() ? averaged.shape().text() : "undefined") + " and " +
                            (current.defined() ? current.shape().text() : "undefined"),
                        "", where);
  Hyperparameters(op, where).not_negative("num_averaged", static_cast<double>(num_averaged));
}

/// Moves each average towards the model by `weight`; whole numbers are computed in float64 and cut.
MultiAvgFn moving(const char* op, Weight weight, Location where) {
  return [=](const std::vector<Tensor>& averaged, const std::vector<Tensor>& current, std::int64_t num_averaged) {
    const Frame frame(where);
    if (averaged.size() != current.size())
      throw ArgumentError(op, "the averages and the model's tensors differ in number",
                          std::to_string(averaged.size()) + " and " + std::to_string(current.size()), "", where);
    for (std::size_t i = 0; i < averaged.size(); ++i) check_current(op, averaged[i], current[i], num_averaged, where);
    for (std::size_t i = 0; i < averaged.size(); ++i) {
      Tensor average = averaged[i];
      const DType dtype = is_floating(average.dtype()) ? average.dtype() : float64;
      average.copy_(cast(lerp(cast(average, dtype), cast(current[i], dtype), weight(num_averaged)), average.dtype()));
    }
  };
}
AvgFn moving_one(const char* op, Weight weight, Location where) {
  return [=](const Tensor& averaged, const Tensor& current, std::int64_t num_averaged) {
    const Frame frame(where);
    check_current(op, averaged, current, num_averaged, where);
    return averaged + (current - averaged) * weight(num_averaged);
  };
}
double mean_weight(std::int64_t num_averaged) { return 1 / static_cast<double>(num_averaged + 1); }

std::string shapes_of(const std::vector<Tensor>& tensors) {
  std::string text;
  for (const Tensor& tensor : tensors) text += (text.empty() ? "" : ", ") + tensor.shape().text();
  return "[" + text + "]";
}

std::vector<Tensor> detached(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.detach());
  return result;
}

}  // namespace

AvgFn get_ema_avg_fn(double decay, Location where) {
  check_decay("get_ema_avg_fn", decay, where);
  return moving_one(
      "get_ema_avg_fn", [decay](std::int64_t) { return 1 - decay; }, where);
}
MultiAvgFn get_ema_multi_avg_fn(double decay, Location where) {
  check_decay("get_ema_multi_avg_fn", decay, where);
  return moving(
      "get_ema_multi_avg_fn", [decay](std::int64_t) { return 1 - decay; }, where);
}
AvgFn get_swa_avg_fn(Location where) { return moving_one("get_swa_avg_fn", mean_weight, where); }
MultiAvgFn get_swa_multi_avg_fn(Location where) { return moving("get_swa_multi_avg_fn", mean_weight, where); }

AveragedModelBase::AveragedModelBase(AveragedModelOptions options, Location where)
    : n_averaged(register_buffer("n_averaged", zeros({}, int64, where))), options_(std::move(options)) {
  if (options_.avg_fn && options_.multi_avg_fn)
    throw ArgumentError("AveragedModel", "there are two functions", "avg_fn and multi_avg_fn", "Give one of them",
                        where);
}

void AveragedModelBase::place(nn::Module& copy, Location where) const {
  if (options_.device) copy.to(*options_.device, where);
}

void AveragedModelBase::update_parameters(const nn::Module& model, Location where) {
  const Frame frame(where);
  const Transaction whole;
  GradMode off(false);
  std::vector<Tensor> averaged = inner().parameters(), current = model.parameters();
  const std::vector<Tensor> kept = inner().buffers(), buffers = model.buffers();
  const auto alike = [&](const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Tensor& x, const Tensor& y) {
      return x.shape() == y.shape() && is_floating(x.dtype()) == is_floating(y.dtype());
    });
  };
  if (!alike(averaged, current) || !alike(kept, buffers))
    throw ArgumentError("update_parameters", "the model has other parameters or buffers than the average",
                        shapes_of(current) + " and " + shapes_of(buffers) + ", the average " + shapes_of(averaged) +
                            " and " + shapes_of(kept),
                        "Update with the model that was averaged", where);
  if (options_.use_buffers) {
    averaged.insert(averaged.end(), kept.begin(), kept.end());
    current.insert(current.end(), buffers.begin(), buffers.end());
  }
  current = detached(current);
  for (std::size_t i = 0; i < current.size(); ++i)
    current[i] = cast(triptych::to(current[i], averaged[i].device()), averaged[i].dtype());
  const auto count = n_averaged.item<std::int64_t>();
  if (count == 0) {
    for (std::size_t i = 0; i < averaged.size(); ++i) averaged[i].copy_(current[i]);
  } else if (options_.avg_fn) {
    std::vector<Tensor> fresh;
    const UserCode its_lines;
    for (std::size_t i = 0; i < averaged.size(); ++i)
      fresh.push_back(options_.avg_fn(averaged[i].detach(), current[i], count));
    for (std::size_t i = 0; i < averaged.size(); ++i) averaged[i].copy_(cast(fresh[i], averaged[i].dtype()));
  } else if (options_.multi_avg_fn) {
    const UserCode its_lines;
    options_.multi_avg_fn(averaged, current, count);
  } else {
    get_swa_multi_avg_fn(where)(averaged, current, count);
  }
  if (!options_.use_buffers)
    for (std::size_t i = 0; i < kept.size(); ++i) {
      Tensor buffer = kept[i];
      buffer.copy_(cast(triptych::to(buffers[i].detach(), buffer.device()), buffer.dtype()));
    }
  n_averaged.add_(1);
}

// --- Batch norm's statistics ----------------------------------------------------------------------------------------

namespace detail {

/// With a momentum the statistics of one batch are what the running ones become from zeros, divided by the batch's
/// share.
struct BatchNormStatistics::State {
  struct Entry {
    nn::BatchNorm* module;
    double share;  // 0: the module itself takes the mean of all batches
    Tensor mean, var;
  };
  nn::Module& model;
  bool was_training;
  std::int64_t batches = 0;
  std::vector<Entry> entries;
  Transaction whole{};  // what ends in an error leaves the statistics as they were
};

BatchNormStatistics::BatchNormStatistics(nn::Module& model, Location where)
    : state_(new State{model, model.is_training(), 0, {}}) {
  for (nn::Module* module : model.modules()) {
    auto* norm = dynamic_cast<nn::BatchNorm*>(module);
    if (!norm || !norm->running_mean.defined()) continue;
    const std::optional<double> momentum = norm->options.momentum;
    const double share = !momentum ? 0 : norm->options.formula == UpdateFormula::torch ? *momentum : 1 - *momentum;
    if (momentum && share == 0)
      throw ArgumentError("update_bn", "a batch norm does not move its statistics",
                          "momentum " + number_text(*momentum), "", where);
    norm->running_mean.fill_(0);
    norm->running_var.fill_(share == 0 ? 1 : 0);
    if (norm->num_batches_tracked.defined()) norm->num_batches_tracked.fill_(0);
    state_->entries.push_back({norm, share, zeros_like(norm->running_mean), zeros_like(norm->running_var)});
  }
  if (!state_->entries.empty()) model.train();
}
BatchNormStatistics::~BatchNormStatistics() {
  if (state_->entries.empty()) return;
  try {
    state_->model.train(state_->was_training);
  } catch (const std::bad_alloc&) {  // after `finish` there is nothing to do; else the error on its way tells more
  }
}

bool BatchNormStatistics::none() const { return state_->entries.empty(); }

void BatchNormStatistics::run(const Tensor& input, std::optional<Device> device) {
  GradMode off(false);
  static_cast<void>(state_->model(device ? to(input, *device) : input));
  ++state_->batches;
  for (State::Entry& entry : state_->entries) {
    if (entry.share == 0) continue;
    entry.mean = entry.mean + entry.module->running_mean / entry.share;
    entry.var = entry.var + entry.module->running_var / entry.share;
    entry.module->running_mean.fill_(0);
    entry.module->running_var.fill_(0);
  }
}

void BatchNormStatistics::finish() {
  GradMode off(false);
  for (State::Entry& entry : state_->entries) {
    if (entry.share == 0) continue;
    const auto count = static_cast<double>(std::max<std::int64_t>(state_->batches, 1));
    entry.module->running_mean.copy_(entry.mean / count);
    entry.module->running_var.copy_(state_->batches == 0 ? ones_like(entry.var) : entry.var / count);
  }
  state_->model.train(state_->was_training);
}

}  // namespace detail

// --- SWALR ----------------------------------------------------------------------------------------------------------

SWALR::SWALR(Optimizer& optimizer, const lr_scheduler::PerGroup& swa_lr, std::int64_t anneal_epochs,
             OwnedText anneal_strategy, std::int64_t last_epoch, Location where)
    : LRScheduler("SWALR", optimizer),
      swa_lrs_(swa_lr.of(groups(), "SWALR", "swa_lr", where)),
      anneal_epochs_(anneal_epochs) {
  for (const double rate : swa_lrs_) Hyperparameters(name_, where).not_negative("swa_lr", rate);
  const std::string strategy = anneal_strategy;
  if (strategy != "cos" && strategy != "linear")
    fail("anneal_strategy is unknown", "'" + strategy + "'", "There are 'cos' and 'linear'", where);
  if (anneal_epochs < 0) fail("anneal_epochs is negative", std::to_string(anneal_epochs), "", where);
  anneal_ = strategy == "cos" ? lr_scheduler::Anneal::cos : lr_scheduler::Anneal::linear;
  begin(last_epoch, where);
}

double SWALR::annealed(double part) const {
  const double within = std::max(0.0, std::min(1.0, part));
  return anneal_ == lr_scheduler::Anneal::cos ? (1 - std::cos(std::numbers::pi * within)) / 2 : within;
}

std::vector<double> SWALR::get_lr() {
  auto step = static_cast<double>(step_count_ - 1);
  if (anneal_epochs_ == 0) step = std::max(1.0, step);
  const auto epochs = static_cast<double>(std::max<std::int64_t>(1, anneal_epochs_));
  const double before = annealed((step - 1) / epochs), now = annealed(step / epochs);
  std::vector<double> rates = current();
  for (std::size_t g = 0; g < rates.size(); ++g) {
    const double from = before == 1 ? swa_lrs_[g] : (rates[g] - before * swa_lrs_[g]) / (1 - before);
    rates[g] = swa_lrs_[g] * now + from * (1 - now);
  }
  return rates;
}
std::vector<lr_scheduler::LRScheduler::Field> SWALR::fields() {
  return {field("swa_lrs", swa_lrs_), field("anneal_epochs", anneal_epochs_)};
}

}  // namespace triptych::eager::optim::swa_utils
