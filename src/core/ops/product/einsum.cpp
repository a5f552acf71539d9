// einsum: reads the equation, and leaves the rest to contract. tensordot and inner are equations without letters.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "core/dispatch/autocast.h"
#include "core/ops/ops.h"
#include "core/ops/product/contraction.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/products.h"

namespace triptych {
namespace {

constexpr int letters = 52;  // the names behind them are axes of the ellipsis, the last of them first

/// Capitals come first, as in PyTorch.
int label_of(char c) { return std::isupper(static_cast<unsigned char>(c)) ? c - 'A' : 26 + c - 'a'; }
char letter_of(int label) { return static_cast<char>(label < 26 ? 'A' + label : 'a' + label - 26); }

[[noreturn]] void refuse(std::string_view rule, const std::string& given, Location where, std::string_view hint = {}) {
  throw ArgumentError("einsum", rule, given, hint, where);
}

/// The axes of one operand or of the result, with -1 for an ellipsis.
std::vector<int> read_term(std::string_view term, std::string_view equation, Location where) {
  std::vector<int> labels;
  for (std::size_t i = 0; i < term.size(); ++i) {
    const auto c = static_cast<unsigned char>(term[i]);
    if (std::isalpha(c)) {
      labels.push_back(label_of(term[i]));
    } else if (term.substr(i, 3) == "..." && std::find(labels.begin(), labels.end(), -1) == labels.end()) {
      labels.push_back(-1);
      i += 2;
    } else {
      refuse("the equation is malformed", '"' + std::string(equation) + '"', where,
             "An axis is a letter, and an operand or the result has one \"...\" at most");
    }
  }
  return labels;
}

struct Equation {
  std::vector<std::vector<int>> operands;
  std::vector<int> result;
  bool has_result = false;
};

Equation read_equation(std::string_view text, Location where) {
  std::string equation;
  for (const char c : text)
    if (c != ' ') equation += c;
  const std::size_t arrow = equation.find("->");
  Equation e;
  const std::string_view left = std::string_view(equation).substr(0, arrow);
  for (std::size_t begin = 0; begin <= left.size();) {
    const std::size_t comma = std::min(left.find(',', begin), left.size());
    e.operands.push_back(read_term(left.substr(begin, comma - begin), text, where));
    begin = comma + 1;
  }
  e.has_result = arrow != std::string::npos;
  if (e.has_result) e.result = read_term(std::string_view(equation).substr(arrow + 2), text, where);
  return e;
}

/// The ellipsis replaced by the names of the axes that it stands for.
std::vector<int> expanded(const std::vector<int>& labels, int axes) {
  std::vector<int> result;
  for (const int label : labels)
    if (label >= 0)
      result.push_back(label);
    else
      for (int i = axes; i-- > 0;) result.push_back(letters + i);
  return result;
}

/// Without an arrow: what occurs once, by the alphabet, after the ellipsis.
std::vector<int> implicit_result(const std::vector<Factor>& factors) {
  std::array<int, 64> occurrences{};
  for (const Factor& f : factors)
    for (const int label : f.labels) ++occurrences[static_cast<std::size_t>(label)];
  std::vector<int> result;
  for (int label = 63; label >= letters; --label)
    if (occurrences[static_cast<std::size_t>(label)]) result.push_back(label);
  for (int label = 0; label < letters; ++label)
    if (occurrences[static_cast<std::size_t>(label)] == 1) result.push_back(label);
  return result;
}

std::string name_of_axis(int label) {
  return label < letters ? std::string("axis ") + letter_of(label) : std::string("an axis of \"...\"");
}

/// Axes of one name have one length, or length one; twice in one operand, the same.
void check_lengths(const std::vector<Factor>& factors, Location where) {
  std::array<Dim, 64> lengths = [] {
    std::array<Dim, 64> all = []<std::size_t... i>(std::index_sequence<i...>) {
      return std::array<Dim, 64>{(static_cast<void>(i), Dim(1))...};
    }
    (std::make_index_sequence<64>());
    return all;
  }();
  for (const Factor& f : factors)
    for (std::size_t i = 0; i < f.labels.size(); ++i) {
      const Dim dim = f.tensor.shape().dim(static_cast<int>(i));
      for (std::size_t k = 0; k < i; ++k)
        if (f.labels[i] == f.labels[k] && conflict(dim, f.tensor.shape().dim(static_cast<int>(k))))
          refuse("an operand has two lengths for one letter",
                 name_of_axis(f.labels[i]) + " of shape " + f.tensor.shape().text(), where);
      Dim& known = lengths[static_cast<std::size_t>(f.labels[i])];
      if (dim.raw() == 1) continue;
      if (known.raw() != 1 && conflict(known, dim))
        refuse("an axis has two lengths",
               name_of_axis(f.labels[i]) + ": " + std::to_string(known.raw()) + " and " + std::to_string(dim.raw()),
               where);
      if (known.raw() == 1 || dim.known()) known = dim;
    }
}

/// Several steps compute in the wide dtype.
Tensor contract_rounded(std::vector<Factor> factors, const std::vector<int>& wanted) {
  const DType dtype = factors[0].tensor.dtype();
  for (Factor& f : factors) f.tensor = widened(f.tensor);
  return cast(contract(std::move(factors), wanted), dtype);
}

/// Two operands of tensordot or inner, in one dtype.
Tensor contract_pair(const char* op, const Arg& a, const Arg& b, const std::vector<int>& a_labels,
                     const std::vector<int>& b_labels, const std::vector<int>& wanted) {
  const DType dtype = result_type(a.tensor(), b.tensor());
  if (dtype == boolean)
    throw ArgumentError(op, "bools are multiplied", "both are bool", "Convert with cast", a.where());
  return contract_rounded({{cast(a.tensor(), dtype), a_labels}, {cast(b.tensor(), dtype), b_labels}}, wanted);
}

}  // namespace

Tensor einsum(Text equation, const std::vector<Tensor>& operands, Location where) {
  const Frame frame(where);
  const Called called("einsum");
  const Equation e = read_equation(equation, where);
  if (operands.empty()) refuse("there are no operands", '"' + std::string(equation) + '"', where);
  if (e.operands.size() != operands.size())
    refuse("the equation is for another number of operands",
           std::to_string(operands.size()) + " for \"" + std::string(equation) + '"', where);
  DType dtype = seen_dtype(operand("einsum", Arg(operands[0], where)));
  int ellipsis = -1;
  std::vector<Factor> factors;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Tensor& x = operand("einsum", Arg(operands[i], where));
    dtype = promote_types(dtype, seen_dtype(x));
    const bool dots = std::find(e.operands[i].begin(), e.operands[i].end(), -1) != e.operands[i].end();
    const int axes = x.ndim() - static_cast<int>(e.operands[i].size()) + dots;
    if (dots ? axes < 0 : axes != 0)
      refuse("an operand has another number of axes than the equation says",
             "operand " + std::to_string(i) + " is " + x.shape().text() + " in \"" + std::string(equation) + '"',
             where);
    if (dots) ellipsis = std::max(ellipsis, axes);
    factors.push_back({x, expanded(e.operands[i], axes)});
  }
  if (dtype == boolean) refuse("bools are multiplied", "all operands are bool", where, "Convert with cast");
  check_lengths(factors, where);
  const std::vector<int> result = e.has_result ? expanded(e.result, std::max(ellipsis, 0)) : implicit_result(factors);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool twice = std::find(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(i), result[i]) !=
                       result.begin() + static_cast<std::ptrdiff_t>(i);
    const bool there = std::any_of(factors.begin(), factors.end(), [&](const Factor& f) {
      return std::find(f.labels.begin(), f.labels.end(), result[i]) != f.labels.end();
    });
    if (twice || !there)
      refuse(twice ? "the result has an axis twice" : "the result has an axis that no operand has",
             name_of_axis(result[i]) + " in \"" + std::string(equation) + '"', where);
  }
  if (result.size() > static_cast<std::size_t>(Shape::max_rank))
    refuse("the result has more than 8 axes", '"' + std::string(equation) + '"', where);
  for (Factor& f : factors) f.tensor = cast(as_seen(f.tensor), dtype);
  return contract_rounded(std::move(factors), result);
}

