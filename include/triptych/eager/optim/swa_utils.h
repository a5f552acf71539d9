// Averages of a model's weights over its training, as torch.optim.swa_utils'.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/eager/module.h"
#include "triptych/eager/optim/lr_scheduler.h"

namespace triptych::eager::optim::swa_utils {

/// The new average of one tensor from the old one and the model's; of a list, in place. `num_averaged` models are in
/// it. Those that this header makes raise an ArgumentError that names the line which made them if shapes or the lists'
/// lengths differ, or fewer than no model is in it.
using AvgFn = std::function<Tensor(const Tensor& averaged, const Tensor& current, std::int64_t num_averaged)>;
using MultiAvgFn = std::function<void(const std::vector<Tensor>& averaged, const std::vector<Tensor>& current,
                                      std::int64_t num_averaged)>;

/// decay averaged + (1 - decay) current: an exponential moving average. ArgumentError unless decay is in [0, 1].
TRIPTYCH_API AvgFn get_ema_avg_fn(double decay = 0.999, Location where = Location::here());
TRIPTYCH_API MultiAvgFn get_ema_multi_avg_fn(double decay = 0.999, Location where = Location::here());
/// averaged + (current - averaged) / (num_averaged + 1): the mean of all (https://arxiv.org/abs/1803.05407).
TRIPTYCH_API AvgFn get_swa_avg_fn(Location where = Location::here());
TRIPTYCH_API MultiAvgFn get_swa_multi_avg_fn(Location where = Location::here());

struct AveragedModelOptions {
  /// Where the average is kept; the model's device if it is left out.
  std::optional<Device> device = {};
  /// At most one of them; the mean of all without.
  AvgFn avg_fn = nullptr;
  MultiAvgFn multi_avg_fn = nullptr;
  /// Buffers are averaged, too; else copied from the model.
  bool use_buffers = false;
};

/// What all averages share: a copy of a model, whose parameters are the averages.
class TRIPTYCH_API AveragedModelBase : public nn::Module {
 public:
  Tensor forward(const Tensor& x) override { return inner()(x); }
  /// Takes the model as it is now into the average. ArgumentError if it has other parameters.
  void update_parameters(const nn::Module& model, Location where = Location::here());

  /// How many models are in the average: 0-d int64.
  Tensor& n_averaged;

 protected:
  AveragedModelBase(AveragedModelOptions options, Location where);
  virtual nn::Module& inner() const = 0;
  void place(nn::Module& copy, Location where) const;

 private:
  AveragedModelOptions options_;
};

/// `AveragedModel averaged(model);`, `averaged.update_parameters(model)` after each step, then `averaged(x)`. A model
/// that is made by arguments takes them again behind the options, as nn::clone does, at most four.
template <class M>
class AveragedModel : public AveragedModelBase {
 public:
  explicit AveragedModel(const M& model, AveragedModelOptions options = {}, Location where = Location::here())
      : AveragedModel(std::move(options), nn::clone(model, where), where) {}
  template <class A>
  requires(!std::same_as<std::remove_cvref_t<A>, Location>)
      AveragedModel(const M& model, AveragedModelOptions options, A&& a, Location where = Location::here())
      : AveragedModel(std::move(options), nn::clone(model, std::forward<A>(a), where), where) {}
  template <class A, class B>
  AveragedModel(const M& model, AveragedModelOptions options, A&& a, B&& b, Location where = Location::here())
      : AveragedModel(std::move(options), nn::clone(model, std::forward<A>(a), std::forward<B>(b), where), where) {}
  template <class A, class B, class C>
  AveragedModel(const M& model, AveragedModelOptions options, A&& a, B&& b, C&& c, Location where = Location::here())
      : AveragedModel(std::move(options),
                      nn::clone(model, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), where), where) {}
  template <class A, class B, class C, class D>
  AveragedModel(const M& model, AveragedModelOptions options, A&& a, B&& b, C&& c, D&& d,
                Location where = Location::here())
      : AveragedModel(
            std::move(options),
            nn::clone(model, std::forward<A>(a), std::forward<B>(b), std::forward<C>(c), std::forward<D>(d), where),
            where) {}

  M& module;

 private:
  AveragedModel(AveragedModelOptions options, std::unique_ptr<M> copy, Location where)
      : AveragedModelBase(std::move(options), where), module(adopt("module", std::move(copy))) {
    place(module, where);
  }
  nn::Module& inner() const override { return module; }
};

/// The running statistics of all batch norms of `model` anew, as means over the batches of `loader` (tensors, or pairs
/// and lists whose first element is the input). Without a batch norm nothing happens.
template <class Loader>
void update_bn(Loader&& loader, nn::Module& model, std::optional<Device> device = {},
               Location where = Location::here());

/// Anneals the rates to `swa_lr` in `anneal_epochs` epochs and keeps them there.
class TRIPTYCH_API SWALR : public lr_scheduler::LRScheduler {
 public:
  SWALR(Optimizer& optimizer, const lr_scheduler::PerGroup& swa_lr, std::int64_t anneal_epochs = 10,
        OwnedText anneal_strategy = "cos", std::int64_t last_epoch = -1, Location where = Location::here());

 private:
  std::vector<double> get_lr() override;
  std::vector<Field> fields() override;
  double annealed(double part) const;
  std::vector<double> swa_lrs_;
  std::int64_t anneal_epochs_;
  lr_scheduler::Anneal anneal_;
};

namespace detail {

/// The batch norms of a model, whose statistics are collected while it lives: training mode, and means over all
/// batches.
class TRIPTYCH_API BatchNormStatistics {
 public:
  BatchNormStatistics(nn::Module& model, Location where);
  ~BatchNormStatistics();
  BatchNormStatistics(const BatchNormStatistics&) = delete;
  BatchNormStatistics& operator=(const BatchNormStatistics&) = delete;

  bool none() const;
  void run(const Tensor& input, std::optional<Device> device);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline const Tensor& input_of(const Tensor& batch) { return batch; }
template <class A, class B>
const Tensor& input_of(const std::pair<A, B>& batch) {
  return batch.first;
}
inline const Tensor& input_of(const std::vector<Tensor>& batch) {
  if (batch.empty()) throw ArgumentError("update_bn", "a batch is an empty list", "no tensor");
  return batch[0];
}
template <class Batch>
requires std::same_as<decltype(Batch::x), Tensor>
const Tensor& input_of(const Batch& batch) { return batch.x; }

}  // namespace detail

template <class Loader>
void update_bn(Loader&& loader, nn::Module& model, std::optional<Device> device, Location where) {
  const Frame frame(where);
  detail::BatchNormStatistics statistics(model, where);
  if (statistics.none()) return;
  for (auto&& batch : loader) statistics.run(detail::input_of(batch), device);
  statistics.finish();
}

}  // namespace triptych::eager::optim::swa_utils
