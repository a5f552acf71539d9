#include "core/graph/step.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <map>
#include <set>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/check_numerics.h"
#include "core/dispatch/execute.h"
#include "core/dispatch/modes.h"
#include "core/dispatch/op_span.h"
#include "core/graph/compile.h"
#include "core/graph/control_flow.h"
#include "core/graph/cost.h"
#include "core/graph/expression.h"
#include "core/graph/iterator.h"
#include "core/graph/run_limits.h"
#include "core/graph/subgraph_code.h"
#include "core/memory/allocator.h"
#include "core/support/inline_vector.h"
#include "core/tensor/transaction.h"
#include "triptych/core/memory.h"

namespace triptych {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

bool same_strides(const TensorMeta& a, const TensorMeta& b) {
  for (int i = 0; i < a.shape.rank(); ++i)
    if (a.strides[static_cast<std::size_t>(i)] != b.strides[static_cast<std::size_t>(i)]) return false;
  return true;
}

}  // namespace

Step::Borrowed::Borrowed(Step& step) : step_(step) {
  {
    std::lock_guard lock(step.pool_mutex_);
    if (!step.pool_.empty()) {
      workspace_ = std::move(step.pool_.back());
      step.pool_.pop_back();
    }
  }
  if (workspace_) return;
  workspace_ = step.make_workspace();
  std::lock_guard lock(step.pool_mutex_);
  step.pool_.reserve(++step.workspaces_);  // so that giving back cannot fail
}

Step::Borrowed::~Borrowed() {
  std::lock_guard lock(step_.pool_mutex_);
  step_.pool_.push_back(std::move(workspace_));
}

Step::Step(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed, std::span<const Tensor> values,
           const VariableStore& variables, const SessionOptions& options, const std::vector<bool>& owned)
    : numerics_(options.numerics) {
  const Program program = compile_program(graph, fetches, fed, values, variables, options, report_);
  for (const Tensor& value : values) feeds_.push_back(fed_meta(value));
  const bool side_by_side = options.inter_op_parallelism_threads > 1;
  plan_ = make_plan(program, options.memory_planning && !side_by_side, owned);
  for (const PlannedState& state : plan_.states) {
    const Tensor& tensor = state_tensor(*state.node, variables);
    states_.push_back({tensor, tensor.meta(), state.written, state.saved || (side_by_side && state.written)});
  }
  prepare(options);
  if (side_by_side) make_schedule(options.inter_op_parallelism_threads);
  report_.compiled = true;
  report_.kernel_calls = static_cast<int>(plan_.calls.size());
  report_.data_dependent_calls = static_cast<int>(
      std::count_if(plan_.calls.begin(), plan_.calls.end(), [](const auto& call) { return call.dynamic; }));
  report_.views = plan_.views;
  report_.copies = plan_.copies;
  for (const PlannedArena& arena : plan_.arenas) report_.arena_bytes += arena.bytes;
  report_.unplanned_bytes = plan_.unplanned_bytes;
  find_captured_device();
  find_direct_results();
}

Step::~Step() = default;

StepReport Step::report() const {
  std::lock_guard lock(pool_mutex_);
  return report_;
}

/// A step whose calls are all on one GPU is captured.
void Step::find_captured_device() {
  if (calls_.empty()) return;
  const Device device = calls_[0].device;
  if (std::any_of(calls_.begin(), calls_.end(), [&](const Call& call) { return call.device != device; })) {
    report_.capture_reason = "it runs on several devices";
  } else if (device.type == Device::Type::cpu) {
    report_.capture_reason = "it runs on the CPU";
  } else if (std::any_of(calls_.begin(), calls_.end(), [](const Call& call) { return asks_host(*call.op); })) {
    report_.capture_reason =
        "the host reads the condition of a branch or loop, the index of an array, or what is checked or printed";
  } else if (report_.data_dependent_calls > 0) {
    report_.capture_reason = "the shapes of some results depend on data";
  } else {
    report_.capture_reason = backend_of(device).no_capture();
    if (report_.capture_reason.empty()) {
      captured_on_ = device;
      report_.capture_reason = "it has run less than twice";
    }
  }
}

