// Makes the n-th allocation of a call fail, for every n: afterwards state is bit for bit what it was, and the call
// works and gives what it gives undisturbed.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "commands/fault_injector/subject.h"
#include "core/memory/allocator.h"
#include "core/tensor/tensor_impl.h"
#include "files.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

// --- Allocations of the C++ library: counted, and one of them fails
// ---------------------------------------------------

namespace {

std::atomic<std::int64_t> new_count{0}, new_failure{0};  // so many from now; 0: none

void* take(std::size_t size, std::size_t alignment) {
  new_count.fetch_add(1, std::memory_order_relaxed);
  if (new_failure.load(std::memory_order_relaxed) > 0 && new_failure.fetch_sub(1) == 1) return nullptr;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  if (void* block = take(std::max<std::size_t>(size, 1), alignment)) return block;
  throw std::bad_alloc();
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) { return take_or_throw(size, usual); }
void* operator new[](std::size_t size) { return take_or_throw(size, usual); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, std::max(usual, static_cast<std::size_t>(alignment)));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(std::max<std::size_t>(size, 1), usual);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }

namespace faults {

bool noting = false;

std::string bytes_of(const tt::Tensor& tensor) {
  if (!tensor.defined()) return "undefined;";
  const tt::Tensor dense = tt::contiguous(tensor.detach());
  std::string bytes = std::string(tt::dtype_name(dense.dtype())) + dense.shape().text();
  const auto* data = static_cast<const char*>(dense.impl()->data());
  return bytes.append(data, static_cast<std::size_t>(dense.numel()) * tt::size_of(dense.dtype()));
}

std::string bytes_of(const std::vector<tt::Tensor>& tensors) {
  std::string bytes;
  for (const tt::Tensor& tensor : tensors) bytes += bytes_of(tensor);
  return bytes;
}

std::string bytes_of(const tt::StateDict& state) {
  std::string bytes;
  for (const auto& [name, tensor] : state) bytes += name + bytes_of(tensor);
  for (const auto& [key, text] : state.metadata) bytes += key + text;
  return bytes;
}

std::string bytes_of_file(const std::string& path) { return read_file(path); }

tt::Tensor numbers(const tt::Shape& shape, int seed) {
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(seed) * 5 + i * i) % 13) / 13 - 0.4F;
  return tt::tensor(values, shape);
}

namespace {

enum class Kind { tensor, heap };  // the tensors' memory, or operator new

constexpr const char* name_of(Kind kind) { return kind == Kind::tensor ? "tensor" : "new"; }

void fail(Kind kind, std::int64_t number) {
  if (kind == Kind::tensor)
    tt::fail_allocation(number);
  else
    new_failure = number;
}

std::int64_t count(Kind kind) { return kind == Kind::tensor ? tt::statistics().allocations : new_count.load(); }

struct Options {
  std::string style, subject;
  std::optional<Kind> kind;
  std::int64_t first = 1, last = 1000000;
  std::int64_t most = 0;  // numbers tried for each subject and kind, chosen by the seed; 0: all
  unsigned seed = 1;
};

constexpr const char* help = R"(Makes the n-th allocation of a call fail, for every n.

  fault_injector [--style lowlevel|eager|keras] [--subject TEXT] [--kind tensor|new]
                 [--first N] [--last N] [--most M] [--seed S] [--list]

  --style    only calls of this style (default: all)
  --subject  only calls whose name holds TEXT
  --kind     tensor: the tensors' memory; new: operator new (default: both)
  --first, --last   the n that are tried (default: every n, until the call needs no more)
  --most     tries M of them for each call, chosen by the seed
  --seed     of that choice (default: 1)
  --list     names the calls

After each failure state must be, bit for bit, what it was before the call; then the same call must succeed and give what
it gives undisturbed, and so must the next one. (train_on_batch may fail after its whole step, fit after any of its
steps.) Ends with 1 if one did not.
)";

int failures = 0;

void complain(const Subject& subject, Kind kind, std::int64_t n, const std::string& what) {
  ++failures;
  std::printf("FAILED %s: %s, allocation %lld (%s): %s\n", subject.style, subject.name.c_str(),
              static_cast<long long>(n), name_of(kind), what.c_str());
}

/// What the call throws; empty if nothing.
std::string act(World& world) {
  try {
    world.act();
  } catch (const std::exception& error) {
    return *error.what() ? error.what() : "an exception";
  }
  return {};
}

/// Undisturbed: the states before the first call, and after each of two.
struct Course {
  std::string before, first, second;
  std::int64_t allocations = 0;
};

