// The tensor handle's members that are not ops.
#include "triptych/core/tensor.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include "core/autodiff/gradient_stop.h"
#include "core/autodiff/leaf.h"
#include "core/autodiff/node.h"
#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/kernels/image_order.h"
#include "core/kernels/strided.h"
#include "core/memory/allocator.h"
#include "core/support/error_context.h"
#include "core/support/fork.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/warning.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;

std::string summary(const TensorMeta& meta) { return std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(); }

std::string made_at(Location where) { return where ? ", made at " + where.text() : ""; }

/// The block behind a concrete tensor with values; explains what else it may be.
TensorImpl& concrete(const Tensor& tensor, std::string_view op, Location where) {
  if (!tensor.defined())
    throw ArgumentError(op, "the tensor is undefined", "a default-constructed Tensor", "Give it a value first", where);
  TensorImpl& impl = *tensor.impl();
  if (impl.has(Head::symbolic))
    throw ArgumentError(op, "a symbolic tensor has no values until a session runs it",
                        "node '" + describe(*impl.node) + "' " + summary(impl.meta) + made_at(impl.node->where),
                        "Fetch it with Session::run, or use where instead of C++ control flow", where);
  if (impl.has(Head::metadata_only))
    throw InternalError(op, "a gradient rule reads a value that its op does not save", summary(impl.meta),
                        "Add the input or output to saves_inputs or saves_outputs of the op");
  return impl;
}

void single(const Tensor& tensor, const char* op, Location where) {
  const TensorImpl& impl = concrete(tensor, op, where);
  if (impl.meta.shape.size() != 1)
    throw ArgumentError(op, "the tensor does not have exactly one element", summary(impl.meta),
                        "Reduce it first, for example with sum or mean, or pick an element", where);
}

/// A dense block of these strides that only this tensor sees.
void move_to_own_storage(TensorImpl& impl, const Strides& strides, bool keep_values) {
  const TensorMeta meta{impl.meta.shape, strides, impl.meta.dtype, impl.meta.device};
  Ref<Storage> fresh = allocate_storage(static_cast<std::size_t>(meta.shape.size()) * size_of(meta.dtype), meta.device);
  if (keep_values) {
    count_hidden_copy();
    copy_strided(impl.data(), impl.meta, fresh->data, meta);
  }
  impl.storage = std::move(fresh);
  impl.meta.strides = meta.strides;
  impl.offset = 0;
}

void keep_gradient(TensorImpl& impl, Node& node) {
  if (!node.hooks) node.hooks = std::make_unique<NodeHooks>();
  node.hooks->retained.push_back(&impl);
}

/// `to` becomes the output that `from` is. What can fail comes first.
void move_edge(TensorImpl& to, const TensorImpl& from) {
  const bool retained = to.has(Head::retains_grad);
  if (retained && from.node != to.node) {
    if (from.node) keep_gradient(to, *from.node);
    std::erase(to.node->hooks->retained, &to);
  }
  to.node = from.node;
  to.output = from.output;
  constexpr std::uint32_t edge_flags = Head::requires_grad | Head::retains_grad;
  to.flags = from.node ? to.flags | Head::requires_grad : to.flags & ~edge_flags;
  to.stop = from.stop;
  to.flags = (to.flags & ~Head::gradient_stopped) | (from.flags & Head::gradient_stopped);
}

}  // namespace

// Where members lie, for scripts/gdb/triptych_gdb.py, which must work without debug information of the library.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
extern "C" TRIPTYCH_API const std::uint32_t triptych_debug_layout[];
extern "C" const std::uint32_t triptych_debug_layout[] = {
    offsetof(TensorImpl, offset),
    offsetof(TensorImpl, storage),
    offsetof(TensorImpl, node),
    offsetof(TensorImpl, output),
    offsetof(Storage, data),
    offsetof(Node, op),
    offsetof(Node, graph),
    offsetof(Node, sequence),
    offsetof(Op, name),
    offsetof(GraphImpl, info),
    sizeof(NodeInfo),
};
#pragma GCC diagnostic pop

