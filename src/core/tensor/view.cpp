#include "core/tensor/view.h"

#include <string>

#include "core/autodiff/node.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {
namespace {

bool lives(const TensorImpl& impl) { return impl.references.load(std::memory_order_acquire) > 0; }

std::string summary(const TensorImpl& impl) {
  return std::string(dtype_name(impl.meta.dtype)) + " " + impl.meta.shape.text();
}

}  // namespace

void ViewOf::set(TensorImpl& base, Location made_at) {
  // Those that are dead by now are left out, so that a chain is as long as what lives.
  TensorImpl* nearest = &base;
  while (nearest && !lives(*nearest)) nearest = nearest->view_of.base_;
  if (!nearest) return;
  nearest->watchers.fetch_add(1, std::memory_order_relaxed);
  base_ = nearest;
  made_at_ = made_at;
}

const TensorImpl* ViewOf::living_base() const {
  const TensorImpl* base = base_;
  while (base && !lives(*base)) base = base->view_of.base_;
  return base;
}

void let_go(TensorImpl* base) {
  while (base && base->watchers.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    TensorImpl* next = std::exchange(base->view_of.base_, nullptr);  // not by recursion: a chain may be long
    delete base;
    base = next;
  }
}

void check_no_living_base(const TensorImpl& target, std::string_view op, Location where) {
  const TensorImpl* base = target.view_of.living_base();
  if (!base) [[likely]]
    return;
  const Location made_at = target.view_of.made_at();
  throw ArgumentError(
      op, "a view cannot be written to while the tensor that it was made from lives",
      "the view " + summary(target) + (made_at ? " was made at " + made_at.text() : "") + " from " + summary(*base),
      "The write would not reach that tensor: write to it, with x.set(index, value), copy_ or "
      "load_state_dict, or to view.clone()",
      where);
}

Tensor own(Tensor tensor, bool recorded) {
  if (!tensor.defined() || tensor.is_symbolic()) return tensor;
  TensorImpl& impl = *tensor.impl();
  const bool has_edge = impl.has(detail::TensorHead::requires_grad);
  if (impl.references.load(std::memory_order_acquire) == 1 && !impl.view_of && recorded >= has_edge) return tensor;
  Tensor result = alias(tensor);
  if (recorded && has_edge) {
    result.impl()->node = gradient_edge(impl);
    result.impl()->output = impl.output;
    result.impl()->flags |= detail::TensorHead::requires_grad;
  }
  return result;
}

}  // namespace triptych
