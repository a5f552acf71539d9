#include "triptych/core/pinned_memory.h"

#include "core/dispatch/backend.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

Tensor pin_memory(const Tensor& x, Location where) {
  const Backend* backend = cuda_backend();
  if (!backend || backend->device_count() == 0)
    throw UnsupportedError("pin_memory", "there is no GPU to pin memory for", "", "", where);
  const Frame frame(where);
  Tensor source = contiguous_now(on_host(x));
  if (is_pinned(source)) return source;
  auto* impl = new TensorImpl;
  Tensor result = adopt(impl);
  impl->meta = source.meta();
  const std::size_t bytes = static_cast<std::size_t>(source.numel()) * size_of(source.dtype());
  void* const memory = backend->allocate_pinned(bytes);
  impl->storage = foreign_storage(memory, bytes, [memory, backend] { backend->free_pinned(memory); });
  impl->storage->owned = true;
  copy_bytes(impl->data(), Device::cpu(), source.impl()->data(), Device::cpu(), bytes);
  return result;
}

bool is_pinned(const Tensor& x) {
  const Backend* backend = cuda_backend();
  return backend && backend->device_count() > 0 && x.defined() && !x.is_symbolic() &&
         x.device().type == Device::Type::cpu && backend->is_pinned(x.impl()->data());
}

}  // namespace triptych