namespace detail {

void destroy(TensorHead* head) {
  auto* impl = static_cast<TensorImpl*>(head);
  if (impl->watchers.load(std::memory_order_acquire) == 1) {
    delete impl;
    return;
  }
  impl->end_life();
  let_go(impl);
}

}  // namespace detail

void* TensorImpl::operator new(std::size_t size) {
  count_tensor();
  return cached_allocate(size);
}
void TensorImpl::operator delete(void* block, std::size_t size) { cached_free(block, size); }

TensorImpl::~TensorImpl() {
  if (node) leave_node(*this);
}

void TensorImpl::end_life() {
  if (node) leave_node(*this);
  extra.reset();
  storage = {};
  node = {};
  stop = {};
  graph = {};
}

void Tensor::undefined(Location where) {
  throw ArgumentError("tensor", "the tensor is undefined", "a default-constructed Tensor", "Give it a value first",
                      where);
}

Tensor make_tensor(const TensorMeta& meta) {
  auto* impl = new TensorImpl;
  Tensor tensor = adopt(impl);
  impl->meta = meta;
  impl->storage = allocate_storage(static_cast<std::size_t>(meta.shape.size()) * size_of(meta.dtype), meta.device);
  return tensor;
}

Tensor make_tensor(const Shape& shape, DType dtype, Device device) {
  return make_tensor({shape, contiguous_strides(shape), dtype, device});
}

Tensor make_view(const TensorImpl& base, const TensorMeta& meta, std::int64_t offset) {
  auto* impl = new TensorImpl;
  impl->meta = meta;
  impl->offset = offset;
  impl->storage = base.storage;
  Tensor view = adopt(impl);
  if (!base.storage->shareable) {  // a writable pointer is out: the view must not see its writes
    count_hidden_copy();
    Tensor copy = make_tensor(meta.shape, meta.dtype, meta.device);
    copy_strided(impl->data(), meta, copy.impl()->data(), copy.meta());
    return copy;
  }
  return view;
}

Tensor alias(const Tensor& tensor) {
  const TensorImpl& impl = *tensor.impl();
  return make_view(impl, impl.meta, impl.offset);
}

Tensor make_metadata_only(const TensorMeta& meta) {
  auto* impl = new TensorImpl;
  impl->meta = meta;
  impl->flags = Head::metadata_only;
  return adopt(impl);
}

void make_storage_unique(TensorImpl& impl, bool keep_values) {
  if (impl.storage->unique() && impl.storage->owned) return;
  const TensorMeta* const given = &impl.meta;
  TensorMeta copy = impl.meta;
  copy.strides = contiguous_strides(copy.shape);
  image_order_layout({&given, 1}, nullptr, {&copy, 1});
  move_to_own_storage(impl, copy.strides, keep_values);
}

void make_contiguous(TensorImpl& impl) {
  if (!impl.meta.is_contiguous()) move_to_own_storage(impl, contiguous_strides(impl.meta.shape), true);
}

void rebind(Tensor& tensor, Tensor value) {
  TensorImpl &to = *tensor.impl(), &from = *value.impl();
  Transaction::will_write(to);
  // While recording, a value that depends on nothing cuts the tensor off from what it depended on before.
  if (from.node || (!modes.no_grad && !tensor.is_leaf())) move_edge(to, from);
  if (!to.storage->shareable) {
    // A pointer to this storage is out: write into it, so that the pointer's owner sees the value too.
    copy_strided(from.data(), from.meta, to.data(), to.meta);
  } else {
    to.storage = from.storage;
    to.offset = from.offset;
    to.meta.strides = from.meta.strides;
  }
  to.storage->generation.fetch_add(1, std::memory_order_relaxed);
}

void set_data(Tensor& tensor, const Tensor& value) {
  const Tensor copy = alias(value);
  TensorImpl &to = *tensor.impl(), &from = *copy.impl();
  Transaction::will_write(to);
  to.meta = from.meta;
  to.offset = from.offset;
  to.storage = from.storage;
  to.storage->generation.fetch_add(1, std::memory_order_relaxed);
}

Tensor contiguous_now(const Tensor& tensor) {
  return tensor.is_contiguous() ? tensor : laid_out_now(tensor, contiguous_strides(tensor.shape()));
}

