// A call's tensors in one list, and what each of them is: functional models write calls down so.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "triptych/keras/layer.h"

namespace triptych::keras {

/// Inputs, given masks, first states and the attention mask, in this order; and the flags.
struct CallForm {
  std::size_t inputs = 1;
  std::vector<bool> masks = {};  // whether each was given
  std::size_t states = 0;
  bool attention_mask = false;
  CallOptions flags = {};  // without tensors

  static CallForm of_inputs(std::size_t count);
  static CallForm of(const std::vector<Tensor>& xs, const CallOptions& options);
  static std::vector<Tensor> tensors_of(const std::vector<Tensor>& xs, const CallOptions& options);
  std::pair<std::vector<Tensor>, CallOptions> taken_apart(const std::vector<Tensor>& tensors) const;
  bool mask_given() const;
};

}  // namespace triptych::keras
