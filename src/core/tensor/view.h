// What a view remembers of the tensor that it was made from. A write through a view would not reach that tensor, so it
// is refused while the tensor lives (docs/design.md, "A tensor's life").
#pragma once

#include <string_view>
#include <utility>

#include "triptych/core/location.h"

namespace triptych {

struct TensorImpl;

/// One watcher of the block less; the last one frees it.
void let_go(TensorImpl* base);

/// Keeps a base's block, neither its values nor its life, and never changes: views of one tensor may be used by any
/// threads.
class ViewOf {
 public:
  ViewOf() = default;
  ViewOf(const ViewOf&) = delete;
  ViewOf& operator=(const ViewOf&) = delete;
  ~ViewOf() {
    if (base_) let_go(std::exchange(base_, nullptr));
  }

  /// Once, when the view is made.
  void set(TensorImpl& base, Location made_at);
  explicit operator bool() const { return base_ != nullptr; }
  /// The nearest tensor that still lives of those that the view was made from, one from the other; null if none does.
  const TensorImpl* living_base() const;
  Location made_at() const { return made_at_; }

 private:
  friend void let_go(TensorImpl* base);

  TensorImpl* base_ = nullptr;
  Location made_at_;
};

/// ArgumentError of `op` if `target` is a view of a tensor that lives.
void check_no_living_base(const TensorImpl& target, std::string_view op, Location where);

}  // namespace triptych
