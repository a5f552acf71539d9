// The tensor: one handle that is concrete (has storage) or symbolic (is an output of a graph node).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "triptych/core/device.h"
#include "triptych/core/dtype.h"
#include "triptych/core/error.h"
#include "triptych/core/export.h"
#include "triptych/core/index.h"
#include "triptych/core/item.h"
#include "triptych/core/location.h"
#include "triptych/core/scalar.h"
#include "triptych/core/shape.h"
#include "triptych/core/sizes_by_place.h"
#include "triptych/core/tensor_methods.h"
#include "triptych/core/text.h"

namespace triptych {

class Arg;
struct BackwardOptions;
class HookHandle;
class NumberList;
struct GradientHook;
struct TensorImpl;

/// What is known of a tensor without its values. Strides count elements; a symbolic tensor has none.
struct TensorMeta {
  Shape shape;
  Strides strides{};
  DType dtype = float32;
  Device device;

  std::int64_t size(Location where = Location::here()) const { return shape.size(where); }
  bool is_contiguous() const {
    std::int64_t step = 1;
    for (int i = shape.rank() - 1; i >= 0; --i) {
      const std::int64_t d = shape.begin()[i];
      if (d == 0) return true;
      if (d != 1 && strides[static_cast<std::size_t>(i)] != step) return false;
      step *= d;
    }
    return true;
  }
};

namespace detail {

/// The public head of a tensor's block, so that handles and metadata accessors are inline.
struct TensorHead {
  enum Flag : std::uint32_t {
    symbolic = 1,       // output of a graph node
    requires_grad = 2,  // a gradient flows into it
    metadata_only = 4,  // shape and dtype of a value that was not kept
    retains_grad = 8,   // keeps its gradient though it is not a leaf
    state = 16,         // a module's or layer's parameter or buffer: captured by reference when traced
    has_hooks = 32,
    gradient_stopped = 64,  // it would need a gradient, had it not ended on the way here (TensorImpl::stop)
  };
  std::atomic<std::uint32_t> references{1};
  std::uint32_t flags = 0;
  TensorMeta meta;
};

TRIPTYCH_API void destroy(TensorHead* head);

}  // namespace detail

/// A handle to an n-dimensional array. Copying a handle copies no data; reshape, transpose and slice give views that
/// share storage, and a write to shared storage copies first, so a view never changes under its owner. In-place methods
/// (`add_`, ...) change this tensor and every handle to it, never another view; a view whose base lives cannot be
/// written to (ArgumentError): write `x.set(0, v)`, or to `view.clone()`.
class TRIPTYCH_API Tensor : public TensorMethods {
 public:
  /// An undefined tensor: holds nothing.
  Tensor() = default;
  Tensor(const Tensor& other) : head_(other.head_) {
    if (head_) head_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Tensor(Tensor&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
  Tensor& operator=(const Tensor& other) & {
    Tensor copy(other);
    std::swap(head_, copy.head_);
    return *this;
  }
  Tensor& operator=(Tensor&& other) & noexcept {
    std::swap(head_, other.head_);
    return *this;
  }
  /// `x[0] = v` would change a temporary only: write `x.set(0, v)`.
  Tensor& operator=(const Tensor&) && = delete;
  Tensor& operator=(Tensor&&) && = delete;
  ~Tensor() { reset(); }

  bool defined() const { return head_ != nullptr; }
  void reset() {
    if (head_ && head_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) detail::destroy(head_);
    head_ = nullptr;
  }
  /// Both handles name the same tensor.
  bool is_same(const Tensor& other) const { return head_ == other.head_; }

  // ArgumentError at `where` if the tensor is undefined.
  const TensorMeta& meta(Location where = Location::here()) const {
    if (!head_) [[unlikely]]
      undefined(where);
    return head_->meta;
  }
  const Shape& shape(Location where = Location::here()) const { return meta(where).shape; }
  /// Length of dimension `axis` (negative counts from the end); ArgumentError if it is unknown.
  std::int64_t size(int axis, Location where = Location::here()) const {
    return meta(where).shape.dim(axis, where).value(where);
  }
  int ndim(Location where = Location::here()) const { return meta(where).shape.rank(); }
  /// Number of elements; ArgumentError if a dimension is unknown.
  std::int64_t numel(Location where = Location::here()) const { return meta(where).shape.size(where); }
  DType dtype(Location where = Location::here()) const { return meta(where).dtype; }
  Device device(Location where = Location::here()) const { return meta(where).device; }
  /// Steps in elements; empty for a symbolic tensor.
  std::span<const std::int64_t> strides(Location where = Location::here()) const;
  bool is_symbolic() const { return head_ && head_->flags & detail::TensorHead::symbolic; }
  bool is_contiguous(Location where = Location::here()) const { return meta(where).is_contiguous(); }

  /// The only element, converted to `T`. ArgumentError unless there is exactly one and the tensor is concrete.
  template <class T>
  T item(Location where = Location::here()) const {
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(item_double(where));
    else
      return static_cast<T>(item_int(where));
  }
  /// The same as a number of the tensor's own kind, which becomes what it is given to: `double loss = x.item();`.
  Item item(Location where = Location::here()) const;
  /// The elements in row-major order. ArgumentError if `T` is not the dtype, or the tensor symbolic or not contiguous.
  template <class T>
  std::span<const T> data(Location where = Location::here()) const {
    return {static_cast<const T*>(raw_data(dtype_of<T>::value, where)), static_cast<std::size_t>(numel(where))};
  }
  /// As `data`, for writing; storage that a view or another handle's view shares is copied first, and the storage is
  /// not shared from then on.
  template <class T>
  std::span<T> mutable_data(Location where = Location::here()) & {
    return {static_cast<T*>(raw_mutable_data(dtype_of<T>::value, where)), static_cast<std::size_t>(numel(where))};
  }
  template <class T>
  std::span<T> mutable_data() && = delete;
  /// A copy of the elements in row-major order, converted to `T`; any strides. UnsupportedError if the machine has not
  /// so much memory.
  template <class T>
  std::vector<T> to_vector(Location where = Location::here()) const;
  /// Truth of the only element. ArgumentError as `item`, but no conversion can know its caller's line: `item<bool>()`
  /// does.
  explicit operator bool() const { return truth(); }

  /// The values as NumPy's str(array) prints them, elided when there are more than 1000; of a symbolic tensor name,
  /// dtype and shape.
  std::string text() const;

  // Autograd.
  bool requires_grad() const { return head_ && head_->flags & detail::TensorHead::requires_grad; }
  /// Marks a leaf as one that gradients flow into; ArgumentError for integers and for the result of a recorded op.
  Tensor& set_requires_grad(bool value = true, Location where = Location::here()) &;
  Tensor set_requires_grad(bool value = true, Location where = Location::here()) &&;
  /// The accumulated gradient, undefined if none arrived. A tensor of its own: changing it in place changes no other
  /// gradient and nothing that was passed to backward.
  Tensor grad() const;
  /// As if it had been accumulated: later changes of `gradient` are not seen.
  void set_grad(const Tensor& gradient, Location where = Location::here());
  /// Not the result of a recorded op.
  bool is_leaf() const;
  /// Name of the op that made this tensor, "" for a leaf.
  std::string grad_fn() const;
  /// Keeps the gradient of a tensor that is not a leaf.
  void retain_grad(Location where = Location::here());
  /// Calls `hook` (triptych/core/autograd.h) with the gradient of this tensor in every backward, before it goes on;
  /// what the hook returns replaces the gradient. ArgumentError unless the tensor requires a gradient.
  HookHandle register_hook(const GradientHook& hook, Location where = Location::here()) const;
  /// Adds the gradient of this tensor to the `grad` of every leaf that it depends on. `gradient` is the gradient of the
  /// final result with respect to this tensor; it may be left out for a scalar. Frees what the graph saved unless
  /// `retain_graph`; with `create_graph` the gradients can be differentiated again.
  void backward(Location where = Location::here()) const;
  void backward(const Tensor& gradient, bool retain_graph = false, bool create_graph = false,
                Location where = Location::here()) const;
  /// `loss.backward({.inputs = {w}})`: as above, with names; and only some tensors' gradients.
  void backward(const BackwardOptions& options, Location where = Location::here()) const;
  template <class = void>
  void backward(...) const = delete;  // neither a gradient nor BackwardOptions
  /// The same values, outside of any recorded computation: a view. Of a symbolic tensor a node that passes no gradient.
  Tensor detach(Location where = Location::here()) const;

  /// NumPy's indexing: `x[0]`, `x[{Slice(1, 4, 2), ellipsis, newaxis, -1}]`, a view; with index tensors and masks among
  /// them, `x[mask]`, `x[{rows, Slice(), columns}]`, a copy. Index tensors broadcast together, a mask standing for the
  /// places where it is true; where they, and the integers beside them, stand apart, their dimensions go first, else in
  /// their place. What a mask chooses has a length that a graph does not know. The gradient of an element that is read
  /// twice is the sum of both. ArgumentError for an index out of range, for more indices than dimensions, for a mask of
  /// another shape and for a second ellipsis.
  Tensor operator[](const Index& index) const;
  Tensor operator[](std::initializer_list<Index> indices) const;
  /// The selected part replaced by `value`, a number or a tensor that broadcasts to it; cast to this dtype. Of several
  /// values for one element the last stays. Other views of the same storage keep their values.
  Tensor& set(const Index& index, const Arg& value) &;
  Tensor& set(std::initializer_list<Index> indices, const Arg& value) &;
  Tensor& set(const Index&, const Arg&) && = delete;
  Tensor& set(std::initializer_list<Index>, const Arg&) && = delete;

  /// `for (Tensor row : x)`: x[0], x[1], ...; ArgumentError for a 0-d tensor.
  class Rows;
  Rows begin(Location where = Location::here()) const;
  Rows end(Location where = Location::here()) const;

  // PyTorch's other methods; the functions of core/ops.h stand in tensor_methods.h.
  int dim(Location where = Location::here()) const { return ndim(where); }
  const Shape& sizes(Location where = Location::here()) const { return shape(where); }
  /// Step of dimension `axis` in elements; ArgumentError if it is out of range or the tensor symbolic.
  std::int64_t stride(int axis, Location where = Location::here()) const;
  std::int64_t nelement(Location where = Location::here()) const { return numel(where); }
  /// Bytes of an element, and of all of them.
  std::int64_t element_size(Location where = Location::here()) const {
    return static_cast<std::int64_t>(size_of(dtype(where)));
  }
  std::int64_t itemsize(Location where = Location::here()) const { return element_size(where); }
  std::int64_t nbytes(Location where = Location::here()) const { return numel(where) * element_size(where); }
  bool is_floating_point(Location where = Location::here()) const { return is_floating(dtype(where)); }
  bool is_cuda(Location where = Location::here()) const { return device(where).type == Device::Type::cuda; }
  bool is_cpu(Location where = Location::here()) const { return device(where).type == Device::Type::cpu; }
  bool is_same_size(const Tensor& other, Location where = Location::here()) const {
    return shape(where) == other.shape(where);
  }
  /// Same shape and equal values (`array_equal`), as PyTorch's `equal`; `eq` compares the elements.
  bool equal(const Tensor& other, Location where = Location::here()) const;

  /// The transpose of a matrix; ArgumentError for more than two dimensions.
  Tensor t(Location where = Location::here()) const;
  /// The axes in reverse order; the last two exchanged.
  Tensor T(Location where = Location::here()) const;
  Tensor mT(Location where = Location::here()) const;
  Tensor to(DType dtype, Location where = Location::here()) const;
  /// The same values on `device`, part of the recorded computation; the tensor itself if it is there.
  Tensor to(Device device, Location where = Location::here()) const;
  Tensor cpu(Location where = Location::here()) const;
  Tensor cuda(int index = 0, Location where = Location::here()) const;
  Tensor half(Location where = Location::here()) const { return to(float16, where); }
  Tensor bfloat16(Location where = Location::here()) const { return to(DType::bfloat16, where); }
  Tensor type_as(const Tensor& other, Location where = Location::here()) const { return to(other.dtype(where), where); }
  /// A copy in storage of its own, part of the recorded computation.
  Tensor clone(Location where = Location::here()) const;
  /// `where(condition, *this, other)`.
  Tensor where(const Arg& condition, const Arg& other) const;
  /// 1 with each element's probability; so many indices for each row of weights (random.h).
  Tensor bernoulli(Location where = Location::here()) const;
  Tensor multinomial(std::int64_t num_samples, bool replacement = false, Location where = Location::here()) const;
  /// The n-th derivative of digamma.
  Tensor polygamma(std::int64_t n, Location where = Location::here()) const;
  /// Of real matrices the transpose.
  Tensor H(Location where = Location::here()) const { return t(where); }
  Tensor mH(Location where = Location::here()) const { return mT(where); }
  Tensor byte(Location where = Location::here()) const { return to(uint8, where); }
  int ndimension(Location where = Location::here()) const { return ndim(where); }
  bool is_complex() const { return false; }
  bool is_signed(Location where = Location::here()) const {
    const DType of = dtype(where);
    return of != uint8 && of != boolean;
  }
  /// Whether the only element differs from zero. ArgumentError as `item`.
  bool is_nonzero(Location where = Location::here()) const { return item<bool>(where); }
  /// The GPU's number; -1 for the CPU.
  int get_device(Location where = Location::here()) const { return is_cuda(where) ? device(where).index : -1; }
  /// |x - other| <= atol + rtol |other| everywhere (core/ops/equality.h).
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false,
                Location where = Location::here()) const;
  /// New tensors of this one's device, and of its dtype unless one is given. The sizes may stand by place:
  /// `x.new_zeros(2, 3)`.
  Tensor new_zeros(const Shape& shape, std::optional<DType> dtype = {}, Location where = Location::here()) const;
  Tensor new_ones(const Shape& shape, std::optional<DType> dtype = {}, Location where = Location::here()) const;
  Tensor new_empty(const Shape& shape, std::optional<DType> dtype = {}, Location where = Location::here()) const;
  Tensor new_full(const Shape& shape, Scalar value, std::optional<DType> dtype = {},
                  Location where = Location::here()) const;
  template <Length... More>
  Tensor new_zeros(At first, More... more) const {
    return new_zeros(detail::SizesByPlace(first, more...).shape, {}, first.where());
  }
  template <Length... More>
  Tensor new_ones(At first, More... more) const {
    return new_ones(detail::SizesByPlace(first, more...).shape, {}, first.where());
  }
  template <Length... More>
  Tensor new_empty(At first, More... more) const {
    return new_empty(detail::SizesByPlace(first, more...).shape, {}, first.where());
  }
  /// Of a number, a (nested) list of numbers (ArgumentError if the dtype cannot hold one of them), or a vector.
  Tensor new_tensor(Scalar value, std::optional<DType> dtype = {}, Location where = Location::here()) const;
  Tensor new_tensor(std::initializer_list<NumberList> values, std::optional<DType> dtype = {},
                    Location where = Location::here()) const;
  template <class Element>
  Tensor new_tensor(const std::vector<Element>& values, std::optional<DType> dtype = {},
                    Location where = Location::here()) const;
  Tensor& requires_grad_(bool value = true, Location where = Location::here()) & {
    return set_requires_grad(value, where);
  }
  Tensor requires_grad_(bool value = true, Location where = Location::here()) && {
    return std::move(*this).set_requires_grad(value, where);
  }

  // In place: these change this tensor and every handle to it, never another view.
  Tensor& fill_(Scalar value, Location where = Location::here()) &;
  Tensor& zero_(Location where = Location::here()) &;
  Tensor& copy_(const Arg& source) &;
  /// New values, drawn from the default generator: uniform in [low, high), normal, 1 with probability p.
  Tensor& uniform_(double low = 0, double high = 1, Location where = Location::here()) &;
  Tensor& normal_(double mean = 0, double stddev = 1, Location where = Location::here()) &;
  Tensor& bernoulli_(double p = 0.5, Location where = Location::here()) &;
  /// Exponential of this rate; the number of trials up to the first success, from 1; e to normal numbers; of Cauchy's
  /// distribution; integers in [low, high), without them as far as the dtype counts without gaps.
  /// @throws ArgumentError if the parameters are none of the distribution, or the dtype is not floating (all but
  /// geometric_ and random_).
  Tensor& exponential_(double lambd = 1, Location where = Location::here()) &;
  Tensor& geometric_(double p, Location where = Location::here()) &;
  Tensor& log_normal_(double mean = 1, double std = 2, Location where = Location::here()) &;
  Tensor& cauchy_(double median = 0, double sigma = 1, Location where = Location::here()) &;
  Tensor& random_(std::int64_t low, std::int64_t high, Location where = Location::here()) &;
  Tensor& random_(std::int64_t high, Location where = Location::here()) &;
  Tensor& random_(Location where = Location::here()) &;
  /// The diagonal of a matrix set to `value`; of more dimensions, all of one length, where all indices are the same.
  Tensor& fill_diagonal_(Scalar value, Location where = Location::here()) &;
  Tensor& operator+=(const Arg& other) &;
  Tensor& operator-=(const Arg& other) &;
  Tensor& operator*=(const Arg& other) &;
  Tensor& operator/=(const Arg& other) &;
  /// On a temporary they would do nothing.
  Tensor& fill_(Scalar) && = delete;
  Tensor& zero_() && = delete;
  Tensor& copy_(const Arg&) && = delete;
  Tensor& uniform_(double = 0, double = 1) && = delete;
  Tensor& normal_(double = 0, double = 1) && = delete;
  Tensor& bernoulli_(double = 0.5) && = delete;
  Tensor& exponential_(double = 1) && = delete;
  Tensor& geometric_(double) && = delete;
  Tensor& log_normal_(double = 1, double = 2) && = delete;
  Tensor& cauchy_(double = 0, double = 1) && = delete;
  Tensor& random_(std::int64_t, std::int64_t) && = delete;
  Tensor& random_(std::int64_t) && = delete;
  Tensor& random_() && = delete;
  Tensor& fill_diagonal_(Scalar) && = delete;
  Tensor& operator+=(const Arg&) && = delete;
  Tensor& operator-=(const Arg&) && = delete;
  Tensor& operator*=(const Arg&) && = delete;
  Tensor& operator/=(const Arg&) && = delete;

  // For op authors and the library.
  TensorImpl* impl() const { return reinterpret_cast<TensorImpl*>(head_); }
  std::uint32_t flags() const { return head_ ? head_->flags : 0; }
  /// Takes over one reference.
  static Tensor adopt(detail::TensorHead* head) {
    Tensor tensor;
    tensor.head_ = head;
    return tensor;
  }

 private:
  double item_double(Location where) const;
  std::int64_t item_int(Location where) const;
  bool truth() const;
  const void* raw_data(DType dtype, Location where) const;
  void* raw_mutable_data(DType dtype, Location where);
  void copy_to(void* destination, DType dtype, Location where) const;
  std::size_t vector_size(std::size_t element_bytes, Location where) const;
  [[noreturn]] void no_vector(Location where) const;
  [[noreturn]] static void undefined(Location where);

  detail::TensorHead* head_ = nullptr;
};

class Tensor::Rows {
 public:
  Rows(Tensor tensor, std::int64_t place, Location where) : tensor_(std::move(tensor)), place_(place), where_(where) {}
  Tensor operator*() const { return tensor_[Index(place_, where_)]; }
  Rows& operator++() {
    ++place_;
    return *this;
  }
  friend bool operator==(const Rows& a, const Rows& b) { return a.place_ == b.place_; }

