// What a thread has switched on: one word that the door reads.
#pragma once

#include <cstdint>

#include "triptych/core/op.h"

namespace triptych {

struct GraphImpl;

struct Modes {
  bool no_grad = false;
  bool single_threaded = false;
  Numerics numerics = Numerics::exact;
  GraphImpl* trace = nullptr;  // ops without operands append here
  Location frame;              // the outermost Frame
};

/// This thread's modes.
extern constinit thread_local Modes modes;

}  // namespace triptych