std::uint32_t Step::base_of(const PlannedBuffer& buffer) const {
  std::size_t base = static_cast<std::size_t>(buffer.index);
  if (buffer.kind != PlannedBuffer::Kind::feed) base += feeds_.size();
  if (buffer.kind == PlannedBuffer::Kind::slot) base += plan_.states.size();
  return static_cast<std::uint32_t>(base);
}

void Step::prepare(const SessionOptions& options) {
  for (const PlannedBuffer& buffer : plan_.buffers)
    if (buffer.kind == PlannedBuffer::Kind::slot) slots_.push_back({buffer.device, buffer.bytes});
  for (const PlannedCall& call : plan_.calls) {
    const auto first = static_cast<std::uint32_t>(metas_.size());
    InlineVector<const TensorMeta*, 4> in(call.inputs.size());
    InlineVector<TensorMeta, 2> out(call.outputs.size());
    for (std::size_t i = 0; i < call.inputs.size(); ++i) in[i] = &call.inputs[i].meta;
    for (std::size_t i = 0; i < call.outputs.size(); ++i) out[i] = call.outputs[i].meta;
    const Location where = call.origin ? call.origin->where : Location();
    if (!call.dynamic)
      prepared_.push_back(
          prepared_for(*call.kernel, {*call.op, in.span(), out.span(), call.attributes, options.numerics}));
    calls_.push_back({call.op, call.dynamic ? nullptr : call.kernel->run, call.attributes,
                      call.dynamic ? nullptr : prepared_.back().get(), first,
                      static_cast<std::uint32_t>(call.inputs.size()), static_cast<std::uint32_t>(call.outputs.size()),
                      call.device, where, call.dynamic ? &call : nullptr});
    for (const auto* list : {&call.inputs, &call.outputs})
      for (const PlannedValue& value : *list) add_operand(value);
  }
}

void Step::add_operand(const PlannedValue& value) {
  const auto operand = static_cast<std::uint32_t>(metas_.size());
  metas_.push_back(value.meta);
  if (value.buffer < 0) return;
  const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(value.buffer)];
  if (buffer.kind == PlannedBuffer::Kind::arena || buffer.kind == PlannedBuffer::Kind::constant) return;
  patches_.push_back({operand, base_of(buffer), value.offset * static_cast<std::int64_t>(size_of(value.meta.dtype))});
}

/// Operands with the addresses that never change.
std::unique_ptr<Step::Workspace> Step::make_workspace() const {
  auto workspace = std::make_unique<Workspace>();
  for (const PlannedArena& arena : plan_.arenas)
    workspace->arenas.push_back(allocate_storage(static_cast<std::size_t>(arena.bytes), arena.device));
  workspace->bases.resize(feeds_.size() + states_.size() + slots_.size());
  workspace->slots.resize(slots_.size());
  workspace->dynamic.resize(static_cast<std::size_t>(plan_.dynamic_values));
  workspace->operands.reserve(metas_.size());
  for (const PlannedCall& call : plan_.calls)
    for (const auto* list : {&call.inputs, &call.outputs})
      for (const PlannedValue& value : *list) {
        Operand operand{nullptr, &metas_[workspace->operands.size()]};
        if (value.buffer >= 0) {
          const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(value.buffer)];
          const std::int64_t bytes = value.offset * static_cast<std::int64_t>(size_of(value.meta.dtype));
          if (buffer.kind == PlannedBuffer::Kind::arena)
            operand.data = static_cast<char*>(workspace->arenas[static_cast<std::size_t>(buffer.index)]->data) +
                           buffer.offset + bytes;
          else if (buffer.kind == PlannedBuffer::Kind::constant)
            operand.data =
                static_cast<char*>(plan_.constants[static_cast<std::size_t>(buffer.index)].impl()->data()) + bytes;
        }
        workspace->operands.push_back(operand);
      }
  return workspace;
}