Tensor laid_out_now(const Tensor& tensor, const Strides& strides) {
  TensorMeta meta = tensor.meta();
  if (std::equal(strides.begin(), strides.begin() + meta.shape.rank(), meta.strides.begin())) return tensor;
  count_hidden_copy();
  meta.strides = strides;
  Tensor copy = make_tensor(meta);
  copy_strided(tensor.impl()->data(), tensor.meta(), copy.impl()->data(), copy.meta());
  return copy;
}

std::span<const std::int64_t> Tensor::strides(Location where) const {
  if (is_symbolic()) return {};
  return {meta(where).strides.data(), static_cast<std::size_t>(ndim())};
}

void Arg::number_given() const {
  throw ArgumentError("tensor", "a C++ number stands where a tensor is needed", std::to_string(scalar_.to_double()),
                      "Make a tensor of it with full({}, number)", where_);
}

double Tensor::item_double(Location where) const {
  single(*this, "item", where);
  const Tensor here = on_host(*this);
  return read_double(here.impl()->data(), here.dtype());
}

Item Tensor::item(Location where) const {
  if (is_floating(dtype(where))) return Item(item_double(where), where);
  if (dtype() == boolean) return Item(item_int(where) != 0, where);
  return Item(item_int(where), where);
}

bool Tensor::truth() const {
  try {
    single(*this, "bool", {});
  } catch (Error& error) {
    name_last_op(error);
    throw;
  }
  const Tensor here = on_host(*this);
  return read_double(here.impl()->data(), here.dtype()) != 0;
}

std::int64_t Tensor::item_int(Location where) const {
  single(*this, "item", where);
  const Tensor here = on_host(*this);
  const void* data = here.impl()->data();
  return is_floating(dtype()) ? Scalar(read_double(data, dtype())).to_int() : read_int(data, dtype());
}

const void* Tensor::raw_data(DType dtype, Location where) const {
  const TensorImpl& impl = concrete(*this, "data", where);
  if (impl.meta.device.type != Device::Type::cpu)
    throw ArgumentError("data", "the values are not in the CPU's memory",
                        summary(impl.meta) + " on " + impl.meta.device.text(),
                        "Use to(Device::cpu()), or to_vector<T>(), which copies from any device", where);
  if (impl.meta.dtype != dtype)
    throw ArgumentError("data", "the element type differs from the tensor's dtype",
                        "asked for " + std::string(dtype_name(dtype)) + ", the tensor is " + summary(impl.meta),
                        "Convert it with cast, or use to_vector, which converts", where);
  if (!impl.meta.is_contiguous())
    throw ArgumentError("data", "the tensor is not contiguous", summary(impl.meta),
                        "Use contiguous(x).data<T>(), or to_vector<T>(), which copies from any strides", where);
  return impl.data();
}

void* Tensor::raw_mutable_data(DType dtype, Location where) {
  TensorImpl& impl = concrete(*this, "mutable_data", where);
  raw_data(dtype, where);
  check_no_living_base(impl, "mutable_data", where);
  make_storage_unique(impl);
  impl.storage->shareable = false;
  impl.storage->generation.fetch_add(1, std::memory_order_relaxed);
  return impl.data();
}

std::size_t Tensor::vector_size(std::size_t element_bytes, Location where) const {
  const auto count = static_cast<std::size_t>(concrete(*this, "to_vector", where).meta.shape.size(where));
  constexpr std::size_t longest = std::numeric_limits<std::ptrdiff_t>::max();  // of a vector
  if (count > std::min(machine_memory(), longest) / element_bytes) no_vector(where);
  return count;
}

void Tensor::no_vector(Location where) const {
  throw UnsupportedError("to_vector", "there is no memory for so many elements", summary(meta()), "Copy a part of it",
                         where);
}

void Tensor::copy_to(void* destination, DType dtype, Location where) const {
  const Frame frame(where);
  concrete(*this, "to_vector", where);
  const Tensor source = contiguous_now(on_host(*this));
  convert(source.impl()->data(), source.dtype(), destination, dtype, source.numel());
}

