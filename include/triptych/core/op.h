// An op, defined once: what it takes, what it gives, how it is computed and differentiated. For authors of ops;
// docs/adding_an_op.md walks through one.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "triptych/core/attributes.h"
#include "triptych/core/numerics.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

struct Node;
struct Op;

// --- Shapes ---------------------------------------------------------------------------------------------------------

/// What `infer` sees: the inputs' metadata (dimensions may be unknown) and the attributes. It checks them and sets the
/// outputs' shapes and dtypes; it is the only code that knows them.
class TRIPTYCH_API Infer {
 public:
  Infer(const Op& op, std::span<const TensorMeta* const> inputs, const void* attributes, std::span<TensorMeta> outputs,
        Location where)
      : op_(op), inputs_(inputs), attributes_(attributes), outputs_(outputs), where_(where) {}

  int input_count() const { return static_cast<int>(inputs_.size()); }
  int output_count() const { return static_cast<int>(outputs_.size()); }
  const TensorMeta& input(int i) const { return *inputs_[place(i, inputs_.size())]; }
  const Shape& shape(int i) const { return input(i).shape; }
  DType dtype(int i) const { return input(i).dtype; }
  template <class A>
  const A& attributes() const {
    return *static_cast<const A*>(attributes_);
  }
  /// ArgumentError if no tensor has this shape (`Shape::check_size`).
  void output(int i, const Shape& shape, DType dtype) {
    shape.check_size(where_);
    auto& meta = outputs_[place(i, outputs_.size())];
    meta.shape = shape;
    meta.dtype = dtype;
  }
  /// Output `i` is on `device`; without this, where the first input is.
  void place(int i, Device device) { outputs_[place(i, outputs_.size())].device = device; }
  /// Fails unless the op was given so many outputs.
  void check_outputs(int count) const;
  /// Axis counted from the front, checked against `rank`.
  int axis(std::int64_t axis, int rank) const;

  /// Throws an ArgumentError of this op at the user's line.
  [[noreturn]] void fail(std::string_view rule, std::string_view given, std::string_view hint = {}) const;
  void check(bool condition, std::string_view rule, std::string_view hint = {}) const {
    if (!condition) [[unlikely]]
      fail(rule, given(), hint);
  }
  /// "inputs are float32 (32, 784), int64 (32,)".
  std::string given() const;

 private:
  /// Place `i` of `count`; InternalError of this op if there is none.
  std::size_t place(int i, std::size_t count) const {
    if (i < 0 || static_cast<std::size_t>(i) >= count) [[unlikely]]
      out_of_range(i, count);
    return static_cast<std::size_t>(i);
  }
  [[noreturn]] void out_of_range(int i, std::size_t count) const;

  const Op& op_;
  std::span<const TensorMeta* const> inputs_;
  const void* attributes_;
  std::span<TensorMeta> outputs_;
  Location where_;
};

// --- Gradients ------------------------------------------------------------------------------------------------------

/// What a gradient rule sees. The rule is written with the functions that users call, on tensors that are concrete or
/// symbolic; it reads the values of inputs and outputs only where the op saves them, and any input's metadata.
class TRIPTYCH_API Gradient {
 public:
  Gradient(const Node& node, std::span<Tensor> upstream, std::span<Tensor> results, std::span<const bool> needed)
      : node_(node), upstream_(upstream), results_(results), needed_(needed) {}

  int input_count() const { return static_cast<int>(results_.size()); }
  int output_count() const { return static_cast<int>(upstream_.size()); }
  /// A gradient for input `i` is wanted.
  bool needs(int i) const { return needed_[place(i, needed_.size())]; }
  /// Input `i`: its value if the op saves it, else its shape and dtype only.
  Tensor input(int i) const;
  /// Output `i`, as `input`.
  Tensor output(int i = 0) const;
  /// Gradient of the final result with respect to output `i`; zeros if none arrived.
  Tensor upstream(int i = 0) const;
  bool has_upstream(int i) const { return upstream_[place(i, upstream_.size())].defined(); }
  template <class A>
  const A& attributes() const {
    return *static_cast<const A*>(raw_attributes());
  }
  void set(int i, Tensor gradient) { results_[place(i, results_.size())] = std::move(gradient); }