bool Step::fits(std::span<const Tensor> values) const {
  for (std::size_t i = 0; i < feeds_.size(); ++i)
    if (values[i].shape() != feeds_[i].shape) return false;
  return true;
}

bool Step::stale() const {
  if (check_numerics_enabled.load(std::memory_order_relaxed) &&
      std::any_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.op == &fused_elementwise_op; }))
    return true;  // which op made the NaN?
  for (const State& state : states_)
    if (!state.written && !same_strides(state.tensor.meta(), state.meta)) return true;
  return false;
}

void Step::bind(Workspace& workspace, std::span<const Tensor> values) {
  std::size_t base = 0;
  for (const Tensor& value : values) workspace.bases[base++] = static_cast<char*>(value.impl()->data());
  for (const State& state : states_) workspace.bases[base++] = static_cast<char*>(state.tensor.impl()->data());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    workspace.slots[i] = allocate_storage(static_cast<std::size_t>(slots_[i].bytes), slots_[i].device);
    workspace.bases[base++] = static_cast<char*>(workspace.slots[i]->data);
  }
  for (const Patch& patch : patches_)
    workspace.operands[patch.operand].data = workspace.bases[patch.base] + patch.offset;
}

/// As the eager engine runs it; what has a place in the plan is put there.
void Step::run_dynamic(const Call& call, Workspace& workspace, std::span<const Tensor> values) {
  const PlannedCall& planned = *call.dynamic;
  InlineVector<Tensor, 4> inputs(call.inputs);
  InlineVector<const Tensor*, 4> operands(call.inputs);
  InlineVector<Tensor, 2> outputs(call.outputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const PlannedValue& input = planned.inputs[i];
    operands[i] = &inputs[i];
    if (call.op->writes && call.op->writes(static_cast<int>(i), static_cast<int>(call.inputs)))
      operands[i] =
          &states_[static_cast<std::size_t>(plan_.buffers[static_cast<std::size_t>(input.buffer)].index)].tensor;
    else
      inputs[i] = tensor_of(input, workspace, values);
  }
  run_now(*call.op, operands.span(), call.attributes, outputs.span(), call.where);

  // A view of planned memory would see what is put there later.
  const auto is_planned = [&](const Tensor& output) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (planned.inputs[i].dynamic < 0 && operands[i]->impl()->storage.get() == output.impl()->storage.get())
        return true;
    return false;
  };
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const PlannedValue& place = planned.outputs[i];
    Tensor& output = outputs[i];
    if (place.dynamic < 0) {
      copy_strided(output.impl()->data(), output.meta(), workspace.operands[call.first + call.inputs + i].data,
                   place.meta);
    } else if (is_planned(output)) {
      Tensor& copy = workspace.dynamic[static_cast<std::size_t>(place.dynamic)];
      copy = make_tensor(output.shape(), output.dtype(), output.device());
      copy_strided(output.impl()->data(), output.meta(), copy.impl()->data(), copy.meta());
    } else {
      workspace.dynamic[static_cast<std::size_t>(place.dynamic)] = std::move(output);
    }
  }
  for (const int value : planned.last) workspace.dynamic[static_cast<std::size_t>(value)] = {};
}

NodeTiming Step::timing_of(std::size_t call, const Workspace& workspace) const {
  const Call& made = calls_[call];
  const Node* origin = plan_.calls[call].origin;
  NodeTiming timing{.name = origin ? describe(*origin) : "", .op = made.op->name};
  for (std::uint32_t i = 0; i < made.outputs; ++i) {
    const PlannedValue& output = plan_.calls[call].outputs[i];
    note_output(timing,
                output.dynamic < 0 ? output.meta : workspace.dynamic[static_cast<std::size_t>(output.dynamic)].meta());
  }
  if (!made.dynamic) {
    InlineVector<const TensorMeta*, 4> in(made.inputs);
    InlineVector<const TensorMeta*, 2> out(made.outputs);
    for (std::uint32_t i = 0; i < made.inputs; ++i) in[i] = &metas_[made.first + i];
    for (std::uint32_t i = 0; i < made.outputs; ++i) out[i] = &metas_[made.first + made.inputs + i];
    const Cost cost = cost_of(*made.op, in.span(), out.span(), made.attributes);
    timing.flops = cost.flops;
    timing.bytes = cost.bytes;
  }
  return timing;
}

