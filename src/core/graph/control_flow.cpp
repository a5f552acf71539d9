#include "core/graph/control_flow.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/execute.h"
#include "core/dispatch/modes.h"
#include "core/graph/changing_shape.h"
#include "core/graph/run_limits.h"
#include "core/graph/subgraph_code.h"
#include "core/support/inline_vector.h"

namespace triptych {

bool LoopAttributes::keeps(std::size_t history) const {
  return std::find(kept.begin(), kept.end(), static_cast<std::int64_t>(history)) != kept.end();
}

void LoopAttributes::keep_all() {
  kept.clear();
  for (std::size_t h = 0; h < history_count(); ++h) kept.push_back(static_cast<std::int64_t>(h));
}

std::size_t LoopAttributes::sizes_of(std::size_t variable) const {
  const auto found = std::find(changing.begin(), changing.end(), static_cast<std::int64_t>(variable));
  return found == changing.end() ? 0 : value_count() + static_cast<std::size_t>(found - changing.begin());
}

void print_value(std::string& out, const std::vector<Subgraph>& subgraphs) {
  const char* separator = "[";
  for (const Subgraph& subgraph : subgraphs) {
    out += std::exchange(separator, ", ");
    print_value(out, subgraph);
  }
  out += "]";
}

std::int64_t number_in(const Operand& operand) {
  std::int64_t value = 0;
  const std::size_t bytes = size_of(operand.dtype());
  if (operand.meta->device.type == Device::Type::cpu)
    std::memcpy(&value, operand.data, bytes);
  else
    copy_bytes(&value, Device(), operand.data, operand.meta->device, bytes);
  if (operand.dtype() == int32) return static_cast<std::int32_t>(value);
  return value;
}

namespace {

using Metas = InlineVector<const TensorMeta*, 16>;

std::int64_t bytes_of(const TensorMeta& meta) {
  return meta.shape.size() * static_cast<std::int64_t>(size_of(meta.dtype));
}

TensorMeta row_of(const TensorMeta& stack) {
  TensorMeta row = stack;
  row.shape.erase(0);
  row.strides = {};
  return row;
}

Tensor dense(const TensorMeta& meta) { return make_tensor(meta.shape, meta.dtype, meta.device); }

/// Somebody's memory as a tensor, while a kernel runs.
Tensor borrowed(const Operand& operand) {
  Tensor tensor = make_metadata_only(*operand.meta);
  TensorImpl& impl = *tensor.impl();
  impl.flags = 0;
  impl.meta.strides = contiguous_strides(impl.meta.shape);
  impl.storage = foreign_storage(operand.data, static_cast<std::size_t>(bytes_of(impl.meta)), [] {});
  impl.storage->device = impl.meta.device;
  return tensor;
}

void copy_to(const Tensor& from, const Operand& to) {
  if (from.impl()->data() == to.data) return;
  TensorMeta meta = *to.meta;
  meta.strides = contiguous_strides(meta.shape);
  copy_strided(from.impl()->data(), from.meta(), to.data, meta);
}

/// Inputs that a sub-graph writes and that are nobody's state: it gets copies, which end with it.
class PrivateState {
 public:
  PrivateState(const SubgraphCode& code, std::size_t shared_from, std::span<const TensorMeta* const> metas) {
    for (std::size_t i = 0; i < std::min(shared_from, code.input_count()); ++i)
      if (code.writes(i))
        copies_.push_back({i, allocate_storage(static_cast<std::size_t>(bytes_of(*metas[i])), metas[i]->device)});
  }
  /// Fresh copies take the places of what `addresses` name.
  void renew(std::span<char*> addresses) const {
    for (const auto& [input, storage] : copies_) {
      copy_bytes(storage->data, storage->device, addresses[input], storage->device, storage->bytes);
      addresses[input] = static_cast<char*>(storage->data);
    }
  }

 private:
  std::vector<std::pair<std::size_t, Ref<Storage>>> copies_;
};

/// The values for a replay: dense, and copies of what it writes that is nobody's state.
std::vector<Tensor> private_copies(const SubgraphCode& code, std::size_t shared_from, std::span<const Tensor> inputs) {
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!code.writes(i) || i >= shared_from) {
      values.push_back(inputs[i]);
      continue;
    }
    values.push_back(dense(inputs[i].meta()));
    copy_strided(inputs[i].impl()->data(), inputs[i].meta(), values[i].impl()->data(), values[i].meta());
  }
  return values;
}

/// What is written is made its own before its address is taken, as for any op.
std::vector<Operand> operands_of(const Op& op, std::vector<Tensor>& inputs) {
  std::vector<Operand> operands;
  static const Kernel dense_kernel{};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    operands.push_back(bind_input(op, dense_kernel, inputs[i], i, inputs.size(), {}));
  return operands;
}

// --- branch ----------------------------------------------------------------------------------------------------------

