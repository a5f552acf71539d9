// What a thread has switched on: one word that the door reads.
#pragma once

#include <cstdint>
#include <utility>

#include "triptych/core/op.h"

namespace triptych {

struct GraphImpl;
class Generator;
namespace detail {
struct AutocastState;
}

struct Modes {
  bool no_grad = false;
  bool single_threaded = false;
  Numerics numerics = Numerics::exact;
  bool device_set = false;                          // a DeviceScope is alive
  Device device;                                    // where what has no operands is made
  GraphImpl* trace = nullptr;                       // ops without operands append here
  Generator* generator = nullptr;                   // default_generator() here, if there is one
  const detail::AutocastState* autocast = nullptr;  // of the innermost Autocast; null: ops run in the dtypes they get
  Location frame;                                   // the outermost Frame
  Location around;                                  // in a user's function: the frame around it
  Location last;                                    // of the last op: near the line of what cannot know its own
  Location run;                                     // who runs a session: for mistakes of the run, not of a node
};

/// This thread's modes.
extern constinit thread_local Modes modes;

/// While alive, no Autocast has an effect: gradients run in the dtypes of what they are the gradients of, and what was
/// recorded is repeated as it was.
class [[nodiscard]] WithoutAutocast {
 public:
  WithoutAutocast() : outer_(std::exchange(modes.autocast, nullptr)) {}
  ~WithoutAutocast() { modes.autocast = outer_; }
  WithoutAutocast(const WithoutAutocast&) = delete;
  WithoutAutocast& operator=(const WithoutAutocast&) = delete;

 private:
  const detail::AutocastState* outer_;
};

/// While alive, errors name `where` and new nodes stand there, whatever frame is around.
class [[nodiscard]] FrameAt {
 public:
  explicit FrameAt(Location where) : outer_(std::exchange(modes.frame, where)) {}
  ~FrameAt() { modes.frame = outer_; }
  FrameAt(const FrameAt&) = delete;
  FrameAt& operator=(const FrameAt&) = delete;

 private:
  Location outer_;
};

}  // namespace triptych
