// Generators: where the (key, counter) operands of random ops come from.
#include "triptych/core/random.h"

#include <atomic>
#include <memory>
#include <mutex>

#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/random/random.h"
#include "core/support/fork.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

/// Steele, Lea and Flood's SplitMix64: spreads nearby seeds over all keys.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

Tensor make_state(std::uint64_t key, std::uint64_t counter) {
  Tensor state = make_tensor({2}, int64);
  auto* words = static_cast<std::uint64_t*>(state.impl()->data());
  words[0] = key;
  words[1] = counter;
  return on_device(state, modes.device);
}

std::atomic<std::uint64_t> creation_index{0};

Generator& process_generator() {
  static Generator generator;
  return generator;
}

/// The lock of a generator. A fork waits for the process's, so that a child can draw.
class Lock {
 public:
  Lock(const Generator* generator, std::mutex& mutex) {
    static std::mutex& of_process = process_mutex();
    if (generator == &process_generator()) of_process_ = std::unique_lock(of_process);
    own_ = std::unique_lock(mutex);
  }

 private:
  std::unique_lock<std::mutex> of_process_, own_;
};

/// Under the generator's lock. A draw that fails is given back, unless another thread has drawn since. (Of a generator
/// that may end before the failure only what a function draws that was given it.)
void count_up(std::uint64_t& count, std::mutex& mutex, const Generator* generator) {
  const bool of_process = !modes.generator && generator == &process_generator();
  if (!of_process && generator != drawing_from) {
    ++count;
    return;
  }
  auto undo = undo_by([generator, &count, &mutex, after = count + 1] {
    const Lock lock(generator, mutex);
    if (count == after) --count;
  });
  if (undo) undo->local = !of_process;
  ++count;
  Transaction::did(std::move(undo));
}

}  // namespace

constinit thread_local const Generator* drawing_from = nullptr;

std::uint64_t random_key(std::uint64_t seed, RandomPurpose purpose, std::uint64_t index) {
  return mix(mix(mix(seed) + static_cast<std::uint64_t>(purpose)) + index);
}

std::uint64_t next_creation_index() {
  std::uint64_t index = creation_index.load(std::memory_order_relaxed);
  while (true) {
    auto undo = undo_by([index] {  // unless somebody has counted on
      std::uint64_t after = index + 1;
      creation_index.compare_exchange_strong(after, index, std::memory_order_relaxed);
    });
    if (!creation_index.compare_exchange_weak(index, index + 1, std::memory_order_relaxed)) continue;
    Transaction::did(std::move(undo));
    return index;
  }
}

Tensor initializer_state(std::uint64_t seed, std::uint64_t index) {
  return make_state(random_key(seed, RandomPurpose::initializer, index), 0);
}

void manual_seed(std::uint64_t seed) {
  default_generator().manual_seed(seed);
  creation_index = 0;
}

Generator& default_generator() {
  if (modes.generator) return *modes.generator;
  return process_generator();
}

GeneratorScope::GeneratorScope(std::uint64_t seed)
    : generator_(seed), outer_(std::exchange(modes.generator, &generator_)) {}
GeneratorScope::~GeneratorScope() { modes.generator = outer_; }

void Generator::manual_seed(std::uint64_t seed) {
  const Lock lock(this, mutex_);
  seed_ = seed;
  offset_ = stream_ = 0;
}

std::uint64_t Generator::seed() const {
  const Lock lock(this, mutex_);
  return seed_;
}

std::uint64_t Generator::offset() const {
  const Lock lock(this, mutex_);
  return offset_;
}

Tensor Generator::get_state() const {
  const Lock lock(this, mutex_);
  const std::int64_t words[] = {static_cast<std::int64_t>(seed_), static_cast<std::int64_t>(offset_),
                                static_cast<std::int64_t>(stream_)};
  return from_span(std::span<const std::int64_t>(words), {3});
}

void Generator::set_state(const Tensor& state, Location where) {
  if (!state.defined() || state.dtype() != int64 || state.shape() != Shape{3})
    throw ArgumentError(
        "set_state", "the state is not an int64 tensor of shape (3,)",
        state.defined() ? std::string(dtype_name(state.dtype())) + " " + state.shape().text() : "an undefined tensor",
        "Pass what get_state() returned", where);
  const std::vector<std::int64_t> words = state.to_vector<std::int64_t>(where);
  const Lock lock(this, mutex_);
  seed_ = static_cast<std::uint64_t>(words[0]);
  offset_ = static_cast<std::uint64_t>(words[1]);
  stream_ = static_cast<std::uint64_t>(words[2]);
}

Tensor Generator::next_draw() {
  const Lock lock(this, mutex_);
  Tensor state = make_state(random_key(seed_, RandomPurpose::draw, 0), offset_);
  count_up(offset_, mutex_, this);
  return state;
}

Tensor Generator::next_stream() {
  const Lock lock(this, mutex_);
  Tensor state = make_state(random_key(seed_, RandomPurpose::stream, stream_), 0);
  mark_state(state);
  count_up(stream_, mutex_, this);
  return state;
}

Tensor random_state(Generator* generator, bool symbolic) {
  Generator& source = generator ? *generator : default_generator();
  if (!modes.trace) return symbolic ? source.next_stream() : source.next_draw();
  // A variable: sessions of one graph run side by side, and save how far they are.
  Initializer first = [stream = source.next_stream()](const Shape&, DType) { return alias(stream); };
  GraphImpl* outermost = modes.trace;  // a sub-graph reads it from there
  while (outermost->outer) outermost = outermost->outer;
  return graph_variable(GraphHandle(outermost), "stream", {2}, int64, std::move(first), false, {}, true);
}

Tensor random_state_for(const Tensor& like, Generator* generator) {
  const DeviceScope beside(like.device());
  if (!like.is_symbolic()) return random_state(generator);
  const TraceScope scope(GraphHandle(like.impl()->graph.get()));
  return random_state(generator);
}

}  // namespace triptych