const Subgraph& chosen(const BranchAttributes& branches, const Operand& selector) {
  const std::int64_t number = number_in(selector), last = static_cast<std::int64_t>(branches.branches.size()) - 1;
  if (selector.dtype() == boolean) return branches.branches[(number & 0xff) ? 0 : 1];
  return branches.branches[static_cast<std::size_t>(number < 0 || number > last ? last : number)];
}

void branch_infer(Infer& infer) {
  const auto& a = infer.attributes<BranchAttributes>();
  infer.check_outputs(static_cast<int>(a.branches[0].outputs.size()));
  infer.check(infer.shape(0).rank() == 0, "the condition is not a scalar");
  Metas metas(static_cast<std::size_t>(infer.input_count() - 1));
  for (std::size_t i = 0; i < metas.size(); ++i) metas[i] = &infer.input(static_cast<int>(i) + 1);
  std::vector<TensorMeta> outputs = a.branches[0].code->outputs_for(metas.span());
  for (std::size_t b = 1; b < a.branches.size(); ++b) {
    const std::vector<TensorMeta> others = a.branches[b].code->outputs_for(metas.span());
    for (std::size_t k = 0; k < outputs.size(); ++k)
      for (int axis = 0; axis < outputs[k].shape.rank(); ++axis)
        if (outputs[k].shape.begin()[axis] != others[k].shape.begin()[axis]) outputs[k].shape.set(axis, unknown);
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    infer.output(static_cast<int>(k), outputs[k].shape, outputs[k].dtype);
    infer.place(static_cast<int>(k), outputs[k].device);
  }
}

/// Runs the branch with a step; false if it has none for these shapes.
bool run_branch_step(const BranchAttributes& a, const Subgraph& branch, std::span<const Operand> inputs,
                     std::span<const Operand> outputs) {
  SubgraphCode& code = *branch.code;
  Metas metas(inputs.size());
  InlineVector<char*, 16> addresses(inputs.size()), results(code.fetch_count());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    metas[i] = inputs[i].meta;
    addresses[i] = static_cast<char*>(inputs[i].data);
  }
  const auto step = code.step_for(metas.span());
  if (!step) return false;
  for (std::size_t i = 0; i < outputs.size(); ++i) results[i] = static_cast<char*>(outputs[i].data);
  const PrivateState copies(code, inputs.size() - static_cast<std::size_t>(a.written), metas.span());
  copies.renew(addresses.span());
  SubgraphFlight(*step).run(addresses.span(), results.span());
  return true;
}

std::vector<Tensor> replay_branch(const BranchAttributes& a, const Subgraph& branch, std::span<const Tensor> inputs) {
  const std::size_t shared_from = inputs.size() - static_cast<std::size_t>(a.written);
  return branch.code->replay(private_copies(*branch.code, shared_from, inputs));
}

void branch_run(const KernelCall& call) {
  const auto& a = call.attributes_as<BranchAttributes>();
  const Subgraph& branch = chosen(a, call.inputs[0]);
  if (run_branch_step(a, branch, call.inputs.subspan(1), call.outputs)) return;
  std::vector<Tensor> inputs;
  for (const Operand& input : call.inputs.subspan(1)) inputs.push_back(borrowed(input));
  const std::vector<Tensor> results = replay_branch(a, branch, inputs);
  for (std::size_t i = 0; i < results.size(); ++i) copy_to(results[i], call.outputs[i]);
  const std::size_t shared_from = inputs.size() - static_cast<std::size_t>(a.written);
  for (std::size_t i = shared_from; i < inputs.size(); ++i) copy_to(inputs[i], call.inputs[i + 1]);
}

/// Where only the branch that is taken tells the shapes.
std::vector<Tensor> branch_of_tensors(std::span<const Tensor> given, const void* attributes) {
  const auto& a = *static_cast<const BranchAttributes*>(attributes);
  std::vector<Tensor> inputs(given.begin(), given.end());
  const std::vector<Operand> operands = operands_of(branch_op(a.written, {}), inputs);
  const Subgraph& branch = chosen(a, operands[0]);
  Metas metas(inputs.size() - 1);
  for (std::size_t i = 0; i < metas.size(); ++i) metas[i] = operands[i + 1].meta;
  const std::vector<TensorMeta> shapes = branch.code->outputs_for(metas.span());
  if (std::all_of(shapes.begin(), shapes.end(), [](const TensorMeta& meta) { return meta.shape.known(); })) {
    std::vector<Tensor> results;
    std::vector<Operand> outputs;
    for (const TensorMeta& meta : shapes) results.push_back(dense(meta));
    for (const Tensor& result : results) outputs.push_back({result.impl()->data(), &result.meta()});
    if (run_branch_step(a, branch, std::span(operands).subspan(1), outputs)) return results;
  }
  return replay_branch(a, branch, std::span<const Tensor>(inputs).subspan(1));
}

