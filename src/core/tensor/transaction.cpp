#include "core/tensor/transaction.h"

#include <exception>
#include <utility>
#include <vector>

#include "core/autodiff/node.h"
#include "core/tensor/state_log.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

constinit thread_local Transaction* innermost = nullptr;

/// What a tensor was.
class TensorUndo : public Transaction::Undo {
 public:
  explicit TensorUndo(TensorImpl& impl)
      : tensor_(share(&impl)),
        value_(make_view(impl, impl.meta, impl.offset)),
        node_(impl.node),
        stop_(impl.stop),
        output_(impl.output),
        flags_(impl.flags) {}

  bool is_of(const TensorImpl& impl) const { return tensor_.impl() == &impl; }

  void undo() noexcept override {
    TensorImpl &to = *tensor_.impl(), &from = *value_.impl();
    if (!to.storage->shareable && to.meta.shape == from.meta.shape && to.meta.dtype == from.meta.dtype) {
      copy_strided(from.data(), from.meta, to.data(), to.meta);  // who has a pointer sees it, too
    } else {
      to.meta = from.meta;
      to.storage = std::move(from.storage);
      to.offset = from.offset;
    }
    to.storage->generation.fetch_add(1, std::memory_order_relaxed);
    if (to.node == node_) return;
    if (to.has(Head::retains_grad) && to.node && to.node->hooks) std::erase(to.node->hooks->retained, &to);
    if (to.has(Head::retains_grad) && node_ && node_->hooks) node_->hooks->retained.push_back(&to);
    constexpr std::uint32_t edge = Head::requires_grad | Head::gradient_stopped;
    to.node = std::move(node_);
    to.stop = std::move(stop_);
    to.output = output_;
    to.flags = (to.flags & ~edge) | (flags_ & edge);
  }

 private:
  Tensor tensor_, value_;
  Ref<Node> node_, stop_;
  std::uint32_t output_, flags_;
};

}  // namespace

Transaction::Transaction() : outer_(std::exchange(innermost, this)), exceptions_(std::uncaught_exceptions()) {}

Transaction::~Transaction() {
  innermost = outer_;
  const bool failed = std::uncaught_exceptions() > exceptions_;
  if (!failed && outer_ && !for_good_) {
    for (std::unique_ptr<Undo>* link = &latest_; *link;)
      if ((*link)->local && !local_too_)
        *link = std::move((*link)->before);
      else
        link = &(*link)->before;
    std::unique_ptr<Undo>* end = &latest_;
    while (*end) end = &(*end)->before;
    *end = std::move(outer_->latest_);
    outer_->latest_ = std::move(latest_);
    return;
  }
  while (latest_) {  // not by recursion: there may be many
    if (failed) latest_->undo();
    latest_ = std::move(latest_->before);
  }
}

bool Transaction::active() { return innermost != nullptr; }

void Transaction::will_write(TensorImpl& tensor) {
  StateLog::will_write(tensor);
  if (!innermost) [[likely]]
    return;
  // What is written over and over needs one copy; further back nobody looks.
  constexpr int reach = 64;
  Undo* entry = innermost->latest_.get();
  for (int i = 0; entry && i < reach; ++i, entry = entry->before.get())
    if (const auto* of = dynamic_cast<const TensorUndo*>(entry); of && of->is_of(tensor)) return;
  did(std::make_unique<TensorUndo>(tensor));
}

void Transaction::did(std::unique_ptr<Undo> undo) noexcept {
  if (!innermost || !undo) return;
  undo->before = std::move(innermost->latest_);
  innermost->latest_ = std::move(undo);
}

}  // namespace triptych