Tensor tensordot(Arg a, Arg b, std::int64_t axes) {
  const int left = operand("tensordot", a).ndim(), right = operand("tensordot", b).ndim();
  if (axes < 0 || axes > left || axes > right)
    throw ArgumentError(
        "tensordot", "there are not so many axes",
        std::to_string(axes) + " for a " + a.tensor().shape().text() + " and b " + b.tensor().shape().text(), "",
        a.where());
  Axes last, first;
  for (int i = 0; i < axes; ++i) {
    last.append(left - static_cast<int>(axes) + i);
    first.append(i);
  }
  return tensordot(a, b, last, first);
}

Tensor tensordot(Arg a, Arg b, const Axes& a_axes, const Axes& b_axes) {
  const Frame frame(a.where());
  const Called called("tensordot");
  const int left = operand("tensordot", a).ndim(), right = operand("tensordot", b).ndim();
  if (a_axes.size() != b_axes.size())
    throw ArgumentError("tensordot", "the numbers of axes differ",
                        std::to_string(a_axes.size()) + " of a, " + std::to_string(b_axes.size()) + " of b", "",
                        a.where());
  std::vector<int> a_labels, b_labels, wanted;
  for (int i = 0; i < left; ++i) a_labels.push_back(i);
  for (int i = 0; i < right; ++i) b_labels.push_back(left + i);
  for (int i = 0; i < a_axes.size(); ++i) {
    const int from_a = normalize_axis("tensordot", a_axes[i], left, a.where());
    const int from_b = normalize_axis("tensordot", b_axes[i], right, a.where());
    const Dim length = a.tensor().shape().dim(from_a), other = b.tensor().shape().dim(from_b);
    int& name = b_labels[static_cast<std::size_t>(from_b)];
    if (name < left || std::count(b_labels.begin(), b_labels.end(), from_a))
      throw ArgumentError("tensordot", "an axis is given twice",
                          std::to_string(a_axes[i]) + " of a, " + std::to_string(b_axes[i]) + " of b", "", a.where());
    if (conflict(length, other))
      throw ArgumentError("tensordot", "the lengths of axes differ",
                          "axis " + std::to_string(from_a) + " of a " + a.tensor().shape().text() + ", axis " +
                              std::to_string(from_b) + " of b " + b.tensor().shape().text(),
                          "", a.where());
    name = from_a;
  }
  for (const int label : a_labels)
    if (!std::count(b_labels.begin(), b_labels.end(), label)) wanted.push_back(label);
  for (const int label : b_labels)
    if (label >= left) wanted.push_back(label);
  if (wanted.size() > static_cast<std::size_t>(Shape::max_rank))
    throw ArgumentError("tensordot", "the result has more than 8 axes",
                        "a is " + a.tensor().shape().text() + ", b is " + b.tensor().shape().text(), "", a.where());
  return contract_pair("tensordot", a, b, a_labels, b_labels, wanted);
}

Tensor inner(Arg a, Arg b) {
  if (operand("inner", a).ndim() == 0 || operand("inner", b).ndim() == 0) return mul(std::move(a), std::move(b));
  return tensordot(std::move(a), std::move(b), Axes(-1), Axes(-1));
}

}  // namespace triptych
