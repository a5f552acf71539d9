#include "core/tensor/state_log.h"

#include <algorithm>

namespace triptych {
namespace {

constinit thread_local StateLog* innermost = nullptr;

}  // namespace

StateLog::StateLog() : outer_(std::exchange(innermost, this)) {}
StateLog::~StateLog() { innermost = outer_; }

void StateLog::will_write(TensorImpl& tensor) {
  if (!innermost || !tensor.has(detail::TensorHead::state)) [[likely]]
    return;
  for (StateLog* log = innermost; log; log = log->outer_) {
    const bool known = std::any_of(log->written_.begin(), log->written_.end(),
                                   [&](const auto& entry) { return entry.first.impl() == &tensor; });
    if (!known) log->written_.emplace_back(share(&tensor), make_view(tensor, tensor.meta, tensor.offset));
  }
}

}  // namespace triptych