// --- loop ------------------------------------------------------------------------------------------------------------

/// A loop's inputs by what they are.
struct LoopInputs {
  explicit LoopInputs(const LoopAttributes& loop)
      : carried(static_cast<std::size_t>(loop.carried)), scanned(static_cast<std::size_t>(loop.scanned)) {}
  std::size_t variable(std::size_t k) const { return 1 + k; }
  std::size_t stack(std::size_t k) const { return 1 + carried + k; }
  std::size_t rest(std::size_t k) const { return 1 + carried + scanned + k; }
  std::size_t carried, scanned;
};

/// Shapes of variables that hold through all iterations: what changes is unknown.
std::vector<TensorMeta> variable_metas(const LoopAttributes& a, std::span<const TensorMeta* const> inputs,
                                       std::vector<TensorMeta>* rows) {
  const LoopInputs at(a);
  std::vector<TensorMeta> variables, stacks;
  for (std::size_t k = 0; k < at.carried; ++k) variables.push_back(*inputs[at.variable(k)]);
  for (std::size_t k = 0; k < at.scanned; ++k) stacks.push_back(row_of(*inputs[at.stack(k)]));
  Metas metas(inputs.size() - 1);
  for (std::size_t k = 0; k < at.scanned; ++k) metas[at.carried + k] = &stacks[k];
  for (std::size_t i = at.rest(0); i < inputs.size(); ++i) metas[i - 1] = inputs[i];
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t k = 0; k < at.carried; ++k) metas[k] = &variables[k];
    const std::vector<TensorMeta> next = a.body.code->outputs_for(metas.span());
    for (std::size_t k = 0; k < at.carried; ++k) {
      const bool grows = std::find(a.grown.begin(), a.grown.end(), static_cast<std::int64_t>(k)) != a.grown.end();
      Shape& shape = variables[k].shape;
      const bool empty = grows && shape.known() && shape.size() == 0;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        const std::int64_t old = shape.begin()[axis], now = next[k].shape.begin()[axis];
        if (old == now || old < 0) continue;
        shape.set(axis, empty ? next[k].shape.dim(axis) : Dim(unknown));
        changed = true;
      }
    }
    if (rows) rows->assign(next.begin() + a.carried, next.end());
  }
  return variables;
}

/// What a history has for each iteration.
TensorMeta row_of_history(const LoopAttributes& a, std::size_t h, std::span<const TensorMeta> variables,
                          std::span<const TensorMeta* const> inputs) {
  if (h < static_cast<std::size_t>(a.carried)) return variables[h];
  if (h < a.value_count()) return *inputs[inputs.size() - a.value_count() + h];
  const TensorMeta& of = variables[static_cast<std::size_t>(a.changing[h - a.value_count()])];
  return {.shape = {of.shape.rank()}, .strides = {}, .dtype = int64, .device = of.device};
}

void loop_infer(Infer& infer) {
  const auto& a = infer.attributes<LoopAttributes>();
  const LoopInputs at(a);
  infer.check_outputs(static_cast<int>(a.output_count()));
  infer.check(infer.shape(0).rank() == 0 && infer.dtype(0) == int64, "the number of iterations is no int64 scalar");
  Metas metas(static_cast<std::size_t>(infer.input_count()));
  for (std::size_t i = 0; i < metas.size(); ++i) metas[i] = &infer.input(static_cast<int>(i));
  Dim length = unknown;
  for (std::size_t k = 0; k < at.scanned; ++k) {
    const Shape& stack = metas[at.stack(k)]->shape;
    infer.check(stack.rank() > 0, "what is gone through row by row is a scalar");
    if (stack.dim(0).known()) {
      infer.check(!length.known() || length.raw() == stack.dim(0).raw(), "stacks differ in their number of rows");
      length = stack.dim(0);
    }
  }
  if (!a.condition.outputs.empty()) length = unknown;
  std::vector<TensorMeta> rows;
  const std::vector<TensorMeta> variables = variable_metas(a, metas.span(), &rows);
  int next = 0;
  const auto add = [&](const TensorMeta& meta) {
    infer.output(next, meta.shape, meta.dtype);
    infer.place(next++, meta.device);
  };
  const auto stacked = [&](TensorMeta meta) {
    if (meta.shape.rank() == Shape::max_rank)
      infer.fail("a stack of a variable's values has more than 8 dimensions", meta.shape.text());
    meta.shape.insert(0, length);
    return meta;
  };
  for (const TensorMeta& variable : variables) add(variable);
  for (const TensorMeta& row : rows) add(stacked(row));
  add({.shape = {}, .strides = {}, .dtype = int64, .device = infer.input(0).device});
  for (std::size_t h = 0; h < a.history_count(); ++h) {
    TensorMeta meta = row_of_history(a, h, variables, metas.span());
    if (a.keeps(h) && meta.shape.rank() < Shape::max_rank)
      meta = stacked(meta);
    else
      meta.shape = Shape{0};
    add(meta);
  }
}

