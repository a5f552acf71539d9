#include "core/graph/iterator.h"

#include <algorithm>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/support/fork.h"
#include "core/tensor/transaction.h"
#include "triptych/core/run_errors.h"

namespace triptych {

ElementStream::~ElementStream() = default;

constinit thread_local IteratorStates* running_iterators = nullptr;
thread_local Passes computed_passes;

namespace {

std::string described(DType dtype, const Shape& shape) { return std::string(dtype_name(dtype)) + " " + shape.text(); }

void check_size(std::size_t size, std::size_t expected, const char* op, Location where) {
  if (size != expected)
    throw ArgumentError(op, "an element has another number of tensors than its data set says",
                        std::to_string(size) + ", not " + std::to_string(expected), "", where);
}

void check_tensor(const Tensor& value, std::size_t number, DType dtype, const Shape& shape, const char* op,
                  Location where) {
  if (value.defined() && value.is_symbolic())
    throw ArgumentError(op, "an element is a tensor of a graph, which has no values",
                        "tensor " + std::to_string(number) + " is '" + describe(*value.impl()->node) + "'",
                        "A data set's functions compute with their arguments and concrete tensors", where);
  if (!value.defined() || value.dtype() != dtype || !value.shape().compatible(shape))
    throw ArgumentError(op, "an element is not as its data set says",
                        "tensor " + std::to_string(number) + " is " +
                            (value.defined() ? described(value.dtype(), value.shape()) : std::string("undefined")) +
                            ", not " + described(dtype, shape),
                        "", where);
}

/// What iterators of one kind share need not be as narrow as what this node says.
void check_element(const Node& node, const std::vector<Tensor>& element, Location where) {
  check_size(element.size(), node.output_count, "get_next", where);
  for (std::size_t i = 0; i < element.size(); ++i) {
    const TensorMeta& meta = node.outputs()[i].meta();
    check_tensor(element[i], i, meta.dtype, meta.shape, "get_next", where);
  }
}

void start_run(const KernelCall& call) {
  const auto& a = call.attributes_as<IteratorStartAttributes>();
  std::map<std::int64_t, Tensor> values;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    const Operand& operand = call.inputs[i];
    Tensor value = make_tensor(operand.shape(), operand.dtype());
    TensorMeta dense = *operand.meta;
    dense.strides = contiguous_strides(dense.shape);
    copy_bytes(value.impl()->data(), Device(), operand.data, operand.meta->device,
               static_cast<std::size_t>(operand.size()) * size_of(operand.dtype()));
    values.emplace(a.slots[i], std::move(value));
  }
  running_iterators->start(*a.resource, a.start, values);
}

const Kernel start_kernel{.run = start_run};

}  // namespace

void check_element(const std::vector<Tensor>& element, const std::vector<DType>& types,
                   const std::vector<Shape>& shapes, const char* op, Location where) {
  check_size(element.size(), types.size(), op, where);
  for (std::size_t i = 0; i < element.size(); ++i) check_tensor(element[i], i, types[i], shapes[i], op, where);
}

extern const Op iterator_next_op{.name = "IteratorGetNext",
                                 .inputs = 0,
                                 .max_inputs = 1,
                                 .attributes = &attribute_type<IteratorAttributes>,
                                 .stateful = true};
extern const Op iterator_start_op{.name = "MakeIterator",
                                  .inputs = 0,
                                  .max_inputs = any_number,
                                  .attributes = &attribute_type<IteratorStartAttributes>,
                                  .infer = [](Infer&) {},
                                  .gradient_stops = true,
                                  .stateful = true,
                                  .can_fail = true};

namespace {

struct Numbers {
  std::mutex& mutex = process_mutex();
  std::int64_t next = 0;
  std::map<std::int64_t, std::weak_ptr<const IteratorResource>> resources;
};
Numbers& numbers() {
  static Numbers instance;
  return instance;
}

}  // namespace

std::int64_t number_of(const std::shared_ptr<IteratorResource>& resource) {
  Numbers& all = numbers();
  const std::lock_guard lock(all.mutex);
  if (resource->number < 0) {
    std::erase_if(all.resources, [](const auto& entry) { return entry.second.expired(); });
    all.resources.emplace(all.next, resource);
    resource->number = all.next++;
  }
  return resource->number;
}

std::shared_ptr<const IteratorResource> numbered(std::int64_t number) {
  Numbers& all = numbers();
  const std::lock_guard lock(all.mutex);
  const auto found = all.resources.find(number);
  return found == all.resources.end() ? nullptr : found->second.lock();
}

std::shared_ptr<IteratorStates::State> IteratorStates::state_of(const IteratorResource& resource) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<State>& state = states_[&resource];
  if (!state) state = std::make_shared<State>();
  return state;
}

