// What a tensor handle points to.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/tensor/ref.h"
#include "core/tensor/storage.h"
#include "core/tensor/view.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct Node;
struct GraphImpl;
void retain(Node* node);
void release(Node* node);
void retain(GraphImpl* graph);
void release(GraphImpl* graph);

/// Rarely used parts of a tensor.
struct TensorExtra {
  Tensor grad;
};

/// One block from a thread-local free list. A concrete tensor has storage; `node` is the tape node that made it (or,
/// for a leaf that needs gradients, the leaf node made on demand). A symbolic tensor is output `output` of `node` in
/// `graph`.
struct TensorImpl : detail::TensorHead {
  std::uint32_t output = 0;
  std::atomic<std::uint32_t> watchers{1};  // views that ask whether this tensor lives, and itself while it does
  std::int64_t offset = 0;                 // of the first element in the storage, in elements
  Ref<Storage> storage;
  Ref<Node> node;
  Ref<Node> stop;        // with `gradient_stopped`: where a gradient ends, for messages; no place in the tape
  Ref<GraphImpl> graph;  // kept alive by user handles of symbolic tensors, empty in the nodes' own

  ViewOf view_of;  // what users see this tensor as a part of

  std::unique_ptr<TensorExtra> extra;

  ~TensorImpl();
  /// Nobody holds the tensor any more, though the block may stay for its views.
  void end_life();

  bool has(Flag flag) const { return flags & flag; }
  void* data() const {
    return static_cast<char*>(storage->data) + offset * static_cast<std::int64_t>(size_of(meta.dtype));
  }
  TensorExtra& extras() {
    if (!extra) extra = std::make_unique<TensorExtra>();
    return *extra;
  }

  static void* operator new(std::size_t size);
  static void operator delete(void* block, std::size_t size);
};

inline Tensor adopt(TensorImpl* impl) { return Tensor::adopt(impl); }
inline Tensor share(TensorImpl* impl) {
  impl->references.fetch_add(1, std::memory_order_relaxed);
  return Tensor::adopt(impl);
}

/// A new, uninitialised row-major tensor (or with the strides of `meta`, which must be dense).
Tensor make_tensor(const TensorMeta& meta);
Tensor make_tensor(const Shape& shape, DType dtype, Device device = {});
/// A tensor over the same storage with other metadata, outside of any recorded computation.
Tensor make_view(const TensorImpl& base, const TensorMeta& meta, std::int64_t offset);
/// The same values as a tensor of its own, outside of any recorded computation: no view as users see it.
Tensor alias(const Tensor& tensor);
/// The same values as a tensor that nobody else can change: itself if it was a temporary, else an alias, at the same
/// place of a recorded computation if it is to be `recorded`. For what users are given.
Tensor own(Tensor tensor, bool recorded = true);
/// Shape and dtype only.
Tensor make_metadata_only(const TensorMeta& meta);

/// Before a write: gives the tensor storage that nobody else sees, with its values (copy-on-write), if it is shared.
void make_storage_unique(TensorImpl& impl, bool keep_values = true);
/// Before a write by a kernel that needs it: row-major, in storage of its own.
void make_contiguous(TensorImpl& impl);
/// The tensor (and all handles to it) takes over the value of `value`, in place where its storage allows.
void rebind(Tensor& tensor, Tensor value);
/// The tensor takes the values and the metadata of `value`, which may have another dtype; its place in recorded
/// computations stays as it is.
void set_data(Tensor& tensor, const Tensor& value);

/// A row-major copy or the tensor itself; not recorded.
Tensor contiguous_now(const Tensor& tensor);
/// A copy with these strides, which are dense, or the tensor itself; not recorded.
Tensor laid_out_now(const Tensor& tensor, const Strides& strides);
/// Copies values between tensors of one shape and dtype with any strides; not recorded.
void copy_strided(const void* from, const TensorMeta& from_meta, void* to, const TensorMeta& to_meta);

/// The tensor that a number stands for next to a tensor of `dtype`, with the promoted dtype.
Tensor scalar_tensor(Scalar value, DType dtype, Device device = {});

}  // namespace triptych