/// Rows that are written one after the other; of an unknown number, the memory doubles.
class Stack {
 public:
  Stack(const TensorMeta& row, std::int64_t length) : meta_(row), bytes_(bytes_of(row)) {
    if (length >= 0) grow(length);
  }
  Stack(const TensorMeta& row, const Operand& place)
      : meta_(row), bytes_(bytes_of(row)), fixed_(static_cast<char*>(place.data)) {}
  char* row(std::int64_t i) {
    if (!fixed_ && i >= capacity_) grow(std::max<std::int64_t>(8, 2 * capacity_));
    return (fixed_ ? fixed_ : static_cast<char*>(storage_->data)) + i * bytes_;
  }
  void write(std::int64_t i, const char* from) { write(i, from, meta_.device); }
  void write(std::int64_t i, const void* from, Device where) {
    char* to = row(i);
    copy_bytes(to, meta_.device, from, where, static_cast<std::size_t>(bytes_));
  }
  /// The first `length` rows.
  Tensor result(std::int64_t length) {
    if (!storage_) grow(length);
    TensorMeta meta = meta_;
    meta.shape.insert(0, length);
    meta.strides = contiguous_strides(meta.shape);
    Tensor tensor = make_metadata_only(meta);
    tensor.impl()->flags = 0;
    tensor.impl()->storage = storage_;
    return tensor;
  }

 private:
  void grow(std::int64_t length) {
    Ref<Storage> larger = allocate_storage(static_cast<std::size_t>(length * bytes_), meta_.device);
    if (storage_)
      copy_bytes(larger->data, meta_.device, storage_->data, meta_.device,
                 static_cast<std::size_t>(capacity_ * bytes_));
    storage_ = std::move(larger);
    capacity_ = length;
  }

  TensorMeta meta_;
  std::int64_t bytes_, capacity_ = 0;
  char* fixed_ = nullptr;
  Ref<Storage> storage_;
};

/// A loop whose variables keep their shapes: condition and body are steps that run in place, or from one buffer of a
/// variable into its other one. Nothing is allocated in an iteration.
class SteadyLoop {
 public:
  /// `variables`: where they are in the end. `rows` and `histories` (of those that are kept) take what they are given.
  SteadyLoop(const LoopAttributes& a, std::span<const Operand> inputs, std::span<const TensorMeta> variables,
             std::vector<Stack>& rows, std::vector<Stack>& histories)
      : a_(a), at_(a), inputs_(inputs), metas_(variables), rows_(rows), histories_(histories) {}

  /// False if there are no steps for these shapes.
  bool prepare() {
    const std::size_t rest = inputs_.size() - at_.rest(0);
    body_metas_.reserve(at_.carried + at_.scanned + rest);
    for (std::size_t k = 0; k < at_.scanned; ++k) row_metas_.push_back(row_of(*inputs_[at_.stack(k)].meta));
    for (const TensorMeta& meta : metas_) body_metas_.push_back(&meta);
    condition_metas_ = body_metas_;
    for (const TensorMeta& meta : row_metas_) body_metas_.push_back(&meta);
    for (std::size_t i = at_.rest(0); i < inputs_.size(); ++i) {
      body_metas_.push_back(inputs_[i].meta);
      condition_metas_.push_back(inputs_[i].meta);
    }
    if (!a_.condition.outputs.empty()) {
      condition_ = a_.condition.code->step_for(condition_metas_);
      if (!condition_) return false;
    }
    body_ = a_.body.code->step_for(body_metas_, at_.carried);
    return body_ != nullptr;
  }

