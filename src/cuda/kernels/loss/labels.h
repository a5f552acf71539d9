// Rows of scores and the integer labels that belong to them, on a GPU.
#pragma once

#include <optional>
#include <string>

#include "core/formulas/label_loss.h"
#include "cuda/kernels/loaded.h"
#include "cuda/kernels/reduce/reduce.h"
#include "cuda/kernels/rows.h"
#include "cuda/runtime/fault.h"

namespace triptych::cuda {

inline std::string label_text(const Fault& fault) {
  return "label " + std::to_string(fault.value) + " for " + std::to_string(fault.limit) + " classes";
}

/// What kernels see.
template <class T>
struct Labels {
  using C = compute_type<T>;
  static constexpr std::int64_t none = -1;

  const void* values;
  DType dtype;
  const T* weights;  // null: all 1
  std::int64_t classes;
  bool ignores;
  std::int64_t ignored;
  FaultReport fault;
  formula::LabelLoss<C> formula;
  Reduction reduction;
  const C* divisor;  // of `mean`

  /// The row's label; `none` if it is ignored or wrong.
  __device__ std::int64_t label_of(std::int64_t row) const {
    const auto label = loaded<std::int64_t>(values, dtype, row);
    return !(ignores && label == ignored) && in_range(label, classes, fault) ? label : none;
  }
  __device__ C weight_of(std::int64_t label) const { return weights ? static_cast<C>(weights[label]) : C(1); }

  /// The loss of a row, for all threads of its team; `log_probability(c)` gives that of a class.
  template <class F>
  __device__ C loss(const Row& row, F log_probability) const {
    C all = 0;
    if (formula.smoothed) {
      row.each([&](std::int64_t c, std::int64_t) { all += weight_of(c) * log_probability(c); });
      all = row.sum(all);
    }
    const std::int64_t label = row.real ? label_of(row.number) : none;
    return label == none ? C(0) : formula.loss(weight_of(label), log_probability(label), all);
  }

  /// The upstream gradient of a row's loss.
  __device__ C upstream_of(const T* upstream, std::int64_t row) const {
    if (reduction == Reduction::none) return static_cast<C>(upstream[row]);
    return reduction == Reduction::mean ? static_cast<C>(*upstream) / *divisor : static_cast<C>(*upstream);
  }
  /// The gradient of a row's loss with respect to the log-probability of a class.
  __device__ C gradient(std::int64_t label, C upstream, std::int64_t c) const {
    if (label == none) return 0;
    const C weight = weight_of(c), common = formula.common_gradient(weight, upstream);
    return c == label ? formula.own_gradient(common, weight, upstream) : common;
  }
};

template <class T>
struct WeightOfRow {
  Labels<T> labels;
  __device__ double operator()(const ReducePlace<1>& row) const {
    const std::int64_t label = labels.label_of(row.number);
    return label == Labels<T>::none ? 0.0 : static_cast<double>(labels.weight_of(label));
  }
};

/// out = sum, or sum / divisor.
template <class T, class C>
struct WriteTotal {
  T* out;
  const C* divisor;
  __device__ void operator()(std::int64_t, C sum) const { *out = T(divisor ? sum / *divisor : sum); }
};

/// What `body` gives for each row, into `losses`, or as results into `out`.
template <class T, class Body>
struct StoreLoss {
  Body body;
  compute_type<T>* losses;  // null: into `out`
  T* out;
  __device__ void operator()(const Row& row) const {
    const compute_type<T> loss = body(row);
    if (!row.leads()) return;
    if (losses)
      losses[row.number] = loss;
    else
      out[row.number] = T(loss);
  }
};

/// The loops over n elements that lie one behind the other.
inline ReduceLoops<1> loops_over_all(std::int64_t n) {
  ReduceLoops<1> loops;
  loops.count = n;
  loops.reduced = 1;
  loops.reduced_axes[0] = {n, 0, {1}};
  return loops;
}

/// The labels of a call, with the working memory that they need for its time.
template <class T>
class LabelledRows {
  using C = compute_type<T>;

 public:
  LabelledRows(const KernelCall& call, const Rows& rows, std::size_t target, std::size_t weight)
      : call_(call), rows_(rows), divisor_(call.context, sizeof(C)) {
    const auto& a = call.attributes_as<CrossEntropyAttributes>();
    labels_.emplace(Labels<T>{call.inputs[target].data, call.inputs[target].dtype(),
                              weight < call.inputs.size() ? call.inputs[weight].as<const T>() : nullptr, rows.length,
                              a.ignores, a.ignore_index,
                              fault_report(call.context.device.index, call.op.name, "a label is out of range",
                                           call.context.where, label_text),
                              formula::LabelLoss<C>(a.label_smoothing, rows.length), a.reduction, nullptr});
    if (a.reduction != Reduction::mean) return;
    reduce(call, loops_over_all(rows.count), 0.0, WeightOfRow<T>{*labels_}, formula::AddUp(),
           WriteValue<C>{divisor_.template as<C>()}, true);
    labels_->divisor = divisor_.template as<C>();
  }
  const Labels<T>& labels() const { return *labels_; }

  /// Runs `body(row) -> loss` over the rows and reduces the losses into the output.
  template <class Body>
  void reduce_losses(Body body) {
    const Scratch losses(call_.context, static_cast<std::size_t>(rows_.count) * sizeof(C));
    const bool each = labels_->reduction == Reduction::none;
    T* out = call_.outputs[0].template as<T>();
    each_row(call_, rows_, StoreLoss<T, Body>{body, each ? nullptr : losses.template as<C>(), out});
    if (!each)
      reduce(call_, loops_over_all(rows_.count), C(0), ReadElement<C, C>{losses.template as<C>()}, formula::AddUp(),
             WriteTotal<T, C>{out, labels_->divisor});
  }

 private:
  const KernelCall& call_;
  const Rows& rows_;
  Scratch divisor_;
  std::optional<Labels<T>> labels_;
};

}  // namespace triptych::cuda