 private:
  Tensor tensor_;
  std::int64_t place_;
  Location where_;
};
inline Tensor::Rows Tensor::begin(Location where) const { return size(0, where), Rows{*this, 0, where}; }
inline Tensor::Rows Tensor::end(Location where) const { return {*this, size(0, where), where}; }

/// How `Tensor::backward` goes.
struct BackwardOptions {
  /// Of the final result with respect to the tensor; may be left out for a scalar.
  Tensor gradient = {};
  /// Keep what the tape saved, for another walk.
  bool retain_graph = false;
  /// The gradients can be differentiated again.
  bool create_graph = false;
  /// Gradients are added to these tensors alone, leaves or not; empty: to all leaves. ArgumentError if one does not
  /// require a gradient; one that is not reached keeps the gradient it has.
  std::vector<Tensor> inputs = {};
};

template <class T>
std::vector<T> Tensor::to_vector(Location where) const {
  if constexpr (std::is_same_v<T, bool>) {  // a vector<bool> has no array of bool
    const std::vector<std::uint8_t> truths = to(boolean, where).to_vector<std::uint8_t>(where);
    return {truths.begin(), truths.end()};
  } else {
    std::vector<T> result;
    try {
      result.resize(vector_size(sizeof(T), where));
    } catch (const std::bad_alloc&) {
      no_vector(where);
    }
    copy_to(result.data(), dtype_of<T>::value, where);
    return result;
  }
}

/// Prints as NumPy's print(): see `Tensor::text`.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);
/// A list, each tensor on lines of its own.
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const std::vector<Tensor>& tensors);

/// How public functions take tensors: remembers the caller's line, and whether the argument was a temporary whose
/// buffer may be reused. A C++ number stands for a 0-d tensor that does not widen the other operand.
class Arg {
 public:
  Arg(const Tensor& tensor, Location where = Location::here()) : tensor_(&tensor), where_(where) {}
  Arg(Tensor&& tensor, Location where = Location::here()) : tensor_(&tensor), where_(where), donated_(true) {}
  template <class T>
  requires std::is_arithmetic_v<T> Arg(T value, Location where = Location::here()) : scalar_(value), where_(where) {}
  Arg(Scalar value, Location where = Location::here()) : scalar_(value), where_(where) {}
  Arg(const Item& value, Location where = Location::here()) : scalar_(value), where_(where) {}
  /// A copy is not a temporary any more: a function that uses its argument twice must not give it away the first time.
  Arg(const Arg& other) : tensor_(other.tensor_), scalar_(other.scalar_), where_(other.where_) {}
  Arg(Arg&& other) noexcept = default;
  Arg& operator=(const Arg&) = delete;

  bool is_scalar() const { return tensor_ == nullptr; }
  Scalar scalar() const { return scalar_; }
  /// The tensor; ArgumentError if a number was given to a function that takes tensors only.
  const Tensor& tensor() const {
    if (!tensor_) [[unlikely]]
      number_given();
    return *tensor_;
  }
  Location where() const { return where_; }
  bool donated() const { return donated_; }

 private:
  [[noreturn]] TRIPTYCH_API void number_given() const;

  const Tensor* tensor_ = nullptr;
  Scalar scalar_ = 0;
  Location where_;
  bool donated_ = false;
};

}  // namespace triptych
