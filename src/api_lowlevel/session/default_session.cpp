#include "triptych/lowlevel/default_session.h"

#include <utility>

namespace triptych::lowlevel {
namespace {

thread_local std::optional<Session> innermost;

}  // namespace

DefaultSession::DefaultSession(const Session& session) : around_(std::exchange(innermost, session)) {}
DefaultSession::~DefaultSession() { innermost = around_; }

Session get_default_session(Location where) {
  if (!innermost)
    throw ArgumentError("get_default_session", "there is no default session", "outside of as_default(session)",
                        "Write auto here = tf::as_default(session), or call session.run", where);
  return *innermost;
}

Tensor eval(const Tensor& tensor, const std::vector<Feed>& feed_dict, Location where) {
  return get_default_session(where).run(tensor, feed_dict, {}, where);
}

}  // namespace triptych::lowlevel