 private:
  const void* raw_attributes() const;
  /// Place `i` of `count`; InternalError of the op if there is none.
  std::size_t place(int i, std::size_t count) const {
    if (i < 0 || static_cast<std::size_t>(i) >= count) [[unlikely]]
      out_of_range(i, count);
    return static_cast<std::size_t>(i);
  }
  [[noreturn]] void out_of_range(int i, std::size_t count) const;

  const Node& node_;
  std::span<Tensor> upstream_, results_;
  std::span<const bool> needed_;
};

// --- Kernels --------------------------------------------------------------------------------------------------------

/// One input or output of a kernel: where its first element lies, and its metadata.
struct Operand {
  void* data = nullptr;
  const TensorMeta* meta = nullptr;

  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
  const Shape& shape() const { return meta->shape; }
  DType dtype() const { return meta->dtype; }
  std::int64_t size() const { return meta->shape.size(); }
  std::int64_t stride(int axis) const { return meta->strides[static_cast<std::size_t>(axis)]; }
};

/// What a run may use besides its operands.
struct RunContext {
  Numerics numerics = Numerics::exact;
  Device device = {};      // of the first operand
  void* stream = nullptr;  // the device's stream; none on the CPU
  Location where = {};     // the user's line, for errors of ops that can fail
};

/// What `prepare` made for one set of shapes and attributes: an algorithm, a library's primitive, packed constants.
struct TRIPTYCH_API Prepared {
  virtual ~Prepared();
};

struct PrepareCall {
  const Op& op;
  std::span<const TensorMeta* const> inputs;
  std::span<const TensorMeta> outputs;
  const void* attributes;
  Numerics numerics;
};

struct KernelCall {
  const Op& op;
  std::span<const Operand> inputs;
  std::span<const Operand> outputs;
  const void* attributes;
  const Prepared* prepared;
  const RunContext& context;

  template <class A>
  const A& attributes_as() const {
    return *static_cast<const A*>(attributes);
  }
};

/// What `measure` sees: the inputs with their values, and the outputs' metadata with what `infer` knew.
struct MeasureCall {
  const Op& op;
  std::span<const Operand> inputs;
  std::span<TensorMeta> outputs;
  const void* attributes;
  const RunContext& context;
};

/// How a device computes an op.
struct Kernel {
  /// Fills the outputs, which are allocated; inputs that the op writes are writable.
  void (*run)(const KernelCall& call) = nullptr;
  /// Optional first step, done once for each set of shapes, attributes and strides; its result is cached and passed to
  /// `run`.
  std::shared_ptr<const Prepared> (*prepare)(const PrepareCall& call) = nullptr;
  /// Reads inputs with any strides (0 where broadcast); else the door makes them contiguous first.
  bool any_strides = false;
  /// Bit i: the first output may take over input i's buffer, if that has its shape, dtype and strides.
  std::uint32_t donates = 0;
  /// Chooses the memory order of the outputs (their strides are set to row-major before); null: row-major.
  void (*layout)(std::span<const TensorMeta* const> inputs, const void* attributes,
                 std::span<TensorMeta> outputs) = nullptr;
  /// For an op whose output shapes depend on values: sets what `infer` left unknown, before the outputs are allocated.
  void (*measure)(const MeasureCall& call) = nullptr;
};

/// Bit i: the gradient rule reads the value of input (output) i.
struct SavedValues {
  std::uint32_t inputs = 0, outputs = 0;
};

// --- The definition -------------------------------------------------------------------------------------------------

inline constexpr int any_number = -1;
inline constexpr std::uint32_t every_one = ~0u;

/// Bit `i` of a mask over inputs or outputs; bit 31 stands for all from number 31 on.
constexpr bool in_mask(std::uint32_t mask, std::size_t i) { return mask >> (i < 31 ? i : 31) & 1; }

