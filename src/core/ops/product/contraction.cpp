// contract: each pair is one product of matrices, with what both have and keep as leading dimensions.
#include "core/ops/product/contraction.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/ops/linalg/diagonals.h"
#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

using Labels = std::vector<int>;
/// A set of names, or of factors: bit i stands for number i.
using Set = std::uint64_t;

bool has(const Labels& labels, int label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

int place(const Labels& labels, int label) {
  return static_cast<int>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

Set set_of(const Labels& labels) {
  Set set = 0;
  for (const int label : labels) set |= Set{1} << label;
  return set;
}

Labels joined(Labels a, const Labels& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

int count(const Labels& labels) { return static_cast<int>(labels.size()); }

/// The factor with its axes in this order; a view.
Tensor arranged(const Factor& f, const Labels& order) {
  if (f.labels == order) return f.tensor;
  Axes axes;
  for (const int label : order) axes.append(place(f.labels, label));
  return permute(f.tensor, axes);
}

/// x with so many axes of length one before `axis`.
Tensor with_ones(Tensor x, int axis, int ones) {
  for (int i = 0; i < ones; ++i) x = unsqueeze(x, axis);
  return x;
}

/// Names that one factor has twice become one axis, its diagonal, at the end.
void take_diagonals(Factor& f) {
  for (int i = 0; i < count(f.labels); ++i)
    for (int j = i + 1; j < count(f.labels); ++j) {
      const int label = f.labels[static_cast<std::size_t>(i)];
      if (label != f.labels[static_cast<std::size_t>(j)]) continue;
      f.tensor = main_diagonal(moveaxis(moveaxis(f.tensor, j, -1), i, -2));
      f.labels.erase(f.labels.begin() + j);
      f.labels.erase(f.labels.begin() + i);
      f.labels.push_back(label);
      return take_diagonals(f);
    }
}

/// Drops axes of length one whose name another factor has with another length: they would only be repeated. A length
/// that a graph does not know is taken to be the same, so that graphs compute what the tape computes, to the bit.
void drop_repeated(std::vector<Factor>& factors) {
  const auto length = [](const Factor& f, int label) { return f.tensor.shape().dim(place(f.labels, label)); };
  for (Factor& f : factors) {
    Axes dropped;
    Labels left;
    for (const int label : f.labels) {
      const bool longer = std::any_of(factors.begin(), factors.end(), [&](const Factor& other) {
        return has(other.labels, label) && length(other, label).known() && length(other, label).raw() != 1;
      });
      if (longer && length(f, label).raw() == 1)
        dropped.append(place(f.labels, label));
      else
        left.push_back(label);
    }
    if (dropped.empty()) continue;
    f.tensor = squeeze(f.tensor, dropped);
    f.labels = left;
  }
}

/// Sums what only this factor has.
void sum_alone(Factor& f, Set needed) {
  Axes axes;
  Labels left;
  for (const int label : f.labels)
    if (needed >> label & 1)
      left.push_back(label);
    else
      axes.append(place(f.labels, label));
  if (axes.empty()) return;
  f.tensor = cast(sum(f.tensor, axes), f.tensor.dtype());
  f.labels = left;
}

/// The length of an axis of both factors, of which one may be repeated.
Dim common_length(Dim a, Dim b) {
  const bool is_b = a.raw() == 1 || (!a.known() && b.known() && b.raw() != 1);
  return is_b ? b : a;
}

/// What becomes of the names of two factors.
struct Roles {
  Labels batch, rows, columns, summed;

  Roles(const Factor& a, const Factor& b, const Labels& kept) {
    for (const int label : kept)
      if (has(a.labels, label))
        (has(b.labels, label) ? batch : rows).push_back(label);
      else if (has(b.labels, label))
        columns.push_back(label);
    for (const int label : a.labels)
      if (!has(kept, label)) summed.push_back(label);
  }
};

Factor elementwise(const Factor& a, const Factor& b, const Roles& r) {
  const Tensor left = with_ones(arranged(a, joined(r.batch, r.rows)), -1, count(r.columns));
  const Tensor right = with_ones(arranged(b, joined(r.batch, r.columns)), count(r.batch), count(r.rows));
  return {left * right, joined(joined(r.batch, r.rows), r.columns)};
}

/// Rows and columns of several names are merged into one axis each, and taken apart again.
Factor by_merged(const Factor& a, const Factor& b, const Roles& r) {
  const int batch = count(r.batch), rows = count(r.rows), columns = count(r.columns), summed = count(r.summed);
  const Labels labels = joined(joined(r.batch, r.rows), r.columns);
  Tensor left = arranged(a, joined(joined(r.batch, r.rows), r.summed));
  Tensor right = arranged(b, joined(joined(r.batch, r.summed), r.columns));
  Shape shape;
  for (int i = 0; i < batch + rows; ++i) shape.append(left.shape().dim(i));
  for (int i = 0; i < columns; ++i) shape.append(right.shape().dim(batch + summed + i));
  for (int i = 0; i < batch; ++i) shape.set(i, common_length(shape.dim(i), right.shape().dim(i)));
  if (summed > 1) {
    left = flatten(left, batch + rows, -1);
    right = flatten(right, batch, batch + summed - 1);
  }
  if (rows > 1) left = flatten(left, batch, batch + rows - 1);
  if (columns > 1) right = flatten(right, batch + 1, -1);
  const bool lone_row = rows == 0 && batch > 0, lone_column = columns == 0 && batch > 0;
  if (lone_row) left = unsqueeze(left, batch);
  if (lone_column) right = unsqueeze(right, -1);
  Tensor product = matmul(left, right);
  if (rows > 1 || columns > 1) return {reshape(product, shape), labels};
  if (lone_column) product = squeeze(product, -1);
  if (lone_row) product = squeeze(product, batch);
  return {product, labels};
}

/// The same where reshape could not take them apart, as several lengths are unknown: all rows and columns but one are
/// leading dimensions of length one in the other factor.
Factor by_broadcasting(const Factor& a, const Factor& b, Roles r) {
  const int batch = count(r.batch), rows = count(r.rows), summed = count(r.summed);
  Labels leading = r.columns;
  Labels last;
  if (!leading.empty()) {
    last = {leading.back()};
    leading.pop_back();
  }
  Tensor left = arranged(a, joined(joined(r.batch, r.rows), r.summed));
  Tensor right = arranged(b, joined(joined(joined(r.batch, leading), r.summed), last));
  if (summed > 1) {
    left = flatten(left, batch + rows, -1);
    right = flatten(right, batch + count(leading), batch + count(leading) + summed - 1);
  }
  if (rows == 0) left = unsqueeze(left, batch);
  if (last.empty()) right = unsqueeze(right, -1);
  left = with_ones(left, batch, count(leading));
  right = with_ones(right, batch + count(leading), std::max(rows - 1, 0));
  Tensor product = matmul(left, right);
  if (last.empty()) product = squeeze(product, -1);
  if (rows == 0) product = squeeze(product, batch + count(leading));
  return {product, joined(joined(joined(r.batch, leading), r.rows), last)};
}

Factor product_of(Factor a, Factor b, const Labels& kept) {
  sum_alone(a, set_of(kept) | set_of(b.labels));
  sum_alone(b, set_of(kept) | set_of(a.labels));
  const auto first_of_one = [&](const Factor& f, const Factor& other) {
    for (int i = 0; i < count(kept); ++i)
      if (has(f.labels, kept[static_cast<std::size_t>(i)]) && !has(other.labels, kept[static_cast<std::size_t>(i)]))
        return i;
    return count(kept);
  };
  if (first_of_one(b, a) < first_of_one(a, b)) std::swap(a, b);  // so that the result comes in the order that is wanted
  const Roles roles(a, b, kept);
  if (roles.summed.empty()) return elementwise(a, b, roles);
  int unknown_lengths = 0;
  for (const int label : kept) {
    const auto length = [&](const Factor& f) { return f.tensor.shape().dim(place(f.labels, label)); };
    const bool in_a = has(a.labels, label), in_b = has(b.labels, label);
    if (in_a || in_b)
      unknown_lengths += !(in_a && in_b ? common_length(length(a), length(b)) : length(in_a ? a : b)).known();
  }
  const bool merges = roles.rows.size() > 1 || roles.columns.size() > 1;
  return merges && unknown_lengths > 1 ? by_broadcasting(a, b, roles) : by_merged(a, b, roles);
}

/// In which order factors are multiplied, by the number of multiplications; an unknown length counts as `guess`.
class Order {
 public:
  Order(const std::vector<Factor>& factors, Set wanted) : wanted_(wanted) {
    for (double& length : lengths_) length = 1;
    for (const Factor& f : factors) {
      sets_.push_back(set_of(f.labels));
      for (int i = 0; i < count(f.labels); ++i) {
        constexpr double guess = 16;
        const Dim dim = f.tensor.shape().dim(i);
        double& length = lengths_[f.labels[static_cast<std::size_t>(i)]];
        length = std::max(length, dim.known() ? static_cast<double>(dim.raw()) : guess);
      }
    }
  }

  /// The names that the product of these factors has: those that are wanted, or that others have.
  Set names(Set factors) const {
    Set inside = 0, outside = wanted_;
    for (std::size_t i = 0; i < sets_.size(); ++i) (factors >> i & 1 ? inside : outside) |= sets_[i];
    return inside & outside;
  }
  double multiplications(Set a, Set b) const {
    double product = 1;
    const Set all = names(a) | names(b);
    for (int label = 0; label < 64; ++label)
      if (all >> label & 1) product *= lengths_[label];
    return product;
  }
  /// For each set of at least two factors the part that is multiplied with the rest in the end, so that all of it costs
  /// least.
  std::vector<Set> best_parts() const {
    const Set all = (Set{1} << sets_.size()) - 1;
    std::vector<double> costs(all + 1, 0);
    std::vector<Set> parts(all + 1, 0);
    for (Set set = 1; set <= all; ++set) {
      if ((set & (set - 1)) == 0) continue;
      costs[set] = std::numeric_limits<double>::infinity();
      for (Set part = (set - 1) & set; part > (set ^ part); part = (part - 1) & set) {
        const Set rest = set ^ part;
        const double cost = costs[part] + costs[rest] + multiplications(part, rest);
        if (cost < costs[set]) {
          costs[set] = cost;
          parts[set] = part;
        }
      }
    }
    return parts;
  }

 private:
  Set wanted_;
  std::vector<Set> sets_;
  double lengths_[64];
};

/// The names in `set`, those that are wanted first and in their order.
Labels listed(Set set, const Labels& wanted) {
  Labels labels;
  for (const int label : wanted)
    if (set >> label & 1) labels.push_back(label);
  for (int label = 0; label < 64; ++label)
    if (set >> label & 1 && !has(labels, label)) labels.push_back(label);
  return labels;
}

Factor best_product(const std::vector<Factor>& factors, const Order& order, const std::vector<Set>& parts,
                    const Labels& wanted, Set set) {
  if ((set & (set - 1)) == 0) return factors[static_cast<std::size_t>(__builtin_ctzll(set))];
  const Set part = parts[set];
  Factor a = best_product(factors, order, parts, wanted, set ^ part);
  Factor b = best_product(factors, order, parts, wanted, part);
  return product_of(std::move(a), std::move(b), listed(order.names(set), wanted));
}

/// The cheapest pair of all is the next one.
Factor greedy_product(std::vector<Factor> factors, const Labels& wanted) {
  while (factors.size() > 1) {
    const Order order(factors, set_of(wanted));
    std::size_t a = 0, b = 1;
    for (std::size_t i = 0; i < factors.size(); ++i)
      for (std::size_t k = i + 1; k < factors.size(); ++k)
        if (order.multiplications(Set{1} << i, Set{1} << k) < order.multiplications(Set{1} << a, Set{1} << b)) {
          a = i;
          b = k;
        }
    const Labels kept = listed(order.names(Set{1} << a | Set{1} << b), wanted);
    Factor product = product_of(factors[a], factors[b], kept);
    factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(b));
    factors[a] = std::move(product);
  }
  return factors[0];
}

}  // namespace

Tensor contract(std::vector<Factor> factors, const Labels& wanted) {
  constexpr std::size_t most_in_best_order = 8, most_in_sets = 60;
  for (Factor& f : factors) take_diagonals(f);
  drop_repeated(factors);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    Set needed = set_of(wanted);
    for (std::size_t k = 0; k < factors.size(); ++k)
      if (k != i) needed |= set_of(factors[k].labels);
    sum_alone(factors[i], needed);
  }
  while (factors.size() > most_in_sets) {  // more than a set of them holds: from the left
    Labels needed = wanted;
    for (std::size_t k = 2; k < factors.size(); ++k) needed = joined(needed, factors[k].labels);
    const Set both = set_of(factors[0].labels) | set_of(factors[1].labels);
    factors[1] = product_of(factors[0], factors[1], listed(both & set_of(needed), wanted));
    factors.erase(factors.begin());
  }
  if (factors.size() > most_in_best_order) {
    const Factor product = greedy_product(std::move(factors), wanted);
    return arranged(product, wanted);
  }
  const Order order(factors, set_of(wanted));
  const Set all = (Set{1} << factors.size()) - 1;
  const std::vector<Set> parts = factors.size() > 1 ? order.best_parts() : std::vector<Set>();
  return arranged(best_product(factors, order, parts, wanted, all), wanted);
}

}  // namespace triptych