  /// How often it ran.
  std::int64_t run(std::span<char* const> variables) {
    const std::int64_t count = number_in(inputs_[0]);
    const std::size_t carried = at_.carried;
    std::vector<char*> now(variables.begin(), variables.end()), next = now;
    std::vector<Ref<Storage>> second(carried);
    for (std::size_t k = 0; k < carried; ++k) {
      begin(k, now[k]);
      if (body_->stays[k]) continue;
      second[k] = allocate_storage(static_cast<std::size_t>(bytes_of(metas_[k])), metas_[k].device);
      next[k] = static_cast<char*>(second[k]->data);
    }
    std::vector<char*> body_inputs(body_metas_.size()), condition_inputs(condition_metas_.size());
    for (std::size_t i = at_.rest(0); i < inputs_.size(); ++i) {
      body_inputs[i - 1] = static_cast<char*>(inputs_[i].data);
      condition_inputs[i - 1 - at_.scanned] = static_cast<char*>(inputs_[i].data);
    }
    const std::size_t shared_from = body_inputs.size() - static_cast<std::size_t>(a_.written);
    const PrivateState body_copies(*a_.body.code, shared_from, body_metas_);
    std::vector<char*> results(a_.body.code->fetch_count()), asked = body_inputs;
    SubgraphFlight body(*body_);
    Asking condition(*this);
    std::int64_t t = 0;
    for (; t < count; ++t) {
      check_run_limits();
      if (condition_) {
        std::copy(now.begin(), now.end(), condition_inputs.begin());
        if (!condition.holds(condition_inputs)) break;
      }
      const std::int64_t row = a_.reverse ? count - 1 - t : t;
      record(row, now, body_inputs);
      asked = body_inputs;
      std::copy(now.begin(), now.end(), asked.begin());
      for (std::size_t k = 0; k < at_.scanned; ++k)
        asked[carried + k] = static_cast<char*>(inputs_[at_.stack(k)].data) + row * bytes_of(row_metas_[k]);
      body_copies.renew(asked);
      std::copy(next.begin(), next.end(), results.begin());
      for (std::size_t k = 0; k < rows_.size(); ++k) results[carried + k] = rows_[k].row(row);
      body.run(asked, results);
      now.swap(next);
    }
    for (std::size_t k = 0; k < carried; ++k)
      if (now[k] != variables[k])
        copy_bytes(variables[k], metas_[k].device, now[k], metas_[k].device,
                   static_cast<std::size_t>(bytes_of(metas_[k])));
    return t;
  }

 private:
  /// Runs the condition.
  class Asking {
   public:
    explicit Asking(const SteadyLoop& loop) {
      if (!loop.condition_) return;
      const SubgraphCode& code = *loop.a_.condition.code;
      step_.emplace(*loop.condition_);
      device_ = loop.inputs_[0].meta->device;
      results_.resize(code.fetch_count());
      if (device_.type != Device::Type::cpu) there_ = allocate_storage(1, device_);
      results_[0] = there_ ? static_cast<char*>(there_->data) : &here_;
      copies_.emplace(code, loop.condition_metas_.size() - static_cast<std::size_t>(loop.a_.written),
                      loop.condition_metas_);
    }
    bool holds(std::vector<char*>& inputs) {
      copies_->renew(inputs);
      step_->run(inputs, results_);
      if (there_) copy_bytes(&here_, Device(), there_->data, device_, 1);
      return here_ != 0;
    }

   private:
    std::optional<SubgraphFlight> step_;
    std::optional<PrivateState> copies_;
    std::vector<char*> results_;
    Device device_;
    Ref<Storage> there_;
    char here_ = 0;
  };

  /// The first value of a variable: that of the input, or zeros in place of an empty one.
  void begin(std::size_t k, char* to) const {
    const Operand& from = inputs_[at_.variable(k)];
    const auto bytes = static_cast<std::size_t>(bytes_of(metas_[k]));
    if (from.shape() == metas_[k].shape) {
      copy_bytes(to, metas_[k].device, from.data, metas_[k].device, bytes);
      return;
    }
    clear_bytes(to, metas_[k].device, bytes);
  }

  void record(std::int64_t row, const std::vector<char*>& variables, const std::vector<char*>& inputs) {
    for (std::size_t i = 0; i < a_.kept.size(); ++i) {
      const auto h = static_cast<std::size_t>(a_.kept[i]);
      if (h < a_.value_count())
        histories_[i].write(row, h < at_.carried ? variables[h] : inputs[inputs.size() - a_.value_count() + h]);
      else
        histories_[i].write(row, metas_[static_cast<std::size_t>(a_.changing[h - a_.value_count()])].shape.begin(),
                            Device());
    }
  }

  const LoopAttributes& a_;
  const LoopInputs at_;
  std::span<const Operand> inputs_;
  std::span<const TensorMeta> metas_;
  std::vector<Stack>& rows_;
  std::vector<Stack>& histories_;
  std::vector<TensorMeta> row_metas_;
  std::vector<const TensorMeta*> body_metas_, condition_metas_;
  std::shared_ptr<const SubgraphStep> condition_, body_;
};

void check_count(std::int64_t count, const LoopAttributes& a, std::span<const Operand> inputs) {
  if (count < 0)
    throw ArgumentError("while_loop", "the number of iterations is negative", std::to_string(count), "", modes.frame);
  const LoopInputs at(a);
  for (std::size_t k = 0; k < at.scanned; ++k)
    if (inputs[at.stack(k)].shape()[0] != count)
      throw ArgumentError("while_loop", "a stack does not have one row for each iteration",
                          inputs[at.stack(k)].shape().text() + ", " + std::to_string(count) + " iterations", "",
                          modes.frame);
}