void Step::run_here(const Call& call, const Workspace& workspace, const RunContext& context) const {
  const Operand* operands = workspace.operands.data() + call.first;
  OpSpan span(*call.op, call.where);
  {
    const KernelLaunch launch;
    call.run({*call.op,
              {operands, call.inputs},
              {operands + call.inputs, call.outputs},
              call.attributes,
              call.prepared,
              context});
  }
  if (!span.recorded()) [[likely]]
    return;
  if (call.device.type != Device::Type::cpu) synchronize(call.device);
  if (const Node* origin = plan_.calls[static_cast<std::size_t>(&call - calls_.data())].origin)
    span.note(describe(*origin));
  const auto meta = [operands](std::size_t i) -> const TensorMeta& { return *operands[i].meta; };
  span.tell(*call.op, call.attributes, call.inputs, meta, call.outputs,
            [&](std::size_t i) -> const TensorMeta& { return meta(call.inputs + i); });
}

/// A call waits for those before it that write what it reads, or read or write what it writes; checks and prints wait
/// for each other.
void Step::make_schedule(int threads) {
  const bool possible = std::all_of(calls_.begin(), calls_.end(), [](const Call& call) {
    return !call.dynamic && call.device.type == Device::Type::cpu;
  });
  if (!possible || calls_.size() < 2) return;
  constexpr int nobody = -1;
  struct Users {
    int writer = nobody;
    std::vector<int> readers;
  };
  std::vector<Users> users(plan_.buffers.size());
  int last_effect = nobody;
  successors_.resize(calls_.size());
  predecessors_.resize(calls_.size());
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const PlannedCall& call = plan_.calls[i];
    std::vector<int> before;
    const auto touch = [&](const PlannedValue& value, bool writes) {
      if (value.buffer < 0) return;
      Users& buffer = users[static_cast<std::size_t>(value.buffer)];
      if (buffer.writer != nobody) before.push_back(buffer.writer);
      if (writes) {
        before.insert(before.end(), buffer.readers.begin(), buffer.readers.end());
        buffer = {static_cast<int>(i), {}};
      } else {
        buffer.readers.push_back(static_cast<int>(i));
      }
    };
    const auto written = [&](std::size_t k) {
      return call.op->writes && call.op->writes(static_cast<int>(k), static_cast<int>(call.inputs.size()));
    };
    for (std::size_t k = 0; k < call.inputs.size(); ++k)
      if (!written(k)) touch(call.inputs[k], false);
    for (std::size_t k = 0; k < call.inputs.size(); ++k)
      if (written(k)) touch(call.inputs[k], true);
    for (const PlannedValue& output : call.outputs) touch(output, true);
    if (call.op->stateful && call.outputs.empty())
      if (const int earlier = std::exchange(last_effect, static_cast<int>(i)); earlier != nobody)
        before.push_back(earlier);
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    std::erase(before, static_cast<int>(i));
    predecessors_[i] = static_cast<int>(before.size());
    for (const int earlier : before) successors_[static_cast<std::size_t>(earlier)].push_back(static_cast<int>(i));
  }
  threads_ = threads;
}

