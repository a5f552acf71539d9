// Schedulers that are made of others: SequentialLR and ChainedScheduler.
#include <algorithm>

#include "triptych/core/error.h"
#include "triptych/core/ops.h"
#include "triptych/eager/optim/lr_scheduler.h"

namespace triptych::eager::optim::lr_scheduler {
namespace {

using Schedulers = std::vector<std::shared_ptr<LRScheduler>>;

/// The optimizer of all of them; ArgumentError of `op` if there is none.
Optimizer& optimizer_of(const Schedulers& schedulers, const char* op, Location where) {
  if (schedulers.empty() || !schedulers[0])
    throw ArgumentError(op, "there is no scheduler", schedulers.empty() ? "an empty list" : "a null pointer", "",
                        where);
  return schedulers[0]->optimizer(where);
}

StateDict state_of(StateDict state, const Schedulers& schedulers, Location where) {
  for (std::size_t i = 0; i < schedulers.size(); ++i) {
    const StateDict part = schedulers[i]->state_dict(where);
    for (const auto& [name, value] : part) state.add("_schedulers." + std::to_string(i) + "." + name, value, where);
  }
  return state;
}

/// What is in `state` beside the parts, which all schedulers take, or none.
StateDict load_parts(const StateDict& state, const Schedulers& schedulers, Location where) {
  StateDict own;
  std::vector<StateDict> parts(schedulers.size()), before;
  for (const auto& [name, value] : state) {
    std::size_t i = 0;
    for (; i < parts.size(); ++i)
      if (const std::string prefix = "_schedulers." + std::to_string(i) + "."; name.starts_with(prefix)) {
        parts[i].add(name.substr(prefix.size()), value, where);
        break;
      }
    if (i == parts.size()) own.add(name, value, where);
  }
  for (std::size_t i = 0; i < schedulers.size(); ++i) before.push_back(schedulers[i]->state_dict(where));
  for (std::size_t i = 0; i < schedulers.size(); ++i) {
    try {
      schedulers[i]->load_state_dict(parts[i], where);
    } catch (...) {
      while (i-- > 0) schedulers[i]->load_state_dict(before[i], where);
      throw;
    }
  }
  return own;
}

}  // namespace

void LRScheduler::check_parts(const Schedulers& schedulers, Location where) const {
  for (std::size_t i = 0; i < schedulers.size(); ++i) {
    const std::string which = "scheduler " + std::to_string(i);
    if (!schedulers[i]) fail("a scheduler is missing", which + " is a null pointer", "", where);
    if (schedulers[i]->needs_metric())
      fail("a scheduler steps by a metric", which + " is a ReduceLROnPlateau", "Step it on its own", where);
    if (&schedulers[i]->optimizer(where) != life_->optimizer)
      fail("a scheduler belongs to another optimizer", which, "", where);
    for (std::size_t k = 0; k < i; ++k)
      if (schedulers[k] == schedulers[i]) fail("a scheduler is there twice", which, "", where);
  }
}

SequentialLR::SequentialLR(Optimizer& optimizer, Schedulers schedulers, std::vector<std::int64_t> milestones,
                           std::int64_t last_epoch, Location where)
    : LRScheduler("SequentialLR", optimizer), schedulers_(std::move(schedulers)), milestones_(std::move(milestones)) {
  static_cast<void>(optimizer_of(schedulers_, name_, where));
  check_parts(schedulers_, where);
  if (milestones_.size() + 1 != schedulers_.size())
    fail("there is not one milestone between each two schedulers",
         std::to_string(schedulers_.size()) + " schedulers, " + std::to_string(milestones_.size()) + " milestones", "",
         where);
  if (!std::is_sorted(milestones_.begin(), milestones_.end()) || (!milestones_.empty() && milestones_[0] < 0))
    fail("the milestones are not in order", "they begin at " + std::to_string(milestones_[0]), "", where);
  last_epoch_ = last_epoch + 1;
  set_rates(initial_lrs(where), {}, where);
  undo_first_step();
  LRScheduler& first = *schedulers_[running(0)];
  first.restart(where);
  last_epoch_ = last_epoch + 1;
  last_lr_ = first.get_last_lr();
}

std::size_t SequentialLR::running(std::int64_t epoch) const {
  return static_cast<std::size_t>(std::upper_bound(milestones_.begin(), milestones_.end(), epoch) -
                                  milestones_.begin());
}

void SequentialLR::undo_first_step() {
  for (const auto& scheduler : schedulers_) scheduler->undo_first_step();
}

void SequentialLR::step(Location where) {
  check_groups(where);
  const std::int64_t epoch = last_epoch_ + 1;
  const std::size_t i = running(epoch);
  if (i > 0 && milestones_[i - 1] == epoch)
    schedulers_[i]->update(0, where);
  else
    schedulers_[i]->step(where);
  last_epoch_ = epoch;
  last_lr_ = schedulers_[i]->get_last_lr();
}

StateDict SequentialLR::state_dict(Location where) const {
  return state_of(LRScheduler::state_dict(where), schedulers_, where);
}
void SequentialLR::load_state_dict(const StateDict& state, Location where) {
  LRScheduler::load_state_dict(load_parts(state, schedulers_, where), where);
}

ChainedScheduler::ChainedScheduler(Schedulers schedulers, Location where)
    : LRScheduler("ChainedScheduler", optimizer_of(schedulers, "ChainedScheduler", where)),
      schedulers_(std::move(schedulers)) {
  check_parts(schedulers_, where);
  last_epoch_ = 0;
  last_lr_ = current();
}

void ChainedScheduler::undo_first_step() {
  for (const auto& scheduler : schedulers_) scheduler->undo_first_step();
}

void ChainedScheduler::step(Location where) {
  check_groups(where);
  for (const auto& scheduler : schedulers_) scheduler->step(where);
  ++last_epoch_;
  last_lr_ = current();
}

StateDict ChainedScheduler::state_dict(Location where) const {
  return state_of(LRScheduler::state_dict(where), schedulers_, where);
}
void ChainedScheduler::load_state_dict(const StateDict& state, Location where) {
  LRScheduler::load_state_dict(load_parts(state, schedulers_, where), where);
}

}  // namespace triptych::eager::optim::lr_scheduler
