#include "triptych/core/warning.h"

#include <cstdio>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/support/fork.h"

namespace triptych {
namespace {

std::mutex mutex;
WarningHandler current;  // guarded by the mutex
thread_local bool handling = false;

/// What a handler does may warn in turn: that goes to stderr.
struct Handling {
  Handling() { handling = true; }
  ~Handling() { handling = false; }
};

}  // namespace

WarningHandler set_warning_handler(WarningHandler handler) {
  const std::lock_guard lock(mutex);
  return std::exchange(current, std::move(handler));
}

void warn(std::string_view op, std::string_view text, Location where) {
  const std::string all = "[" + std::string(op) + "] " + std::string(text);
  WarningHandler handler;
  {
    const std::lock_guard lock(mutex);
    handler = current;
  }
  if (handler && !handling) {
    const Handling its;
    return handler(all, where);
  }
  const std::string place = where ? " At " + where.text() + "." : "";
  static_cast<void>(std::fprintf(stderr, "warning: %s%s\n", all.c_str(), place.c_str()));
}

void warn_once(std::string_view op, std::string_view text, Location where) {
  static std::mutex& said_mutex = process_mutex();
  static std::set<std::tuple<std::string, const char*, int>> said;
  {
    const std::lock_guard lock(said_mutex);
    if (!said.emplace(op, where.file(), where.line()).second) return;
  }
  warn(op, text, where);
}

}  // namespace triptych
