#include "triptych/lowlevel/default_session.h"

#include <memory>
#include <utility>

#include "core/support/scopes.h"

namespace triptych::lowlevel {
namespace {

constinit thread_local const Session* innermost = nullptr;

}  // namespace

DefaultSession::DefaultSession(const Session& session) {
  auto kept = std::make_shared<const Session>(session);
  const Session* inside = kept.get();
  open_scopes().begin(this, innermost, inside, std::move(kept));
}
DefaultSession::~DefaultSession() { end_scope(this); }

Session get_default_session(Location where) {
  forget_ended_scopes();
  if (!innermost)
    throw ArgumentError("get_default_session", "there is no default session", "outside of as_default(session)",
                        "Write auto here = tf::as_default(session), or call session.run", where);
  return *innermost;
}

Tensor eval(const Tensor& tensor, const std::vector<Feed>& feed_dict, Location where) {
  return get_default_session(where).run(tensor, feed_dict, {}, where);
}

}  // namespace triptych::lowlevel