Passes IteratorStates::passes_with(const State& state, Location where) {
  Passes passes = computed_passes;
  if (std::find(passes.begin(), passes.end(), &state) != passes.end())
    throw ArgumentError("get_next", "a data set's function uses the iterator that waits for it",
                        "a session that is run in the function", "Take another iterator, or another session", where);
  passes.push_back(&state);
  return passes;
}

std::unique_ptr<ElementStream> IteratorStates::go_over(State& state) {
  const std::lock_guard lock(state.changing);
  if (!state.begun) return nullptr;
  std::unique_ptr<ElementStream> before = std::exchange(state.stream, std::move(*state.begun));
  state.begun.reset();
  state.ended = false;
  return before;
}

std::vector<Tensor> IteratorStates::draw(const Node& node, const IteratorResource& resource, Location where) {
  const std::shared_ptr<State> state = state_of(resource);
  const ComputingElements here;
  const ComputingFor passes(passes_with(*state, where));
  const std::lock_guard lock(state->drawing);
  go_over(*state);
  {
    const std::lock_guard changes(state->changing);
    if (!state->returned.empty()) {
      std::vector<Tensor> element = std::move(state->returned.front());
      state->returned.pop_front();
      return element;
    }
  }
  if (!state->stream && resource.one_shot && !state->ended) state->stream = resource.one_shot({});
  if (!state->stream && !state->ended)
    throw ArgumentError("get_next", "the iterator is not initialized", "'" + describe(node) + "'",
                        "Run its initializer first", where);
  std::optional<std::vector<Tensor>> element;
  if (state->stream) element = state->stream->next();
  if (!element) {
    state->stream.reset();
    state->ended = true;
    throw OutOfRangeError("get_next", "end of sequence", "'" + describe(node) + "'", "", where);
  }
  check_element(node, *element, where);
  return std::move(*element);
}

void IteratorStates::put_back(const IteratorResource& resource, std::vector<Tensor> element) noexcept {
  try {
    const std::shared_ptr<State> state = state_of(resource);
    const std::lock_guard lock(state->changing);
    state->returned.push_front(std::move(element));
  } catch (const std::exception&) {
    return;  // no memory for it: the element is skipped
  }
}

void IteratorStates::start(const IteratorResource& resource, const StartStream& start,
                           const std::map<std::int64_t, Tensor>& values) {
  const std::shared_ptr<State> state = state_of(resource);
  const ComputingFor passes(passes_with(*state, {}));
  std::optional<std::unique_ptr<ElementStream>> begun = start(values);
  std::unique_ptr<ElementStream> before;
  {
    const std::lock_guard lock(mutex_);
    replaced_.reserve(replaced_.size() + 2);
  }
  {
    const std::lock_guard lock(state->changing);
    std::swap(state->begun, begun);
    state->returned.clear();
  }
  // Else the next draw ends the pass before.
  if (const std::unique_lock lock(state->drawing, std::try_to_lock); lock) before = go_over(*state);
  const std::lock_guard lock(mutex_);
  if (begun) replaced_.push_back(std::move(*begun));
  if (before) replaced_.push_back(std::move(before));
  any_replaced_ = !replaced_.empty();
}

void IteratorStates::end_replaced() noexcept {
  std::vector<std::unique_ptr<ElementStream>> replaced;
  const std::lock_guard lock(mutex_);
  any_replaced_ = false;
  std::swap(replaced, replaced_);
}

std::vector<Tensor> add_iterator_next(GraphImpl& graph, std::shared_ptr<const IteratorResource> resource,
                                      const std::vector<DType>& types, const std::vector<Shape>& shapes,
                                      const Tensor& handle, std::string_view name, Location where) {
  const IteratorAttributes attributes{std::move(resource)};
  Ref<Node> node = make_node(iterator_next_op, handle.defined() ? 1 : 0, types.size(), &attributes, where);
  if (handle.defined()) node->inputs()[0] = graph.import(handle, where);
  for (std::size_t i = 0; i < types.size(); ++i) {
    shapes[i].check_size(where);
    node->outputs()[i] =
        make_metadata_only({.shape = shapes[i], .strides = {}, .dtype = types[i], .device = modes.device});
  }
  Node& added = graph.add(std::move(node), name);
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < types.size(); ++i) outputs.push_back(graph.handle(added, static_cast<std::uint32_t>(i)));
  return outputs;
}

Tensor add_iterator_start(GraphImpl& graph, const IteratorStartAttributes& attributes, std::span<const Tensor> inputs,
                          Location where) {
  static const bool registered = [] {
    for (auto& slot : iterator_start_op.kernels) slot.store(&start_kernel, std::memory_order_release);
    return true;
  }();
  static_cast<void>(registered);
  append(graph, iterator_start_op, inputs, &attributes, {}, where);
  return graph.handle(*graph.nodes.back());
}

}  // namespace triptych