/// The stack of values of one shape; UnsupportedError if there are several.
Tensor stack_of(const std::vector<Tensor>& rows, const TensorMeta& row, bool history) {
  TensorMeta meta = rows.empty() ? row : rows[0].meta();
  for (const Tensor& value : rows)
    if (value.shape() != meta.shape)
      throw UnsupportedError("while_loop",
                             history ? "the gradient of a loop needs all values of a variable that changes its shape"
                                     : "an iteration gives a row of another shape",
                             meta.shape.text() + " and " + value.shape().text(),
                             history ? "Keep its shape, with a mask for what is not there yet" : "", modes.frame);
  for (int axis = 0; axis < meta.shape.rank(); ++axis)
    if (!meta.shape.dim(axis).known()) meta.shape.set(axis, 0);
  Stack stack(meta, static_cast<std::int64_t>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Tensor value = contiguous_now(rows[i]);
    stack.write(static_cast<std::int64_t>(i), static_cast<const char*>(value.impl()->data()));
  }
  return stack.result(static_cast<std::int64_t>(rows.size()));
}

Tensor row_at(const Tensor& stack, std::int64_t i) {
  TensorMeta meta = row_of(stack.meta());
  meta.strides = contiguous_strides(meta.shape);
  return make_view(*stack.impl(), meta, stack.impl()->offset + i * meta.shape.size());
}

/// A loop whose shapes change, or depend on values: node by node.
std::vector<Tensor> run_changing_loop(const LoopAttributes& a, const std::vector<Tensor>& inputs,
                                      std::span<const TensorMeta> rows) {
  const LoopInputs at(a);
  const std::int64_t count = number_in({inputs[0].impl()->data(), &inputs[0].meta()});
  const auto first_rest = inputs.begin() + static_cast<std::ptrdiff_t>(at.rest(0));
  std::vector<Tensor> variables(inputs.begin() + 1, inputs.begin() + 1 + a.carried);
  std::vector<std::vector<Tensor>> given(rows.size()), histories(a.kept.size());
  std::int64_t t = 0;
  for (; t < count; ++t) {
    check_run_limits();
    if (!a.condition.outputs.empty()) {
      std::vector<Tensor> values = variables;
      values.insert(values.end(), first_rest, inputs.end());
      const std::size_t shared_from = values.size() - static_cast<std::size_t>(a.written);
      const Tensor holds = a.condition.code->replay(private_copies(*a.condition.code, shared_from, values))[0];
      if (!(number_in({holds.impl()->data(), &holds.meta()}) & 0xff)) break;
    }
    for (std::size_t i = 0; i < histories.size(); ++i) {
      const auto h = static_cast<std::size_t>(a.kept[i]);
      if (h < at.carried)
        histories[i].push_back(variables[h]);
      else if (h < a.value_count())
        histories[i].push_back(alias(inputs[inputs.size() - a.value_count() + h]));
      else
        histories[i].push_back(
            make_metadata_only(variables[static_cast<std::size_t>(a.changing[h - a.value_count()])].meta()));
    }
    std::vector<Tensor> values = variables;
    const std::int64_t row = a.reverse ? count - 1 - t : t;
    for (std::size_t k = 0; k < at.scanned; ++k) values.push_back(row_at(inputs[at.stack(k)], row));
    values.insert(values.end(), first_rest, inputs.end());
    const std::size_t shared_from = values.size() - static_cast<std::size_t>(a.written);
    std::vector<Tensor> results = a.body.code->replay(private_copies(*a.body.code, shared_from, values));
    for (std::size_t k = 0; k < given.size(); ++k) given[k].push_back(std::move(results[at.carried + k]));
    results.resize(at.carried);
    variables = std::move(results);
  }
  std::vector<Tensor> outputs = std::move(variables);
  const auto in_order = [&](std::vector<Tensor>& values) -> const std::vector<Tensor>& {
    if (a.reverse) std::reverse(values.begin(), values.end());
    return values;
  };
  for (std::size_t k = 0; k < given.size(); ++k) outputs.push_back(stack_of(in_order(given[k]), rows[k], false));
  Tensor times = make_tensor(Shape{}, int64, inputs[0].device());
  copy_bytes(times.impl()->data(), times.device(), &t, Device(), sizeof t);
  outputs.push_back(std::move(times));
  std::size_t kept = 0;
  for (std::size_t h = 0; h < a.history_count(); ++h) {
    const std::size_t k = h < a.value_count() ? h : static_cast<std::size_t>(a.changing[h - a.value_count()]);
    const Tensor& first = k < at.carried ? inputs[at.variable(k)] : inputs[inputs.size() - a.value_count() + k];
    if (!a.keeps(h)) {
      outputs.push_back(make_tensor(Shape{0}, h < a.value_count() ? first.dtype() : int64, first.device()));
      continue;
    }
    const std::vector<Tensor>& values = in_order(histories[kept++]);
    outputs.push_back(h >= a.value_count() ? stack_of_sizes(values, first.meta())
                      : a.sizes_of(h)      ? padded_stack(values, first.meta())
                                           : stack_of(values, first.meta(), true));
  }
  return outputs;
}