void Step::execute_side_by_side(Workspace& workspace, RunMetadata* metadata) {
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    std::set<int> ready;
    std::vector<int> waits_for;
    std::size_t left;
    std::map<int, std::exception_ptr> errors;
  } work;
  work.waits_for = predecessors_;
  work.left = calls_.size();
  for (std::size_t i = 0; i < calls_.size(); ++i)
    if (predecessors_[i] == 0) work.ready.insert(static_cast<int>(i));
  const Modes caller = modes;
  const RunLimits* limits = run_limits;
  const SessionOptions* options = running_options;
  IteratorStates* iterators = running_iterators;
  const auto began = Clock::now();

  const auto run = [&](int number) {
    const Call& call = calls_[static_cast<std::size_t>(number)];
    check_run_limits();
    const auto start = metadata ? Clock::now() : Clock::time_point();
    modes.frame = call.where;
    run_here(call, workspace, {.numerics = numerics_});
    if (check_numerics_enabled.load(std::memory_order_relaxed)) [[unlikely]]
      check_numerics(*call.op, {workspace.operands.data() + call.first + call.inputs, call.outputs}, call.where);
    if (!metadata) return;
    NodeTiming timing = timing_of(static_cast<std::size_t>(number), workspace);
    timing.microseconds = microseconds_since(start);
    timing.start = std::chrono::duration<double, std::micro>(start - began).count();
    const std::lock_guard lock(work.mutex);
    metadata->nodes.push_back(std::move(timing));
  };
  parallel_for(threads_, [&](std::int64_t) {
    struct Outside {
      Modes thread = modes;
      const RunLimits* limits = run_limits;
      const SessionOptions* options = running_options;
      IteratorStates* iterators = running_iterators;
      ~Outside() {
        modes = thread;
        run_limits = limits;
        running_options = options;
        running_iterators = iterators;
      }
    } const outside;
    modes = caller;
    modes.single_threaded = true;  // as parallel_for has set it: a kernel does not start another team
    run_limits = limits;
    running_options = options;
    running_iterators = iterators;
    std::unique_lock lock(work.mutex);
    for (;;) {
      work.changed.wait(lock, [&] { return !work.ready.empty() || work.left == 0 || !work.errors.empty(); });
      if (work.left == 0 || !work.errors.empty()) return;
      const int number = *work.ready.begin();
      work.ready.erase(work.ready.begin());
      lock.unlock();
      std::exception_ptr error;
      try {
        run(number);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error) work.errors.emplace(number, error);
      --work.left;
      for (const int next : successors_[static_cast<std::size_t>(number)])
        if (--work.waits_for[static_cast<std::size_t>(next)] == 0) work.ready.insert(next);
      work.changed.notify_all();
    }
  });
  if (!work.errors.empty()) std::rethrow_exception(work.errors.begin()->second);
}

void Step::execute(Workspace& workspace, std::span<const Tensor> values, RunMetadata* metadata) {
  if (threads_ > 1) return execute_side_by_side(workspace, metadata);
  RunContext context{.numerics = numerics_};
  const Backend* backend = nullptr;
  Modes& thread = modes;
  struct Restore {
    Modes& thread;
    Location frame;
    ~Restore() { thread.frame = frame; }
  } restore{thread, thread.frame};
  const auto began = metadata ? Clock::now() : Clock::time_point();
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Call& call = calls_[i];
    check_run_limits();
    const auto start = metadata ? Clock::now() : Clock::time_point();
    thread.frame = call.where;  // a kernel that fails names the line that made the node
    if (call.device != context.device) {
      context.device = call.device;
      backend = call.device.type == Device::Type::cpu ? nullptr : &backend_of(call.device);
      context.stream = backend ? backend->enter(call.device.index) : nullptr;
    }
    if (call.dynamic) [[unlikely]] {
      run_dynamic(call, workspace, values);
    } else {
      run_here(call, workspace, context);
      if (backend) backend->after_kernel(call.op->name, call.device.index, call.where);
    }
    if (check_numerics_enabled.load(std::memory_order_relaxed)) [[unlikely]]
      check_numerics(*call.op, {workspace.operands.data() + call.first + call.inputs, call.outputs}, call.where);
    if (metadata) {
      const double microseconds = microseconds_since(start);
      NodeTiming timing = timing_of(i, workspace);
      timing.microseconds = microseconds;
      timing.start = std::chrono::duration<double, std::micro>(start - began).count();
      metadata->nodes.push_back(std::move(timing));
    }
  }
}

