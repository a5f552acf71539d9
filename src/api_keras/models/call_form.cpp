#include "api_keras/models/call_form.h"

#include <algorithm>

namespace triptych::keras {

CallForm CallForm::of_inputs(std::size_t count) {
  CallForm form;
  form.inputs = count;
  return form;
}

CallForm CallForm::of(const std::vector<Tensor>& xs, const CallOptions& options) {
  CallForm form = of_inputs(xs.size());
  for (const Tensor& mask : options.mask) form.masks.push_back(mask.defined());
  form.states = options.initial_state.size();
  form.attention_mask = options.attention_mask.defined();
  form.flags = options;
  form.flags.mask.clear();
  form.flags.initial_state.clear();
  form.flags.attention_mask = {};
  return form;
}

std::vector<Tensor> CallForm::tensors_of(const std::vector<Tensor>& xs, const CallOptions& options) {
  std::vector<Tensor> tensors = xs;
  for (const Tensor& mask : options.mask)
    if (mask.defined()) tensors.push_back(mask);
  tensors.insert(tensors.end(), options.initial_state.begin(), options.initial_state.end());
  if (options.attention_mask.defined()) tensors.push_back(options.attention_mask);
  return tensors;
}

std::pair<std::vector<Tensor>, CallOptions> CallForm::taken_apart(const std::vector<Tensor>& tensors) const {
  auto next = tensors.begin();
  std::vector<Tensor> xs(next, next + static_cast<std::ptrdiff_t>(inputs));
  next += static_cast<std::ptrdiff_t>(inputs);
  CallOptions options = flags;
  for (const bool given : masks) options.mask.push_back(given ? *next++ : Tensor());
  for (std::size_t i = 0; i < states; ++i) options.initial_state.push_back(*next++);
  if (attention_mask) options.attention_mask = *next;
  return {std::move(xs), std::move(options)};
}

bool CallForm::mask_given() const { return std::find(masks.begin(), masks.end(), true) != masks.end(); }

}  // namespace triptych::keras