Metas& metas_of(std::span<const Operand> inputs, Metas& metas) {
  for (std::size_t i = 0; i < inputs.size(); ++i) metas[i] = inputs[i].meta;
  return metas;
}

void loop_run(const KernelCall& call) {
  const auto& a = call.attributes_as<LoopAttributes>();
  const LoopInputs at(a);
  check_count(number_in(call.inputs[0]), a, call.inputs);
  std::vector<TensorMeta> variables;
  std::vector<Stack> rows, histories;
  for (std::size_t k = 0; k < at.carried; ++k) variables.push_back(*call.outputs[k].meta);
  for (std::size_t k = at.carried; k < a.count_output(); ++k)
    rows.emplace_back(row_of(*call.outputs[k].meta), call.outputs[k]);
  for (const std::int64_t h : a.kept) {
    const Operand& place = call.outputs[a.count_output() + 1 + static_cast<std::size_t>(h)];
    histories.emplace_back(row_of(*place.meta), place);
  }
  SteadyLoop loop(a, call.inputs, variables, rows, histories);
  if (loop.prepare()) {
    std::vector<char*> places;
    for (std::size_t k = 0; k < at.carried; ++k) places.push_back(static_cast<char*>(call.outputs[k].data));
    const std::int64_t times = loop.run(places);
    const Operand& out = call.outputs[a.count_output()];
    copy_bytes(out.data, out.meta->device, &times, Device(), sizeof times);
    return;
  }
  std::vector<Tensor> inputs;
  for (const Operand& input : call.inputs) inputs.push_back(borrowed(input));
  std::vector<TensorMeta> row_metas;
  for (std::size_t k = at.carried; k < a.count_output(); ++k) row_metas.push_back(row_of(*call.outputs[k].meta));
  const std::vector<Tensor> results = run_changing_loop(a, inputs, row_metas);
  for (std::size_t i = 0; i < results.size(); ++i)
    if (results[i].numel() > 0) copy_to(results[i], call.outputs[i]);
  for (std::size_t i = inputs.size() - static_cast<std::size_t>(a.written); i < inputs.size(); ++i)
    copy_to(inputs[i], call.inputs[i]);
}

/// Where only the run tells how often it is, or what the shapes are.
std::vector<Tensor> loop_of_tensors(std::span<const Tensor> given, const void* attributes) {
  const auto& a = *static_cast<const LoopAttributes*>(attributes);
  const LoopInputs at(a);
  std::vector<Tensor> inputs(given.begin(), given.end());
  const std::vector<Operand> operands = operands_of(loop_op(a.written, {}), inputs);
  check_count(number_in(operands[0]), a, operands);
  Metas metas(operands.size());
  std::vector<TensorMeta> row_metas;
  const std::vector<TensorMeta> variables = variable_metas(a, metas_of(operands, metas).span(), &row_metas);
  const auto known = [](const TensorMeta& meta) { return meta.shape.known(); };
  if (std::all_of(variables.begin(), variables.end(), known) &&
      std::all_of(row_metas.begin(), row_metas.end(), known)) {
    const std::int64_t length = a.condition.outputs.empty() ? number_in(operands[0]) : -1;
    std::vector<Stack> rows, histories;
    for (const TensorMeta& row : row_metas) rows.emplace_back(row, length);
    for (const std::int64_t h : a.kept)
      histories.emplace_back(row_of_history(a, static_cast<std::size_t>(h), variables, metas.span()), length);
    SteadyLoop loop(a, operands, variables, rows, histories);
    if (loop.prepare()) {
      std::vector<Tensor> results;
      std::vector<char*> places;
      for (const TensorMeta& meta : variables) results.push_back(dense(meta));
      for (const Tensor& result : results) places.push_back(static_cast<char*>(result.impl()->data()));
      const std::int64_t times = loop.run(places);
      for (Stack& row : rows) results.push_back(row.result(times));
      results.push_back(make_tensor(Shape{}, int64, inputs[0].device()));
      copy_bytes(results.back().impl()->data(), results.back().device(), &times, Device(), sizeof times);
      std::size_t kept = 0;
      for (std::size_t h = 0; h < a.history_count(); ++h) {
        const TensorMeta like = row_of_history(a, h, variables, metas.span());
        results.push_back(a.keeps(h) ? histories[kept++].result(times)
                                     : make_tensor(Shape{0}, like.dtype, like.device));
      }
      return results;
    }
  }
  return run_changing_loop(a, inputs, row_metas);
}

// --- The ops ---------------------------------------------------------------------------------------------------------

template <int count>
bool writes_last(int i, int n) {
  return i >= n - count;
}

using Writes = bool (*)(int, int);
template <std::size_t... counts>
constexpr std::array<Writes, sizeof...(counts)> writes_of(std::index_sequence<counts...>) {
  return {writes_last<static_cast<int>(counts)>...};
}
constexpr auto writes = writes_of(std::make_index_sequence<most_written + 1>());

