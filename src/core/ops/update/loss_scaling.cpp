// Loss scaling: gradients divided by the loss's scale and looked through for what is not finite, and the next scale.
#include "triptych/core/ops/loss_scaling.h"

#include <string>
#include <utility>

#include "core/ops/ops.h"
#include "core/ops/written_once.h"
#include "core/support/hyperparameter.h"
#include "core/support/scopes.h"

namespace triptych {
namespace {

constinit thread_local const Tensor* innermost = nullptr;

bool is_single_number(const Infer& infer, int i) { return infer.dtype(i) == float32 && infer.shape(i).rank() == 0; }

// Inputs: inv_scale, then the gradients; outputs: the gradients unscaled, then found_inf.
void unscale_infer(Infer& infer) {
  infer.check(is_single_number(infer, 0), "inv_scale is not a 0-d float32 tensor");
  infer.check_outputs(infer.input_count());
  for (int i = 1; i < infer.input_count(); ++i) {
    infer.check(is_floating(infer.dtype(i)), "a gradient is not floating-point");
    infer.output(i - 1, infer.shape(i), infer.dtype(i));
  }
  infer.output(infer.input_count() - 1, {}, float32);
}

void update_scale_infer(Infer& infer) {
  infer.check(is_single_number(infer, 0) && is_single_number(infer, 2),
              "scale and found_inf are not 0-d float32 tensors");
  infer.check((infer.dtype(1) == int32 || infer.dtype(1) == int64) && infer.shape(1).rank() == 0,
              "the growth tracker is not a 0-d int32 or int64 tensor");
  if (const std::int64_t interval = infer.attributes<AmpUpdateScale>().growth_interval; interval < 1)
    infer.fail("growth_interval is not positive", std::to_string(interval));
}

bool update_scale_writes(int i, int) { return i < 2; }

}  // namespace

extern const Op amp_check_finite_and_unscale_op{.name = "amp_check_finite_and_unscale",
                                                .inputs = 1,
                                                .max_inputs = any_number,
                                                .infer = unscale_infer,
                                                .gradient_stops = true};
/// Inputs: scale, growth_tracker, found_inf.
extern const Op amp_update_scale_op{.name = "amp_update_scale",
                                    .inputs = 3,
                                    .attributes = &attribute_type<AmpUpdateScale>,
                                    .infer = update_scale_infer,
                                    .gradient_stops = true,
                                    .writes = update_scale_writes};

UnscaledGradients amp_check_finite_and_unscale(std::span<const Tensor> gradients, const Tensor& inv_scale,
                                               Location where) {
  std::vector<Tensor> inputs{inv_scale}, outputs(gradients.size() + 1);
  if (!gradients.empty() && gradients[0].defined() && inv_scale.defined())
    inputs[0] = to(Arg(inv_scale, where), gradients[0].device());
  inputs.insert(inputs.end(), gradients.begin(), gradients.end());
  apply(amp_check_finite_and_unscale_op, inputs, nullptr, outputs, where);
  Tensor found_inf = std::move(outputs.back());
  outputs.pop_back();
  return {std::move(outputs), std::move(found_inf)};
}

void amp_update_scale(const Tensor& scale, const Tensor& growth_tracker, const Tensor& found_inf,
                      const AmpUpdateScale& attributes, Location where) {
  const Hyperparameters check("amp_update_scale", where);
  check.positive("growth_factor", attributes.growth_factor);
  check.positive("backoff_factor", attributes.backoff_factor);
  for (const Tensor* input : {&scale, &growth_tracker, &found_inf})
    static_cast<void>(operand("amp_update_scale", Arg(*input, where)));
  const Tensor inputs[] = {scale, growth_tracker, to(Arg(found_inf, where), scale.device())};
  check_written_once(amp_update_scale_op, inputs, where);
  apply(amp_update_scale_op, inputs, &attributes, {}, where);
}

SkipUpdates::SkipUpdates(const Tensor& found_inf, Location where) : found_inf_(found_inf) {
  const TensorMeta& meta = operand("SkipUpdates", Arg(found_inf, where)).meta();
  if (meta.dtype != float32 || meta.shape.rank() != 0)
    throw ArgumentError("SkipUpdates", "found_inf is not a 0-d float32 tensor",
                        std::string(dtype_name(meta.dtype)) + " " + meta.shape.text(), "", where);
  open_scopes().begin(this, innermost, &std::as_const(found_inf_));
}
SkipUpdates::~SkipUpdates() { end_scope(this); }
const Tensor* SkipUpdates::current() {
  forget_ended_scopes();
  return innermost;
}

}  // namespace triptych
