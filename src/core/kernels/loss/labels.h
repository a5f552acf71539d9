// Rows of scores and the integer labels that belong to them.
#pragma once

#include <string>

#include "core/formulas/label_loss.h"
#include "core/kernels/rows.h"
#include "core/ops/loss/cross_entropy.h"

namespace triptych {

/// The labels of a loss, as int64 and checked, the class weights, and what `mean` divides by.
template <class C>
class Labels {
 public:
  Labels(const KernelCall& call, const Rows& rows, int target, int weight)
      : attributes_(call.attributes_as<CrossEntropyAttributes>()),
        classes_(rows.length),
        formula_(attributes_.label_smoothing, classes_),
        values_(static_cast<std::size_t>(std::max<std::int64_t>(rows.count, 1)) * sizeof(std::int64_t)),
        weights_(static_cast<std::size_t>(std::max<std::int64_t>(rows.length, 1)) * sizeof(C)) {
    const Operand& labels = call.inputs[static_cast<std::size_t>(target)];
    convert(labels.data, labels.dtype(), values_.as<std::int64_t>(), int64, rows.count);
    for (std::int64_t r = 0; r < rows.count; ++r)
      if (const std::int64_t label = (*this)[r]; !ignored(r) && (label < 0 || label >= classes_))
        fail(call, labels, r, label);
    C* w = weights_.template as<C>();
    std::fill_n(w, classes_, C(1));
    if (static_cast<std::size_t>(weight) < call.inputs.size()) {
      const Operand& given = call.inputs[static_cast<std::size_t>(weight)];
      convert(given.data, given.dtype(), w, dtype_of<C>::value, classes_);
    }
    if (attributes_.reduction != Reduction::mean) return;
    double sum = 0;
    for (std::int64_t r = 0; r < rows.count; ++r)
      if (!ignored(r)) sum += static_cast<double>(weight_of(r));
    divisor_ = static_cast<C>(sum);
  }

  std::int64_t operator[](std::int64_t row) const { return values_.template as<std::int64_t>()[row]; }
  bool ignored(std::int64_t row) const { return attributes_.ignores && (*this)[row] == attributes_.ignore_index; }
  C weight_of(std::int64_t row) const { return weights_.template as<C>()[(*this)[row]]; }
  const C* weights() const { return weights_.template as<C>(); }
  /// The loss of a row; `log_probability(c)` gives that of a class.
  template <class F>
  C loss(std::int64_t row, F log_probability) const {
    if (ignored(row)) return 0;
    double all = 0;  // one by one in float32, 2000 classes would lose two digits
    if (formula_.smoothed)
      for (std::int64_t c = 0; c < classes_; ++c) all += static_cast<double>(weights()[c] * log_probability(c));
    return formula_.loss(weight_of(row), log_probability((*this)[row]), static_cast<C>(all));
  }

  /// Reduces the rows' losses into the output.
  template <class T>
  void reduce_into(T* out, const C* losses, std::int64_t rows) const {
    if (attributes_.reduction == Reduction::none) {
      for (std::int64_t r = 0; r < rows; ++r) out[r] = T(losses[r]);
      return;
    }
    const C total = row_sum(losses, rows);
    *out = T(attributes_.reduction == Reduction::mean ? total / divisor_ : total);
  }

  /// The upstream gradient of a row's loss.
  template <class T>
  C upstream_of(const Operand& upstream, std::int64_t row) const {
    if (ignored(row)) return 0;
    const T* values = upstream.as<const T>();
    if (attributes_.reduction == Reduction::none) return static_cast<C>(values[row]);
    return attributes_.reduction == Reduction::mean ? static_cast<C>(*values) / divisor_ : static_cast<C>(*values);
  }

  /// The gradient of a row's loss with respect to its log-probabilities.
  void gradient(std::int64_t row, C upstream, C* out) const {
    std::fill_n(out, classes_, C(0));
    if (ignored(row)) return;
    if (formula_.smoothed)
      for (std::int64_t c = 0; c < classes_; ++c) out[c] = formula_.common_gradient(weights()[c], upstream);
    C& own = out[(*this)[row]];
    own = formula_.own_gradient(own, weight_of(row), upstream);
  }

 private:
  [[noreturn]] void fail(const KernelCall& call, const Operand& labels, std::int64_t row, std::int64_t label) const {
    Shape position;
    std::int64_t step = 1;
    for (int axis = labels.shape().rank() - 1; axis >= 0; --axis) {
      position.insert(0, row / step % labels.shape()[axis]);
      step *= labels.shape()[axis];
    }
    throw ArgumentError(call.op.name, "a label is out of range",
                        "label " + std::to_string(label) + " at position " + position.text() + " for " +
                            std::to_string(classes_) + " classes",
                        "Labels run from 0 to " + std::to_string(classes_ - 1), call.context.where);
  }

  const CrossEntropyAttributes& attributes_;
  std::int64_t classes_;
  formula::LabelLoss<C> formula_;
  Scratch values_, weights_;
  C divisor_ = 1;
};

}  // namespace triptych