/// One op for each number of written inputs.
struct Family {
  std::array<std::unique_ptr<Op>, most_written + 1> ops;

  template <class Make>
  Family(const Kernel& kernel, const Make& make) {
    for (std::size_t i = 0; i < ops.size(); ++i) {
      ops[i].reset(make(i ? writes[i] : nullptr));
      for (auto& slot : ops[i]->kernels) slot.store(&kernel, std::memory_order_release);
    }
  }
};

const Kernel branch_kernel{.run = branch_run}, loop_kernel{.run = loop_run};

const Family& branches() {
  static const Family family(branch_kernel, [](Writes written) {
    return new Op{.name = "cond",
                  .inputs = 1,
                  .max_inputs = any_number,
                  .attributes = &attribute_type<BranchAttributes>,
                  .infer = branch_infer,
                  .gradient = branch_gradient,
                  .saves_inputs = every_one,
                  .can_fail = true,
                  .writes = written,
                  .decompose = branch_of_tensors};
  });
  return family;
}

const Family& loops() {
  static const Family family(loop_kernel, [](Writes written) {
    return new Op{.name = "while_loop",
                  .inputs = 1,
                  .max_inputs = any_number,
                  .attributes = &attribute_type<LoopAttributes>,
                  .infer = loop_infer,
                  .gradient = loop_gradient,
                  .saves_inputs = every_one,
                  .saves_outputs = every_one,
                  .can_fail = true,
                  .writes = written,
                  .decompose = loop_of_tensors};
  });
  return family;
}

const Op& member(const Family& family, std::int64_t written, Location where) {
  if (written > most_written)
    throw UnsupportedError(family.ops[0]->name, "branches or a body write more state than is supported",
                           std::to_string(written) + " variables, at most " + std::to_string(most_written), "", where);
  return *family.ops[static_cast<std::size_t>(written)];
}

}  // namespace

const Op& branch_op(std::int64_t written, Location where) { return member(branches(), written, where); }
const Op& loop_op(std::int64_t written, Location where) { return member(loops(), written, where); }
bool is_branch(const Op& op) { return op.decompose == branch_of_tensors; }
bool is_loop(const Op& op) { return op.decompose == loop_of_tensors; }

std::vector<std::pair<std::string, const Subgraph*>> subgraphs_of(const Node& node) {
  std::vector<std::pair<std::string, const Subgraph*>> result;
  if (is_branch(*node.op)) {
    const auto& branches = node.attributes_as<BranchAttributes>().branches;
    for (std::size_t i = 0; i < branches.size(); ++i) result.emplace_back("branch " + std::to_string(i), &branches[i]);
  } else if (is_loop(*node.op)) {
    const auto& loop = node.attributes_as<LoopAttributes>();
    if (!loop.condition.outputs.empty()) result.emplace_back("condition", &loop.condition);
    result.emplace_back("body", &loop.body);
  }
  return result;
}

std::vector<std::int64_t> changing_variables(const LoopAttributes& loop, std::span<const Tensor> inputs) {
  constexpr std::int64_t some_length = 64;  // in place of all that are not known
  std::vector<std::int64_t> open;
  for (std::int64_t k = 0; k < loop.carried; ++k)
    if (!loop.body.inputs[static_cast<std::size_t>(k)].shape().known()) open.push_back(k);
  if (open.empty()) return {};
  std::vector<TensorMeta> given;
  for (const Tensor& input : inputs) {
    given.push_back(input.meta());
    Shape& shape = given.back().shape;
    for (int axis = 0; axis < shape.rank(); ++axis)
      if (!shape.dim(axis).known()) shape.set(axis, some_length);
  }
  Metas metas(given.size());
  for (std::size_t i = 0; i < given.size(); ++i) metas[i] = &given[i];
  try {
    const std::vector<TensorMeta> variables = variable_metas(loop, metas.span(), nullptr);
    std::erase_if(open, [&](std::int64_t k) { return variables[static_cast<std::size_t>(k)].shape.known(); });
  } catch (const Error&) {
    // Such lengths do not fit each other: any may change.
  }
  return open;
}

std::vector<Tensor> apply_branch(const std::vector<Tensor>& inputs, const BranchAttributes& attributes,
                                 Location where) {
  std::vector<Tensor> outputs(attributes.branches[0].outputs.size());
  apply(branch_op(attributes.written, where), inputs, &attributes, outputs, where);
  return outputs;
}

std::vector<Tensor> apply_loop(const std::vector<Tensor>& inputs, const LoopAttributes& attributes, Location where) {
  std::vector<Tensor> outputs(attributes.output_count());
  apply(loop_op(attributes.written, where), inputs, &attributes, outputs, where);
  return outputs;
}

}  // namespace triptych