/// Feeds and results have addresses of their own, which the graph can keep.
void Step::bind_for_capture(Workspace& workspace, std::span<const Tensor> values) {
  if (!workspace.has_addresses) {
    std::vector<Ref<Storage>> feeds, slots;
    for (const TensorMeta& feed : feeds_)
      feeds.push_back(allocate_storage(static_cast<std::size_t>(feed.size()) * size_of(feed.dtype), *captured_on_));
    for (const PlannedArena& slot : slots_)
      slots.push_back(allocate_storage(static_cast<std::size_t>(slot.bytes), slot.device));
    workspace.feeds = std::move(feeds);
    workspace.slots = std::move(slots);
    workspace.has_addresses = true;
  }
  std::size_t base = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    copy_bytes(workspace.feeds[i]->data, *captured_on_, values[i].impl()->data(), values[i].device(),
               workspace.feeds[i]->bytes);
    workspace.bases[base++] = static_cast<char*>(workspace.feeds[i]->data);
  }
  for (const State& state : states_) workspace.bases[base++] = static_cast<char*>(state.tensor.impl()->data());
  for (const Ref<Storage>& slot : workspace.slots) workspace.bases[base++] = static_cast<char*>(slot->data);
  for (const Patch& patch : patches_)
    workspace.operands[patch.operand].data = workspace.bases[patch.base] + patch.offset;
}

/// The first run is an ordinary one, in which libraries make what they need; the second is captured.
void Step::execute_captured(Workspace& workspace) {
  constexpr int most_captures = 8;  // state that moves in every run would make each a new one
  if (workspace.runs++ == 0 || workspace.captures == most_captures) return execute(workspace, {}, nullptr);
  const auto first_state = workspace.bases.begin() + static_cast<std::ptrdiff_t>(feeds_.size());
  std::vector<char*> states(first_state, first_state + static_cast<std::ptrdiff_t>(states_.size()));
  if (!workspace.captured || states != workspace.captured_states) {
    if (kernel_timing_enabled()) return execute(workspace, {}, nullptr);  // which waits, as a capture cannot
    workspace.captured.reset();
    std::string reason = ++workspace.captures == most_captures ? "its variables move from run to run" : "";
    if (reason.empty()) {
      try {
        workspace.captured =
            backend_of(*captured_on_).capture(captured_on_->index, [&] { execute(workspace, {}, nullptr); });
        workspace.captured_states = std::move(states);
      } catch (const Error& error) {
        reason = error.what();
        workspace.captures = most_captures;
      }
    }
    std::lock_guard lock(pool_mutex_);
    report_.captured = reason.empty();
    report_.capture_reason = reason;
  }
  if (!workspace.captured) return execute(workspace, {}, nullptr);
  const KernelLaunch launch;
  workspace.captured->replay();
  backend_of(*captured_on_).after_kernel("session", captured_on_->index, {});
}

Tensor Step::tensor_of(const PlannedValue& value, const Workspace& workspace, std::span<const Tensor> values) const {
  using Kind = PlannedBuffer::Kind;
  if (value.dynamic >= 0) return alias(workspace.dynamic[static_cast<std::size_t>(value.dynamic)]);
  if (value.buffer < 0) return make_metadata_only(value.meta);
  const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(value.buffer)];
  const auto index = static_cast<std::size_t>(buffer.index);
  if (buffer.kind == Kind::slot || buffer.kind == Kind::arena) {
    auto* impl = new TensorImpl;
    impl->meta = value.meta;
    impl->offset = value.offset;
    impl->storage = buffer.kind == Kind::arena ? workspace.arenas[index] : workspace.slots[index];
    if (buffer.kind == Kind::arena)
      impl->offset += buffer.offset / static_cast<std::int64_t>(size_of(value.meta.dtype));
    return adopt(impl);
  }
  const Tensor& base = buffer.kind == Kind::feed    ? values[index]
                       : buffer.kind == Kind::state ? states_[index].tensor
                                                    : plan_.constants[index];
  return make_view(*base.impl(), value.meta, base.impl()->offset + value.offset);
}

