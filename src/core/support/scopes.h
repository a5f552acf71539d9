// Scopes: objects that set something while they live. Those in smart pointers and containers may end in any order, and
// in another thread than began them.
#pragma once

#include <any>
#include <atomic>
#include <cstdint>
#include <memory>
#include <typeinfo>
#include <utility>
#include <vector>

namespace triptych {

/// The open scopes of a thread or a graph, oldest first, each with the value that held before it: of those that set the
/// same value the newest that is open counts.
class OpenScopes {
 public:
  /// `value` is `inside` until `scope` ends, and what `inside` points to is kept so long. A failed allocation changes
  /// nothing.
  template <class Scope, class T>
  void begin(const Scope* scope, T& value, T inside, std::shared_ptr<const void> kept = {}) {
    // A scope may set two values: the room for the next one is here, too.
    if (open_.capacity() - open_.size() < 2) open_.reserve(2 * open_.capacity() + 4);
    const auto restore = [](void* at, std::any& outer) { *static_cast<T*>(at) = std::move(*std::any_cast<T>(&outer)); };
    open_.push_back({scope, &typeid(Scope), &value, std::any(value), std::move(kept), restore});
    value = std::move(inside);
  }
  /// What `scope` has set holds no more. False: it is none of these.
  bool end(const void* scope, const std::type_info& type) noexcept;
  template <class Scope>
  bool end(const Scope* scope) noexcept {
    return end(scope, typeid(Scope));
  }
  /// Calls `look` with what each open scope has set `value` to, the innermost first.
  template <class T, class F>
  void each(const T& value, F look) const {
    const T* inside = &value;
    for (std::size_t i = open_.size(); i-- > 0;) {
      if (open_[i].value != &value) continue;
      look(*inside);
      inside = std::any_cast<T>(&open_[i].outer);
    }
  }

 private:
  friend class ScopesOfThread;
  struct Open {
    const void* scope;
    const std::type_info* type;
    void* value;
    std::any outer;
    std::shared_ptr<const void> kept;
    void (*restore)(void* value, std::any& outer);
  };
  bool end_one(const void* scope, const std::type_info& type) noexcept;

  std::vector<Open> open_;
};

/// Those of this thread.
OpenScopes& open_scopes();
/// A scope of the thread that began it, whichever ends it: that thread lets go of it at its next op.
void end_scope(const void* scope, const std::type_info& type) noexcept;
template <class Scope>
void end_scope(const Scope* scope) noexcept {
  end_scope(scope, typeid(Scope));
}

/// How many scopes ended in another thread than began them, and how many of these this thread has looked at.
extern constinit std::atomic<std::uint64_t> scopes_ended_elsewhere;
extern constinit thread_local std::uint64_t ended_scopes_seen;
void look_for_ended_scopes();
/// Lets go of this thread's scopes that another one has ended.
inline void forget_ended_scopes() {
  if (scopes_ended_elsewhere.load(std::memory_order_relaxed) != ended_scopes_seen) [[unlikely]]
    look_for_ended_scopes();
}

}  // namespace triptych
