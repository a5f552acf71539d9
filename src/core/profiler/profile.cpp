// The life of a profile: steps, and what is recorded in which.
#include <unistd.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "core/memory/allocator.h"
#include "core/support/span.h"
#include "triptych/core/error.h"
#include "triptych/core/memory.h"
#include "triptych/core/profiler.h"
#include "triptych/core/warning.h"

namespace triptych::profiler {
namespace {

constinit std::atomic<bool> profiling{false};  // there is a profile

bool records(ProfilerAction action) {
  return action == ProfilerAction::record || action == ProfilerAction::record_and_save;
}

}  // namespace

Schedule schedule(const ScheduleOptions& options, Location where) {
  const auto check = [&](const char* name, std::int64_t value, std::int64_t least) {
    if (value < least)
      throw ArgumentError("schedule", std::string(name) + (least == 0 ? " is negative" : " is not positive"),
                          std::to_string(value), "", where);
  };
  check("wait", options.wait, 0);
  check("warmup", options.warmup, 0);
  check("active", options.active, 1);
  check("repeat", options.repeat, 0);
  check("skip_first", options.skip_first, 0);
  check("skip_first_wait", options.skip_first_wait, 0);
  if (options.warmup == 0) warn("schedule", "without warmup the first steps that are recorded are slower.", where);
  return [options](std::int64_t step) {
    if (step < options.skip_first) return ProfilerAction::none;
    step -= options.skip_first;
    if (options.skip_first_wait != 0) step += options.wait;
    const std::int64_t length = options.wait + options.warmup + options.active;
    if (options.repeat > 0 && step / length >= options.repeat) return ProfilerAction::none;
    const std::int64_t at = step % length;
    if (at < options.wait) return ProfilerAction::none;
    if (at < options.wait + options.warmup) return ProfilerAction::warmup;
    return at < length - 1 ? ProfilerAction::record : ProfilerAction::record_and_save;
  };
}

struct Profile::State {
  ProfileOptions options;
  std::int64_t step = 0;
  ProfilerAction action = ProfilerAction::none;
  bool running = true;
  bool in_handler = false;  // on_trace_ready is being called
  bool timed_before = false;
  std::thread::id thread = std::this_thread::get_id();
  std::optional<Span> span;  // of this step
  std::optional<Recording> trace;
};

ProfilerAction Profile::action_at(std::int64_t step, Location where) const {
  if (!state_->options.schedule) return ProfilerAction::record;
  const ProfilerAction action = state_->options.schedule(step);
  if (action < ProfilerAction::none || action > ProfilerAction::record_and_save)
    throw ArgumentError("Profile", "the schedule gives no action",
                        std::to_string(static_cast<int>(action)) + " for step " + std::to_string(step), "", where);
  return action;
}

Profile::Profile(ProfileOptions options, Location where) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  const ProfilerAction first = action_at(0, where);
  if (profiling.exchange(true))
    throw ArgumentError("Profile", "there is a profile already", "a second one", "Stop the first", where);
  state_->timed_before = kernel_timing_enabled();
  try {
    begin_step(first);
  } catch (...) {
    profiling = false;
    throw;
  }
}

Profile::~Profile() {
  std::string failed;
  try {
    if (state_->running) stop({});
  } catch (const std::exception& error) {
    failed = std::string("on_trace_ready failed: ") + error.what();
  } catch (...) {
    failed = "on_trace_ready failed.";
  }
  try {
    if (!failed.empty()) warn("Profile", failed, {});
  } catch (...) {  // by a handler of warnings that throws: nobody is there to catch it
  }
}

void Profile::begin_step(ProfilerAction action) {
  State& s = *state_;
  const ProfileOptions& o = s.options;
  const bool goes_on = s.action == ProfilerAction::record && records(action);
  if (!goes_on && action != ProfilerAction::none) {
    set_kernel_timing(true);  // which waits for a GPU's kernels
    begin_recording(
        {.shapes = o.record_shapes, .memory = o.profile_memory, .flops = o.with_flops, .modules = o.with_modules});
  }
  s.action = action;
  if (records(action)) s.span.emplace(SpanKind::annotation, ("ProfilerStep#" + std::to_string(s.step)).c_str());
}

void Profile::end_step(ProfilerAction next, Location where) {
  State& s = *state_;
  s.span.reset();
  const ProfilerAction now = s.action;
  if (now == ProfilerAction::none || (now == ProfilerAction::record && records(next))) return;
  Recording recorded = end_recording();
  set_kernel_timing(s.timed_before);
  s.action = ProfilerAction::none;
  if (now == ProfilerAction::warmup) return;
  if (now == ProfilerAction::record && s.running)
    warn("Profile", "the schedule ends a recording without record_and_save.", where);
  s.trace = std::move(recorded);
  if (!s.options.on_trace_ready || (now == ProfilerAction::record && s.running)) return;
  s.in_handler = true;
  struct Done {
    bool& in_handler;
    ~Done() { in_handler = false; }
  } const done{s.in_handler};
  s.options.on_trace_ready(*this);
}

void Profile::step(Location where) {
  State& s = *state_;
  const auto fail = [&](const char* rule, const char* given) {
    throw ArgumentError("Profile::step", rule, given, "", where);
  };
  if (!s.running) fail("the profile is over", "a step after stop()");
  if (s.in_handler) fail("the profile is in the middle of a step", "a step in on_trace_ready");
  if (std::this_thread::get_id() != s.thread) fail("the profile belongs to another thread", "a step of this one");
  const ProfilerAction next = action_at(s.step + 1, where);
  ++s.step;
  end_step(next, where);
  begin_step(next);
}

void Profile::stop(Location where) {
  State& s = *state_;
  if (!s.running) return;
  if (s.in_handler)
    throw ArgumentError("Profile::stop", "the profile is in the middle of a step", "stop() in on_trace_ready", "",
                        where);
  s.running = false;
  profiling = false;
  end_step(ProfilerAction::none, where);
}

std::int64_t Profile::step_num() const { return state_->step; }

const Recording& Profile::trace(const char* function, Location where) const {
  if (!state_->trace)
    throw ArgumentError(
        function, "there is no trace yet",
        state_->running ? "the profile is at step " + std::to_string(state_->step) : "the profile recorded nothing",
        state_->running ? "Call stop() first, or use on_trace_ready" : "", where);
  return *state_->trace;
}

const ProfileOptions& Profile::profile_options() const { return state_->options; }

RecordFunction::RecordFunction(const OwnedText& name, const OwnedText& args, Location where)
    : span_(std::make_unique<Span>(SpanKind::annotation, name.c_str(), where)) {
  if (SpanRecord* const record = span_->record()) record->note = args;
}

RecordFunction::~RecordFunction() = default;

std::function<void(Profile&)> tensorboard_trace_handler(const OwnedText& folder, const OwnedText& worker_name,
                                                        Location where) {
  std::error_code error;
  std::filesystem::create_directories(std::string(folder), error);
  if (error || folder.empty())
    throw ArgumentError("tensorboard_trace_handler", "the folder cannot be made",
                        "'" + folder + "': " + (folder.empty() ? "no name" : error.message()), "", where);
  std::string worker = worker_name;
  if (worker.empty()) {
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) != 0) host[0] = 0;
    worker = std::string(host) + "_" + std::to_string(::getpid());
  }
  return [path = std::filesystem::path(std::string(folder)) / worker, where](Profile& profile) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    profile.export_chrome_trace(path.string() + "." + std::to_string(milliseconds) + ".pt.trace.json", where);
  };
}

}  // namespace triptych::profiler
