// What public functions that draw begin with.
#pragma once

#include <utility>

#include "core/random/random.h"
#include "core/support/error_context.h"
#include "core/tensor/transaction.h"

namespace triptych {

/// A public function that draws: should it fail, the draw is given back.
class [[nodiscard]] Drawing {
 public:
  Drawing(const char* function, const Generator* generator)
      : called_(function), outer_(std::exchange(drawing_from, generator ? generator : drawing_from)) {
    if (generator && generator == outer_) whole_.hand_on_local();
  }
  ~Drawing() { drawing_from = outer_; }
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

 private:
  Called called_;
  Transaction whole_;
  const Generator* outer_;
};

}  // namespace triptych
