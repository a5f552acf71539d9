// The default session of a thread: what `eval` runs in.
#pragma once

#include <vector>

#include "triptych/lowlevel/session.h"

namespace triptych::lowlevel {

/// While alive, `session` is this thread's default session. Its graph is not made the default graph.
class [[nodiscard]] TRIPTYCH_API DefaultSession {
 public:
  explicit DefaultSession(const Session& session);
  ~DefaultSession();
  DefaultSession(const DefaultSession&) = delete;
  DefaultSession& operator=(const DefaultSession&) = delete;
};
/// `auto here = tf::as_default(session);`
inline DefaultSession as_default(const Session& session) { return DefaultSession(session); }

/// That of the innermost `as_default`; ArgumentError if there is none.
TRIPTYCH_API Session get_default_session(Location where = Location::here());
/// `tensor.eval(feed_dict)`, and `operation.run(feed_dict)`: what the default session's `run` gives.
TRIPTYCH_API Tensor eval(const Tensor& tensor, const std::vector<Feed>& feed_dict = {},
                         Location where = Location::here());

}  // namespace triptych::lowlevel
