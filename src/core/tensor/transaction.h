// A failed call changes nothing: what it wrote before it failed is taken back. (Where keeping the old values would cost
// too much, nothing is written before all is ready: core/dispatch/update_batch.h.)
#pragma once

#include <memory>
#include <utility>

#include "core/tensor/tensor_impl.h"

namespace triptych {

/// While alive, what this thread writes can be taken back. An exception that ends the transaction leaves tensors and
/// counters as they were when it began; one that ends well hands what it knows on to the transaction around it.
/// Values are kept as views, so that only a write copies.
class [[nodiscard]] Transaction {
 public:
  /// Something that was done, and how it is undone.
  struct Undo {
    virtual ~Undo() = default;
    virtual void undo() noexcept = 0;
    /// What it acts on may end with the transaction: it is not handed on.
    bool local = false;
    std::unique_ptr<Undo> before;
  };

  Transaction();
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Whatever happens further out, what this transaction has done stays if it ends well.
  void keep_for_good() { for_good_ = true; }
  /// What acts on something that may end is handed on as well: the transaction around this one knows that it lives.
  void hand_on_local() { local_too_ = true; }

  /// Before the value of `tensor` changes, or its place in a recorded computation.
  static void will_write(TensorImpl& tensor);
  /// Whether somebody would take back what is done now.
  static bool active();
  /// Just after something was done. `undo` is made before, since making it may fail; null: nobody will ask.
  static void did(std::unique_ptr<Undo> undo) noexcept;

 private:
  Transaction* outer_;
  int exceptions_;
  bool for_good_ = false, local_too_ = false;
  std::unique_ptr<Undo> latest_;
};

/// An undo that calls `f`; null if nobody will ask for it.
template <class F>
std::unique_ptr<Transaction::Undo> undo_by(F f) {
  struct Call : Transaction::Undo {
    explicit Call(F function) : f(std::move(function)) {}
    void undo() noexcept override { f(); }
    F f;
  };
  return Transaction::active() ? std::make_unique<Call>(std::move(f)) : nullptr;
}

}  // namespace triptych