/// A fetched value has memory of its own where the plan's is written again: by the next replay of a captured graph, or
/// by who has a pointer to the state.
bool Step::is_copied(const PlannedValue& fetch) const {
  using Kind = PlannedBuffer::Kind;
  if (fetch.dynamic >= 0 || fetch.buffer < 0) return false;
  const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(fetch.buffer)];
  return (buffer.kind == Kind::slot && captured_on_) ||
         (buffer.kind == Kind::state &&
          !states_[static_cast<std::size_t>(buffer.index)].tensor.impl()->storage->shareable);
}

Tensor Step::result_of(const PlannedValue& fetch, const Workspace& workspace, std::span<const Tensor> values) const {
  if (!is_copied(fetch)) return tensor_of(fetch, workspace, values);
  const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(fetch.buffer)];
  if (buffer.kind == PlannedBuffer::Kind::state)
    return make_tensor(fetch.meta.shape, fetch.meta.dtype, fetch.meta.device);
  const Storage& slot = *workspace.slots[static_cast<std::size_t>(buffer.index)];
  Tensor result = make_metadata_only(fetch.meta);
  result.impl()->storage = allocate_storage(slot.bytes, slot.device);
  result.impl()->offset = fetch.offset;
  result.impl()->flags = 0;
  return result;
}

void Step::fill_result(const PlannedValue& fetch, const Workspace& workspace, const Tensor& result) const {
  if (!is_copied(fetch)) return;
  const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(fetch.buffer)];
  const auto index = static_cast<std::size_t>(buffer.index);
  if (buffer.kind == PlannedBuffer::Kind::state) {
    const TensorImpl& state = *states_[index].tensor.impl();
    const std::int64_t bytes = fetch.offset * static_cast<std::int64_t>(size_of(fetch.meta.dtype));
    copy_strided(static_cast<const char*>(state.data()) + bytes, fetch.meta, result.impl()->data(), result.meta());
  } else {
    const Storage &from = *workspace.slots[index], &to = *result.impl()->storage;
    copy_bytes(to.data, to.device, from.data, from.device, from.bytes);
  }
}

void Step::find_direct_results() {
  std::vector<bool> taken(slots_.size());
  for (const PlannedValue& fetch : plan_.fetches) {
    direct_.push_back(-1);
    if (fetch.buffer < 0 || fetch.offset != 0 || !fetch.meta.is_contiguous()) continue;
    const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(fetch.buffer)];
    const auto slot = static_cast<std::size_t>(buffer.index);
    const std::int64_t bytes = fetch.meta.shape.size() * static_cast<std::int64_t>(size_of(fetch.meta.dtype));
    if (buffer.kind != PlannedBuffer::Kind::slot || taken[slot] || buffer.bytes != bytes) continue;
    taken[slot] = true;
    direct_.back() = buffer.index;
  }
}

int Step::gives_feed(std::size_t i) const {
  const PlannedValue& fetch = plan_.fetches[i];
  if (fetch.buffer < 0 || fetch.offset != 0 || !fetch.meta.is_contiguous()) return -1;
  const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(fetch.buffer)];
  if (buffer.kind != PlannedBuffer::Kind::feed) return -1;
  const TensorMeta& feed = feeds_[static_cast<std::size_t>(buffer.index)];
  return feed.shape == fetch.meta.shape && feed.dtype == fetch.meta.dtype ? buffer.index : -1;
}

std::vector<const Node*> Step::state_nodes() const {
  std::vector<const Node*> nodes;
  for (const PlannedState& state : plan_.states) nodes.push_back(state.node);
  return nodes;
}

Step::Flight::Flight(Step& step) : step_(step), borrowed_(step) {}

