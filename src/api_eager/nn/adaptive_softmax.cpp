#include "triptych/eager/nn/adaptive_softmax.h"

#include <cmath>
#include <string>

#include "api_eager/nn/initialize.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn {
namespace {

const AdaptiveLogSoftmaxWithLossOptions& checked(const AdaptiveLogSoftmaxWithLossOptions& o, Location where) {
  std::int64_t before = 0;
  std::string list;
  bool ascending = !o.cutoffs.empty();
  for (const std::int64_t cutoff : o.cutoffs) {
    ascending &= cutoff > before && cutoff < o.n_classes;
    before = cutoff;
    list += (list.empty() ? "" : ", ") + std::to_string(cutoff);
  }
  if (!ascending)
    throw ArgumentError("AdaptiveLogSoftmaxWithLoss", "the cutoffs do not ascend from 1 to below n_classes",
                        "[" + list + "], n_classes " + std::to_string(o.n_classes), "", where);
  if (o.in_features < 1 || !(o.div_value > 0))
    throw ArgumentError("AdaptiveLogSoftmaxWithLoss", "in_features or div_value is not positive",
                        std::to_string(o.in_features) + " and " + std::to_string(o.div_value), "", where);
  check_parameter_dtype("AdaptiveLogSoftmaxWithLoss", o.dtype, where);
  return o;
}

}  // namespace

AdaptiveLogSoftmaxWithLoss::AdaptiveLogSoftmaxWithLoss(const Options& given, Location where)
    : options(checked(given, where)),
      head(add<Linear>(Name("head", where),
                       LinearOptions{.in_features = options.in_features,
                                     .out_features = shortlist() + static_cast<std::int64_t>(options.cutoffs.size()),
                                     .bias = options.head_bias,
                                     .dtype = options.dtype})),
      tail(add<ModuleList>(Name("tail", where))) {
  const Frame frame(where);
  for (std::size_t i = 0; i < options.cutoffs.size(); ++i) {
    const std::int64_t features =
        Scalar(static_cast<double>(options.in_features) / std::pow(options.div_value, static_cast<double>(i + 1)))
            .to_int();
    const auto linear = [&](std::int64_t in, std::int64_t out) {
      return make<Linear>(LinearOptions{.in_features = in, .out_features = out, .bias = false, .dtype = options.dtype},
                          where);
    };
    tail.append(make<Sequential>(linear(options.in_features, features),
                                 linear(features, end_of(i) - options.cutoffs[i]), where));
  }
}

AdaptiveLogSoftmaxResult AdaptiveLogSoftmaxWithLoss::forward(const Tensor& x, const Tensor& target) {
  if (x.ndim() == 1 && target.ndim() == 0) {
    auto [output, loss] = forward(unsqueeze(x, 0), unsqueeze(target, 0));
    return {squeeze(output, 0), loss};
  }
  if (x.ndim() != 2 || target.ndim() != 1 || x.shape().dim(0).raw() != target.shape().dim(0).raw())
    throw ArgumentError(name(), "the target has not one class for each row of the input",
                        "input " + x.shape().text() + ", target " + target.shape().text());
  if (!target.is_symbolic() && target.numel() > 0 &&
      (min(target).item<std::int64_t>() < 0 || max(target).item<std::int64_t>() >= options.n_classes))
    throw ArgumentError(name(), "a target is no class",
                        "from " + min(target).text() + " to " + max(target).text() + ", n_classes " +
                            std::to_string(options.n_classes));
  // The place in the head: the class itself, or its cluster. What a cluster says is added where the target is in it.
  Tensor place = target, output = zeros_like(sum(x, 1));
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const Tensor inside = (target >= options.cutoffs[i]) & (target < end_of(i));
    const Tensor rows = squeeze(nonzero(inside), 1);
    place = where(inside, shortlist() + static_cast<std::int64_t>(i), place);
    if (!rows.is_symbolic() && rows.numel() == 0) continue;
    const Tensor within = index_select(target, 0, rows) - options.cutoffs[i];
    const Tensor cluster = log_softmax(tail[static_cast<std::int64_t>(i)](index_select(x, 0, rows)), 1);
    output = index_add(output, 0, rows, squeeze(gather(cluster, 1, unsqueeze(within, 1)), 1));
  }
  output = output + squeeze(gather(log_softmax(head(x), 1), 1, unsqueeze(place, 1)), 1);
  return {output, -mean(output)};
}

Tensor AdaptiveLogSoftmaxWithLoss::log_prob(const Arg& x) {
  const CallScope scope(x);
  const Tensor of_head = log_softmax(head(x.tensor()), 1);
  std::vector<Tensor> parts{narrow(of_head, 1, 0, shortlist())};
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    parts.push_back(log_softmax(tail[number](x.tensor()), 1) + narrow(of_head, 1, shortlist() + number, 1));
  }
  return scope.result(concat(parts, 1));
}

Tensor AdaptiveLogSoftmaxWithLoss::predict(const Arg& x) {
  const Frame frame(x.where());
  return argmax(log_prob(x), 1);
}

}  // namespace triptych::eager::nn