/// The definition of an op. Make one object with static storage duration for each op, and register it.
struct Op {
  const char* name;
  /// Number of inputs: exactly `inputs`, or up to `max_inputs` (any_number: no limit).
  int inputs = 1;
  int max_inputs = 0;
  const AttributeType* attributes = nullptr;
  void (*infer)(Infer& infer) = nullptr;
  /// Null: not differentiable (an error when a gradient is asked for, unless `gradient_stops`).
  void (*gradient)(Gradient& gradient) = nullptr;
  /// Bit i: the gradient rule reads the value of input (output) i.
  std::uint32_t saves_inputs = 0;
  std::uint32_t saves_outputs = 0;
  /// For an op where that depends on the attributes; null: it does not.
  SavedValues (*saves)(const void* attributes) = nullptr;
  /// The gradient's rule or the decomposition takes several steps: of 16-bit values it is given float32 ones, and what
  /// it gives is rounded once.
  bool wide_gradient = false;
  /// Inputs are broadcast to one shape, elementwise; the walker sums their gradients back.
  bool broadcasts = false;
  /// The gradient does not exist (comparisons, argmax, detach).
  bool gradient_stops = false;
  /// Reads something besides its inputs, or draws random numbers: never folded or merged.
  bool stateful = false;
  /// Can fail while it runs, because of its inputs' values (an index out of range).
  bool can_fail = false;
  /// Bit i: only the metadata of input i is read.
  std::uint32_t metadata_inputs = 0;
  /// Tells whether the kernel writes into input i of n; null: none. Such an op is an effect: never merged, folded or
  /// pruned, and inputs that it writes must be state.
  bool (*writes)(int i, int n) = nullptr;
  /// For an op that may be a view: sets the output's strides and its offset in elements from the input, and returns
  /// true if it is one for these strides.
  bool (*view)(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t& offset) = nullptr;
  /// The same for an op with several outputs, all of them views of its first input.
  void (*views)(const TensorMeta& input, const void* attributes, std::span<TensorMeta> outputs,
                std::span<std::int64_t> offsets) = nullptr;
  /// The same result from simpler ops: fallback, default gradient and test oracle of a fused op.
  std::vector<Tensor> (*decompose)(std::span<const Tensor> inputs, const void* attributes) = nullptr;

  mutable std::atomic<const Kernel*> kernels[device_type_count]{};

  /// With `view`: it stands for a copy that is not needed yet: users may write to it while its input lives (identity).
  bool lazy_copy = false;

  int input_limit() const { return max_inputs == any_number ? 1 << 20 : max_inputs > inputs ? max_inputs : inputs; }
};

/// Makes an op known by its name (for look-up, for the conformance tests). ArgumentError if the name is taken, or name
/// or `infer` are missing.
TRIPTYCH_API void register_op(const Op& op, Location where = Location::here());
/// Sets how `device` computes `op`; both objects must live as long as the program. ArgumentError without `run`.
TRIPTYCH_API void register_kernel(const Op& op, Device::Type device, const Kernel& kernel,
                                  Location where = Location::here());
/// All registered ops in the order of their names.
TRIPTYCH_API std::vector<const Op*> registered_ops();
/// The op called `name`, null if there is none.
TRIPTYCH_API const Op* find_op(Text name);

// --- The one door ---------------------------------------------------------------------------------------------------

/// Applies `op`: runs it now if the operands are concrete, appends a node if one is symbolic, records a node if a
/// gradient is needed. `attributes` points to the op's attribute struct. For ops with one output.
TRIPTYCH_API Tensor apply(const Op& op, std::initializer_list<const Arg*> inputs, const void* attributes = nullptr);
TRIPTYCH_API Tensor apply(const Op& op, std::span<const Arg* const> inputs, const void* attributes = nullptr,
                          Location where = {});
/// The same for any number of outputs.
TRIPTYCH_API void apply(const Op& op, std::span<const Arg* const> inputs, const void* attributes,
                        std::span<Tensor> outputs, Location where);
/// The same for a list of tensors.
TRIPTYCH_API void apply(const Op& op, std::span<const Tensor> inputs, const void* attributes, std::span<Tensor> outputs,
                        Location where);

// --- For kernels ----------------------------------------------------------------------------------------------------

/// Runs `body(part)` for part = 0 .. parts - 1 on the library's threads. Cut work by its size, never by the number of
/// threads, so that results do not depend on it. Inside another parallel_for, and on threads that were set to one, runs
/// here.
TRIPTYCH_API void parallel_for(std::int64_t parts, void (*body)(std::int64_t part, void* state), void* state);
template <class F>
void parallel_for(std::int64_t parts, F&& body) {
  parallel_for(
      parts, [](std::int64_t part, void* state) { (*static_cast<std::remove_reference_t<F>*>(state))(part); }, &body);
}

/// Working memory for the time of a kernel, 64-byte aligned, from the caching allocator.
class TRIPTYCH_API Scratch {
 public:
  explicit Scratch(std::size_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_;
  std::size_t bytes_;
};

}  // namespace triptych