void Step::Flight::run(std::span<char* const> feeds, std::span<char* const> states, std::span<char* const> results) {
  Workspace& workspace = *borrowed_;
  char** base = workspace.bases.data();
  base = std::copy(feeds.begin(), feeds.end(), base);
  base = std::copy(states.begin(), states.end(), base);
  for (std::size_t i = 0; i < step_.slots_.size(); ++i) base[i] = nullptr;
  for (std::size_t i = 0; i < results.size(); ++i)
    if (step_.direct_[i] >= 0) base[step_.direct_[i]] = results[i];
  for (std::size_t i = 0; i < step_.slots_.size(); ++i) {
    if (base[i]) continue;  // else nobody wants it where it is made
    Ref<Storage>& slot = workspace.slots[i];
    if (!slot) slot = allocate_storage(static_cast<std::size_t>(step_.slots_[i].bytes), step_.slots_[i].device);
    base[i] = static_cast<char*>(slot->data);
  }
  for (const Patch& patch : step_.patches_)
    workspace.operands[patch.operand].data = workspace.bases[patch.base] + patch.offset;
  step_.execute(workspace, {}, nullptr);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const PlannedValue& fetch = step_.plan_.fetches[i];
    if (step_.direct_[i] >= 0 || fetch.buffer < 0 || !results[i]) continue;
    const PlannedBuffer& buffer = step_.plan_.buffers[static_cast<std::size_t>(fetch.buffer)];
    const char* from =
        buffer.kind == PlannedBuffer::Kind::constant
            ? static_cast<const char*>(step_.plan_.constants[static_cast<std::size_t>(buffer.index)].impl()->data())
            : workspace.bases[step_.base_of(buffer)];
    from += fetch.offset * static_cast<std::int64_t>(size_of(fetch.meta.dtype));
    if (from == results[i]) continue;  // where it was
    TensorMeta dense = fetch.meta;
    dense.strides = contiguous_strides(dense.shape);
    copy_strided(from, fetch.meta, results[i], dense);
  }
}

std::optional<std::vector<Tensor>> Step::run(std::span<const Tensor> values, RunMetadata* metadata) {
  if (stale()) return std::nullopt;
  InlineVector<Tensor, 6> dense(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) dense[i] = laid_out_now(values[i], feeds_[i].strides);
  Transaction whole;  // no state has changed if the run fails
  whole.keep_for_good();
  for (const State& state : states_) {
    if (!state.written) continue;
    TensorImpl& impl = *state.tensor.impl();
    check_no_living_base(impl, "session", modes.run);
    if (state.saved || metadata || run_limits) Transaction::will_write(impl);  // metadata needs memory in between
    make_storage_unique(impl);
    make_contiguous(impl);
    impl.storage->generation.fetch_add(1, std::memory_order_relaxed);
  }
  const Borrowed borrowed(*this);
  Workspace& workspace = *borrowed;
  // Results are made before anything is written, unless shapes depend on data: then all state is kept to the end.
  std::vector<Tensor> results(plan_.fetches.size());
  const auto make_results = [&](bool late) {
    if (late != (report_.data_dependent_calls > 0)) return;
    for (std::size_t i = 0; i < results.size(); ++i)
      if (const PlannedValue& fetch = plan_.fetches[i]; fetch.buffer >= 0 || fetch.dynamic >= 0)
        results[i] = result_of(fetch, workspace, dense.span());
  };
  if (captured_on_) {
    bind_for_capture(workspace, dense.span());
    make_results(false);
    const bool by_call = metadata || check_numerics_enabled.load(std::memory_order_relaxed) ||
                         recording_spans.load(std::memory_order_relaxed);
    by_call ? execute(workspace, {}, metadata) : execute_captured(workspace);
  } else {
    bind(workspace, dense.span());
    make_results(false);
    execute(workspace, dense.span(), metadata);
  }
  make_results(true);
  for (std::size_t i = 0; i < results.size(); ++i) fill_result(plan_.fetches[i], workspace, results[i]);
  if (!captured_on_)
    for (Ref<Storage>& slot : workspace.slots) slot = {};
  for (Tensor& value : workspace.dynamic) value = {};
  if (metadata) {
    metadata->compiled = true;
    metadata->arena_bytes = report_.arena_bytes;
  }
  return results;
}

}  // namespace triptych
