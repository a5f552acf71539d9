#include "triptych/keras/callbacks/callback_list.h"

#include <algorithm>

#include "api_keras/callbacks/progbar_logger.h"
#include "core/support/users_function.h"
#include "triptych/keras/callbacks/history.h"
#include "triptych/keras/callbacks/progbar_logger.h"
#include "triptych/keras/model.h"

namespace triptych::keras::callbacks {
namespace {

template <class Kind>
bool has(const std::vector<Callback>& callbacks) {
  return std::any_of(callbacks.begin(), callbacks.end(), [](const Callback& one) { return one.as<Kind>(); });
}
template <class... Args, class... Given>
void each(const std::vector<Callback>& callbacks, Location where, void (CallbackBase::*hook)(Args...),
          Given&&... given) {
  const UsersFunction its_lines(where);
  for (const Callback& callback : callbacks) (callback.base().*hook)(given...);
}

}  // namespace

CallbackList::CallbackList(const std::vector<Callback>& callbacks, const Model& model,
                           const CallbackListOptions& options, Location where)
    : callbacks_(callbacks), where_(where) {
  if (options.add_history && !has<HistoryCallback>(callbacks_)) callbacks_.push_back(History());
  if (options.add_progbar && !has<keras::ProgbarLogger>(callbacks_)) callbacks_.push_back(ProgbarLogger());
  model.base(where);
  const FitParameters params{.verbose = options.verbose, .epochs = options.epochs, .steps = options.steps};
  for (const Callback& callback : callbacks_) callback.base().attach(model, params);
}

void CallbackList::on_train_begin(Logs logs) const { each(callbacks_, where_, &CallbackBase::on_train_begin, logs); }
void CallbackList::on_train_end(Logs logs) const { each(callbacks_, where_, &CallbackBase::on_train_end, logs); }
void CallbackList::on_epoch_begin(int epoch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_epoch_begin, epoch, logs);
}
void CallbackList::on_epoch_end(int epoch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_epoch_end, epoch, logs);
}
void CallbackList::on_train_batch_begin(std::int64_t batch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_train_batch_begin, batch, logs);
}
void CallbackList::on_train_batch_end(std::int64_t batch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_train_batch_end, batch, logs);
}
void CallbackList::on_test_begin(Logs logs) const { each(callbacks_, where_, &CallbackBase::on_test_begin, logs); }
void CallbackList::on_test_end(Logs logs) const { each(callbacks_, where_, &CallbackBase::on_test_end, logs); }
void CallbackList::on_test_batch_begin(std::int64_t batch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_test_batch_begin, batch, logs);
}
void CallbackList::on_test_batch_end(std::int64_t batch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_test_batch_end, batch, logs);
}
void CallbackList::on_predict_begin(Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_predict_begin, logs);
}
void CallbackList::on_predict_end(Logs logs) const { each(callbacks_, where_, &CallbackBase::on_predict_end, logs); }
void CallbackList::on_predict_batch_begin(std::int64_t batch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_predict_batch_begin, batch, logs);
}
void CallbackList::on_predict_batch_end(std::int64_t batch, Logs logs) const {
  each(callbacks_, where_, &CallbackBase::on_predict_batch_end, batch, logs);
}

const keras::History& CallbackList::history(Location where) const {
  for (const Callback& callback : callbacks_)
    if (const auto* kept = callback.as<HistoryCallback>()) return kept->history;
  throw ArgumentError("CallbackList", "there is no History among the callbacks",
                      std::to_string(callbacks_.size()) + " callbacks", "Give it add_history", where);
}

}  // namespace triptych::keras::callbacks
