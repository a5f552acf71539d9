#include "core/support/span.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "core/support/fork.h"
#include "triptych/core/memory.h"

namespace triptych {

constinit std::atomic<bool> recording_spans{false}, recording_memory{false};

namespace {

using Clock = std::chrono::steady_clock;

/// The recording that goes on. Never destroyed: threads may tell something until the process ends.
struct State {
  std::mutex& mutex = process_mutex(LockFloor::allocator);
  std::atomic<RecordingOptions> options{RecordingOptions()};
  std::atomic<std::int64_t> began{0};
  std::atomic<std::uint64_t> number{0};
  Recording recording;  // guarded by the mutex
};

State& state() {
  static auto* const the_one = new State;
  return *the_one;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count() -
         state().began.load(std::memory_order_relaxed);
}

/// Threads are numbered in the order in which they tell something first.
int thread_number() {
  static std::atomic<int> threads{0};
  thread_local const int number = threads++;
  return number;
}

constinit thread_local bool thread_is_over = false;

struct Innermost {
  std::shared_ptr<SpanRecord> record;
  ~Innermost() { thread_is_over = true; }  // tensors that are let go of later belong to no span
};

/// The span that this thread is in.
std::shared_ptr<SpanRecord>& innermost() {
  thread_local Innermost own;
  // What ended, or belongs to a former recording, is around nothing any more.
  while (own.record && (own.record->ended || own.record->recording != state().number.load(std::memory_order_relaxed)))
    own.record = std::shared_ptr<SpanRecord>(own.record->around);
  return own.record;
}

}  // namespace

void begin_recording(const RecordingOptions& options) {
  State& all = state();
  const std::int64_t in_use = statistics().bytes_in_use;
  const std::lock_guard lock(all.mutex);
  recording_memory = recording_spans = false;
  all.options = options;
  all.recording = {.spans = {}, .memory = {}, .began_with_bytes = in_use};
  all.began = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
  ++all.number;
  recording_spans = true;
  recording_memory = options.memory;
}

Recording end_recording() {
  State& all = state();
  const std::lock_guard lock(all.mutex);
  recording_memory = recording_spans = false;
  ++all.number;
  all.recording.duration = now();
  return std::exchange(all.recording, {});
}

RecordingOptions recording_options() { return state().options.load(std::memory_order_relaxed); }

void note_memory(std::int64_t bytes, Device device) {
  if (thread_is_over) return;
  if (const auto& span = innermost()) span->bytes += bytes;
  State& all = state();
  const std::lock_guard lock(all.mutex);
  if (recording_memory) all.recording.memory.push_back({now(), bytes, device});
}

void Span::begin(SpanKind kind, const char* name, Location where) {
  if (thread_is_over) return;
  record_ = std::make_shared<SpanRecord>();
  record_->name = name;
  record_->kind = kind;
  record_->thread = thread_number();
  record_->where = where;
  record_->recording = state().number.load(std::memory_order_relaxed);
  std::shared_ptr<SpanRecord>& around = innermost();
  record_->outermost = !around;
  record_->around = around;
  around = record_;
  record_->start = now();
}

void Span::end() {
  if (!record_) return;
  record_->end = now();
  SpanRecord* const around = record_->around.get();
  const bool goes_on = record_->recording == state().number.load(std::memory_order_relaxed);
  if (around && goes_on && around->recording == record_->recording && record_->thread == thread_number()) {
    // An annotation that ends behind a profile's step is inside of that for a part of its time.
    const bool open = !around->ended;
    const std::int64_t until = open ? record_->end : std::min(record_->end, around->end);
    around->inner += std::max<std::int64_t>(until - record_->start, 0);
    if (open) {
      around->bytes += record_->bytes;
      around->inner_bytes += record_->bytes;
    }
  }
  record_->ended = true;
  if (!thread_is_over) innermost();  // lets go of it
  State& all = state();
  const std::lock_guard lock(all.mutex);
  if (recording_spans && record_->recording == all.number) all.recording.spans.push_back(record_);
  record_.reset();
}

}  // namespace triptych