Tensor& Tensor::set_requires_grad(bool value, Location where) & {
  TensorImpl& impl = concrete(*this, "set_requires_grad", where);
  if (value && !is_floating(impl.meta.dtype))
    throw ArgumentError("set_requires_grad", "a tensor that is not floating-point has no gradient", summary(impl.meta),
                        "", where);
  if (!is_leaf())
    throw ArgumentError("set_requires_grad", "a tensor that is no leaf cannot change it", "the result of " + grad_fn(),
                        "Use detach() to get a leaf with these values", where);
  if (!value && impl.has(Head::requires_grad)) note_frozen(*this, where);
  if (value) make_leaf(impl);  // now: later several threads may record with this leaf
  impl.flags = value ? impl.flags | Head::requires_grad : impl.flags & ~Head::requires_grad;
  return *this;
}

Tensor Tensor::set_requires_grad(bool value, Location where) && {
  set_requires_grad(value, where);
  return std::move(*this);
}

namespace {

/// Once for each line that made such a tensor.
void warn_of_no_leaf(const TensorImpl& tensor) {
  warn_once("grad",
            std::string("the gradient of a tensor that is no leaf is asked for, and was not kept: it was made by '") +
                tensor.node->op->name + "'. Call retain_grad() before backward(), or ask the leaf.",
            tensor.node->where);
}

}  // namespace

Tensor Tensor::grad() const {
  if (!defined()) return {};
  if (impl()->extra && impl()->extra->grad.defined()) return impl()->extra->grad;
  if (requires_grad() && !is_symbolic() && !is_leaf() && !impl()->has(Head::retains_grad)) [[unlikely]]
    warn_of_no_leaf(*impl());
  return {};
}

void Tensor::set_grad(const Tensor& gradient, Location where) {
  TensorImpl& impl = concrete(*this, "set_grad", where);
  if (gradient.defined()) concrete(gradient, "set_grad", where);
  if (gradient.defined() && (gradient.shape() != shape() || gradient.dtype() != dtype()))
    throw ArgumentError("set_grad", "a gradient differs from its tensor in shape or dtype",
                        "tensor " + summary(meta()) + ", gradient " + summary(gradient.meta()), "", where);
  if (!gradient.defined() && !impl.extra) return;
  Tensor owned = own(gradient);
  impl.extras().grad = std::move(owned);
}

bool Tensor::is_leaf() const { return !defined() || !impl()->node || impl()->node->op == &leaf_op; }

std::string Tensor::grad_fn() const { return is_leaf() ? "" : impl()->node->op->name; }

void Tensor::retain_grad(Location where) {
  if (!requires_grad())
    throw ArgumentError("retain_grad", "the tensor needs no gradient",
                        defined() ? summary(meta()) : "an undefined tensor", "Call set_requires_grad() first", where);
  if (is_leaf() || impl()->has(Head::retains_grad)) return;
  keep_gradient(*impl(), *impl()->node);
  impl()->flags |= Head::retains_grad;
}

Tensor Tensor::detach(Location where) const {
  // What state is now would stay in the graph for ever: there it is a node, too.
  if (is_symbolic() || (modes.trace && head_ && is_captured_state(*this))) {
    const GradMode off(false);  // no gradient passes a node that was made so
    return identity(Arg(*this, where));
  }
  TensorImpl& impl = concrete(*this, "detach", where);
  const Frame frame(where);  // its own small memory may be what there is no more of
  Tensor view = alias(*this);
  view.impl()->view_of.set(impl, where);
  return view;
}

Tensor scalar_tensor(Scalar value, DType dtype, Device device) {
  if (device.type != Device::Type::cpu) return on_device(scalar_tensor(value, dtype), device);
  Tensor result = make_tensor({}, dtype);
  void* data = result.impl()->data();
  if (value.kind() == Scalar::Kind::floating) {
    const double number = value.to_double();
    convert(&number, float64, data, dtype, 1);
  } else {
    const std::int64_t number = value.to_int();
    convert(&number, int64, data, dtype, 1);
  }
  return result;
}

}  // namespace triptych
