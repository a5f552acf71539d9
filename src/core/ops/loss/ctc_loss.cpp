// The loss of each sequence, and its gradient, which computes the probabilities of the alignments again.
#include "core/ops/loss/ctc_loss.h"

#include "core/autodiff/second_order.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/ctc.h"

namespace triptych {

extern const Op ctc_loss_op, ctc_loss_grad_op;

namespace {

/// Checks log_probs (T, N, C), targets, and both lengths, inputs `first` on; returns (N).
Shape infer_losses(Infer& infer, int first) {
  const Shape& scores = infer.shape(first);
  const std::int64_t blank = infer.attributes<CtcLossAttributes>().blank;
  if (!is_floating(infer.dtype(first)))
    infer.fail("log_probs are not floating-point", infer.given(), "Convert them with cast");
  infer.check(scores.rank() == 3, "log_probs are not (T, N, C)");
  for (int i = first + 1; i < first + 4; ++i)
    infer.check(is_integral(infer.dtype(i)), "targets or lengths are not integers", "Convert them with cast");
  const Dim classes = scores.dim(2);
  if (blank < 0 || (classes.known() && blank >= classes.raw()))
    infer.fail("blank is not a class", std::to_string(blank) + " for " + scores.text());
  const Shape& targets = infer.shape(first + 1);
  infer.check(targets.rank() == 1 || targets.rank() == 2, "targets are neither (N, S) nor one behind the other");
  Shape losses;
  losses.append(scores.dim(1));
  if (targets.rank() == 2 && conflict(targets.dim(0), scores.dim(1)))
    infer.fail("there is not one target for each sequence", infer.given());
  for (const int i : {first + 2, first + 3})
    infer.check(infer.shape(i).compatible(losses), "there is not one length for each sequence");
  return losses;
}

void ctc_loss_infer(Infer& infer) { infer.output(0, infer_losses(infer, 0), infer.dtype(0)); }

// Inputs upstream, losses, log_probs, targets, input lengths, target lengths.
void ctc_loss_grad_infer(Infer& infer) {
  const Shape losses = infer_losses(infer, 2);
  for (const int i : {0, 1})
    infer.check(infer.shape(i).compatible(losses) && infer.dtype(i) == infer.dtype(2),
                "upstream or the losses differ from what ctc_loss gives");
  infer.output(0, infer.shape(2), infer.dtype(2));
}

void ctc_loss_gradient(Gradient& g) {
  if (!g.needs(0)) return;
  const Tensor inputs[] = {g.upstream(), g.output(0), g.input(0), g.input(1), g.input(2), g.input(3)};
  Tensor result;
  apply(ctc_loss_grad_op, inputs, &g.attributes<CtcLossAttributes>(), {&result, 1}, {});
  g.set(0, result);
}

/// Stands for the logarithm of zero where differences of it must stay numbers.
constexpr double never = -1e30;

/// 0, 1, ... along the last axis of x, int64.
Tensor places_in(const Tensor& x) { return cumsum(ones_like(cast(x, int64)), -1) - 1; }

/// Targets as rows (N, S), with blanks after their lengths.
Tensor padded_targets(const Tensor& targets, const Tensor& counts, std::int64_t blank) {
  Tensor rows = cast(targets, int64);
  if (rows.ndim() == 1) {  // one behind the other, and one more for whatever is beyond
    const Tensor end = sum(ones_like(rows)), ends = unsqueeze(cumsum(counts, 0) - counts, -1);
    const Tensor all = concat({rows, zeros_like(sum(rows, {0}, true))}, 0);
    const Tensor places = minimum(ends + places_in(rows), end);
    rows = reshape_like(index_select(all, 0, flatten(places)), places);
  }
  return where(less(places_in(rows), unsqueeze(counts, -1)), rows, blank);
}

/// x moved `by` places along the last axis, and `value` in front.
Tensor moved(const Tensor& x, std::int64_t by, double value) {
  return slice(pad(x, {{0, 0}, {by, 0}}, value), 1, {0, -by});
}

/// The losses and, for each sequence, the sum of its probabilities: its gradient is what ctc_loss gives. By steps made
/// of other ops, from log_probs, targets, and both lengths.
Tensor plain_losses(std::span<const Tensor> inputs, const CtcLossAttributes& a) {
  const Tensor& scores = inputs[0];
  const Dim steps = scores.shape().dim(0);
  if (!steps.known())
    throw UnsupportedError("ctc_loss", "its second derivative goes through its steps, whose number is unknown",
                           scores.shape().text(), "Give the placeholder a length");
  const Tensor lengths = cast(inputs[2], int64), counts = cast(inputs[3], int64);
  const Tensor labels = padded_targets(inputs[1], counts, a.blank);
  const Tensor blanks = full_like(labels, a.blank), last = full_like(sum(labels, {1}, true), a.blank);
  const Tensor states = concat({flatten(stack({blanks, labels}, -1), 1), last}, 1), numbers = places_in(states);
  const Tensor skips = logical_and(logical_and(equal(remainder(numbers, 2), 1), greater_equal(numbers, 2)),
                                   not_equal(states, moved(states, 2, -1)));
  Tensor alphas, probabilities;
  for (std::int64_t t = 0; t < steps.raw(); ++t) {
    const Tensor step = select(scores, 0, t), own = gather(step, 1, states), there = greater(lengths, t);
    const Tensor sums = where(there, sum(exp(step), {1}), 0);
    if (t == 0) {
      alphas = where(less(numbers, 2), own, never);
      probabilities = sums;
      continue;
    }
    const Tensor two = where(skips, moved(alphas, 2, never), never);
    const Tensor next = logsumexp(stack({alphas, moved(alphas, 1, never), two}, 0), {0}) + own;
    alphas = where(unsqueeze(there, -1), next, alphas);
    probabilities = probabilities + sums;
  }
  if (!alphas.defined()) return sum(zeros_like(scores), {0, 2});
  const Tensor end = unsqueeze(counts * 2, -1);
  const Tensor before = where(greater(end, 0), gather(alphas, 1, clip(end - 1, 0)), never);
  const Tensor found = squeeze(logsumexp(stack({gather(alphas, 1, end), before}, 0), {0}), 1) * -1;
  const Tensor losses = where(equal(lengths, 0), where(equal(counts, 0), 0, zeros_like(found) - never), found);
  const Tensor total = losses + probabilities;
  return a.zero_infinity ? where(greater(losses, -never / 10), 0, total) : total;
}

void ctc_loss_grad_gradient(Gradient& g) {
  differentiate_gradient(g, {{2, 3, 4, 5}, {0}, {0}}, [&](std::span<const Tensor> arguments) {
    return std::vector{plain_losses(arguments, g.attributes<CtcLossAttributes>())};
  });
}

}  // namespace

extern const Op ctc_loss_op{.name = "ctc_loss",
                            .inputs = 4,
                            .attributes = &attribute_type<CtcLossAttributes>,
                            .infer = ctc_loss_infer,
                            .gradient = ctc_loss_gradient,
                            .saves_inputs = 0b1111,
                            .saves_outputs = 0b1,
                            .can_fail = true};
extern const Op ctc_loss_grad_op{.name = "ctc_loss_grad",
                                 .inputs = 6,
                                 .attributes = &attribute_type<CtcLossAttributes>,
                                 .infer = ctc_loss_grad_infer,
                                 .gradient = ctc_loss_grad_gradient,
                                 .saves_inputs = 0b111101,
                                 .wide_gradient = true,
                                 .can_fail = true};

Tensor ctc_loss(Arg log_probs, Arg targets, Arg input_lengths, Arg target_lengths, CtcLossOptions options) {
  const Location where = log_probs.where();
  const Frame frame(where);
  const bool batched = operand("ctc_loss", log_probs).ndim() != 2;
  const auto in_batch = [&](const Arg& x, std::int64_t axis, int rank) {
    const Tensor& t = operand("ctc_loss", x);
    return batched || t.ndim() != rank ? t : unsqueeze(t, axis);
  };
  const Tensor inputs[] = {in_batch(log_probs, 1, 2), in_batch(targets, 0, 1), in_batch(input_lengths, 0, 0),
                           in_batch(target_lengths, 0, 0)};
  const CtcLossAttributes attributes{options.blank, options.zero_infinity};
  Tensor losses;
  apply(ctc_loss_op, inputs, &attributes, {&losses, 1}, where);
  switch (options.reduction) {
    case Reduction::none:
      return batched ? losses : squeeze(losses, 0);
    case Reduction::sum:
      return sum(losses);
    case Reduction::mean:
      break;
  }
  const Tensor counts = clip(inputs[3], 1);
  return mean(losses / cast(counts, losses.dtype()));
}

}  // namespace triptych
