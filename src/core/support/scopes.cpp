#include "core/support/scopes.h"

#include <algorithm>
#include <iterator>
#include <mutex>

#include "core/support/fork.h"

namespace triptych {

constinit std::atomic<std::uint64_t> scopes_ended_elsewhere{0};
constinit thread_local std::uint64_t ended_scopes_seen = 0;

bool OpenScopes::end(const void* scope, const std::type_info& type) noexcept {
  bool found = false;
  while (end_one(scope, type)) found = true;
  return found;
}

bool OpenScopes::end_one(const void* scope, const std::type_info& type) noexcept {
  const auto newest = std::find_if(open_.rbegin(), open_.rend(),
                                   [&](const Open& open) { return open.scope == scope && *open.type == type; });
  if (newest == open_.rend()) return false;
  const Open ended = [&] {
    Open open = std::move(*newest);
    // What held around it holds around the next one that has set the same.
    auto next = open_.erase(std::next(newest).base());
    next = std::find_if(next, open_.end(), [&](const Open& later) { return later.value == open.value; });
    if (next != open_.end())
      next->outer.swap(open.outer);
    else
      open.restore(open.value, open.outer);
    return open;
  }();
  return true;  // what was kept ends only now: its end may end scopes
}

namespace {

/// A scope by its address: memory is used again, so it stands for one only from a certain time on.
struct Ended {
  const void* scope;
  const std::type_info* type;
  std::uint64_t number = 0;
  bool is(const void* other, const std::type_info& other_type) const { return scope == other && *type == other_type; }
};

/// What threads have to tell each other.
struct Told {
  std::mutex& mutex = process_mutex();
  std::vector<Ended> ended;      // by another thread than began them
  std::vector<Ended> left_open;  // by threads that are gone
};
Told& told() {
  static auto& all = *new Told;  // scopes may end after everything else
  return all;
}

constinit thread_local OpenScopes* here = nullptr;

}  // namespace

/// Ends with the thread.
class ScopesOfThread {
 public:
  ~ScopesOfThread() {
    if (!here) return;
    forget_ended_scopes();
    const std::unique_ptr<OpenScopes> mine(std::exchange(here, nullptr));  // ends after the lock
    std::for_each(mine->open_.rbegin(), mine->open_.rend(), [](auto& open) { open.restore(open.value, open.outer); });
    const std::lock_guard lock(told().mutex);
    for (const OpenScopes::Open& open : mine->open_) told().left_open.push_back({open.scope, open.type});
  }
  void begin() {
    here = new OpenScopes;
    look_for_ended_scopes();  // none of these is one of this thread
  }
};

OpenScopes& open_scopes() {
  thread_local ScopesOfThread mine;
  if (!here) mine.begin();
  forget_ended_scopes();
  return *here;
}

void look_for_ended_scopes() {
  Told& all = told();
  std::vector<Ended> news, mine;
  {
    const std::lock_guard lock(all.mutex);
    const std::uint64_t seen = std::exchange(ended_scopes_seen, scopes_ended_elsewhere.load(std::memory_order_relaxed));
    std::ranges::copy_if(all.ended, std::back_inserter(news), [&](const Ended& ended) { return ended.number > seen; });
  }
  for (const Ended& ended : news)  // without the lock: what was kept ends here
    if (here && here->end(ended.scope, *ended.type)) mine.push_back(ended);
  const std::lock_guard lock(all.mutex);
  for (const Ended& ended : mine)
    std::erase_if(all.ended, [&](const Ended& one) { return one.number == ended.number; });
}

void end_scope(const void* scope, const std::type_info& type) noexcept {
  if (here && here->end(scope, type)) return;
  forget_ended_scopes();
  Told& all = told();
  const std::lock_guard lock(all.mutex);
  const auto left =
      std::find_if(all.left_open.begin(), all.left_open.end(), [&](const Ended& open) { return open.is(scope, type); });
  if (left != all.left_open.end()) {
    all.left_open.erase(left);
    return;
  }
  ended_scopes_seen = scopes_ended_elsewhere.load(std::memory_order_relaxed) + 1;
  all.ended.push_back({scope, &type, ended_scopes_seen});
  scopes_ended_elsewhere.store(ended_scopes_seen, std::memory_order_release);
}

}  // namespace triptych
