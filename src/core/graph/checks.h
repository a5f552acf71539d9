// Ops that look at values while a graph runs: checks, which may fail, and prints.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "triptych/core/op.h"

namespace triptych {

/// Inputs: a boolean tensor, and what an error shows.
struct AssertAttributes {
  std::string op, message;
  std::int64_t summarize = 3;
  static constexpr auto fields() {
    return std::tuple{field("op", &AssertAttributes::op), field("message", &AssertAttributes::message),
                      field("summarize", &AssertAttributes::summarize)};
  }
};
extern const Op assert_op;

/// Inputs: the tensors between the texts, of which there is one more.
struct PrintAttributes {
  std::vector<std::string> texts;
  std::int64_t summarize = 3;
  std::ostream* stream = nullptr;
  static constexpr auto fields() { return std::tuple{field("summarize", &PrintAttributes::summarize)}; }
};
extern const Op print_op;

/// Gives its input, whose elements are all finite.
struct FiniteAttributes {
  std::string op, message;
  static constexpr auto fields() {
    return std::tuple{field("op", &FiniteAttributes::op), field("message", &FiniteAttributes::message)};
  }
};
extern const Op check_numerics_op;
Tensor apply_check_numerics(const Tensor& x, const FiniteAttributes& attributes, Location where);

/// The host reads what it is given.
inline bool looks_at_values(const Op& op) { return &op == &assert_op || &op == &print_op || &op == &check_numerics_op; }

/// Their kernels, once; whoever makes a node of them calls this.
void load_check_kernels();

/// Applies an assertion or a print: at once to computed tensors, which gives an undefined tensor, else as a node, an
/// operation without a value.
Tensor apply_check(const Op& op, std::span<const Tensor> inputs, const void* attributes, Location where);

/// "[1 2 3]", "[[1 2]\n [3 4]]", of each dimension `summarize` elements at either end.
std::string printed_elements(const Tensor& tensor, std::int64_t summarize);

}  // namespace triptych