Course undisturbed(const Subject& subject, Kind kind) {
  const auto world = subject.make();
  Course course;
  course.before = world->state();
  noting = true;
  const std::int64_t start = count(kind);
  world->act();
  course.allocations = count(kind) - start;
  course.first = world->state();
  world->act();
  course.second = world->state();
  noting = false;
  return course;
}

void inject(const Subject& subject, Kind kind, const Course& course, std::int64_t n) {
  const auto world = subject.make();
  if (world->state() != course.before) return complain(subject, kind, n, "the world is not the same every time");
  fail(kind, n);
  const std::string error = act(*world);
  fail(kind, 0);
  const std::string state = world->state();
  if (error.empty()) {  // what failed was not needed
    if (state != course.first) complain(subject, kind, n, "the call succeeded, with another result");
    return;
  }
  const std::string after = ", after \"" + error + "\"";
  const bool whole = state == course.first;
  if (state != course.before && !(whole && subject.may_end_late)) {
    const bool between = subject.between && std::count(subject.between->begin(), subject.between->end(), state) > 0;
    if (!between) return complain(subject, kind, n, (whole ? "all was done" : "state is torn") + after);
    if (const std::string again = act(*world); !again.empty())
      complain(subject, kind, n, "the next call fails: " + again + after);
    return;
  }
  for (const std::string* expected : {&course.first, &course.second}) {
    if (whole && expected == &course.first) continue;
    if (const std::string again = act(*world); !again.empty())
      return complain(subject, kind, n, "the next call fails: " + again + after);
    if (world->state() != *expected) return complain(subject, kind, n, "the next call gives another result" + after);
  }
}

std::int64_t try_all(const Subject& subject, Kind kind, const Options& options) {
  const Course course = undisturbed(subject, kind);
  std::vector<std::int64_t> chosen;
  for (std::int64_t n = options.first; n <= std::min(options.last, course.allocations); ++n) chosen.push_back(n);
  if (options.most > 0 && static_cast<std::int64_t>(chosen.size()) > options.most) {
    std::shuffle(chosen.begin(), chosen.end(), std::mt19937(options.seed));
    chosen.resize(static_cast<std::size_t>(options.most));
    std::sort(chosen.begin(), chosen.end());
  }
  for (const std::int64_t n : chosen) inject(subject, kind, course, n);
  return static_cast<std::int64_t>(chosen.size());
}

int run(int argc, char** argv) {
  Options options;
  bool list = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help" || name == "-h") return std::fputs(help, stdout) < 0;
    if (name == "--list") {
      list = true;
      continue;
    }
    const char* value = i + 1 < argc ? argv[++i] : nullptr;
    if (!value) return std::fprintf(stderr, "%s needs a value\n%s", name.c_str(), help), 2;
    if (name == "--style")
      options.style = value;
    else if (name == "--subject")
      options.subject = value;
    else if (name == "--kind")
      options.kind = std::strcmp(value, "new") == 0 ? Kind::heap : Kind::tensor;
    else if (name == "--first")
      options.first = std::atoll(value);
    else if (name == "--last")
      options.last = std::atoll(value);
    else if (name == "--most")
      options.most = std::atoll(value);
    else if (name == "--seed")
      options.seed = static_cast<unsigned>(std::atoll(value));
    else
      return std::fprintf(stderr, "unknown option %s\n%s", name.c_str(), help), 2;
  }
  tt::set_num_threads(1);
  const TemporaryFolder folder;
  std::vector<Subject> subjects;
  for (auto* of_style : {eager_subjects, lowlevel_subjects, keras_subjects})
    for (Subject& subject : of_style(folder.path())) subjects.push_back(std::move(subject));
  std::int64_t calls = 0, tried = 0;
  for (const Subject& subject : subjects) {
    if (!options.style.empty() && options.style != subject.style) continue;
    if (subject.name.find(options.subject) == std::string::npos) continue;
    ++calls;
    if (list) {
      std::printf("%s: %s\n", subject.style, subject.name.c_str());
      continue;
    }
    for (const Kind kind : {Kind::tensor, Kind::heap})
      if (!options.kind || *options.kind == kind) tried += try_all(subject, kind, options);
    std::fflush(stdout);
  }
  if (!list)
    std::printf("%lld calls, %lld failed allocations, %d faults\n", static_cast<long long>(calls),
                static_cast<long long>(tried), failures);
  return failures > 0 || calls == 0;
}

}  // namespace
}  // namespace faults

int main(int argc, char** argv) { return faults::run(argc, argv); }
