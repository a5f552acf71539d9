// The ops of control flow: `branch` runs one of several sub-graphs, `loop` runs one again and again.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/checks.h"
#include "triptych/core/op.h"
#include "triptych/core/subgraph.h"

namespace triptych {

/// Inputs: which branch (bool: the first if it is true, else the second; an integer: its number, the last for one that
/// there is not), then what the branches read, all of them from the same list. The last `written` are state.
struct BranchAttributes {
  std::vector<Subgraph> branches;
  std::int64_t written = 0;
  static constexpr auto fields() {
    return std::tuple{field("branches", &BranchAttributes::branches), field("written", &BranchAttributes::written)};
  }
};

/// Inputs: how often at most, the first values of the `carried` variables, `scanned` stacks, then what condition and
/// body read; the last `written` are state. The body takes the variables, a row of each stack, and the rest; it gives
/// the next variables, and rows. Outputs: the last variables, the stacks of the rows that it gave, how often it ran,
/// and histories: for each variable and each written state the stack of what it was when an iteration began, and of the
/// variables that change their shapes the sizes.
struct LoopAttributes {
  Subgraph condition;  // takes what the body takes but for rows, gives a bool; without outputs: always true
  Subgraph body;
  std::int64_t carried = 0, scanned = 0;
  bool reverse = false;             // the rows from the last to the first
  std::vector<std::int64_t> grown;  // variables that begin empty and take the shape of what they are given: zeros then
  std::vector<std::int64_t> changing;  // variables whose shapes change: their stacks are padded with zeros
  std::vector<std::int64_t> kept;      // histories that somebody reads; the others are empty
  std::int64_t written = 0;
  static constexpr auto fields() {
    return std::tuple{field("condition", &LoopAttributes::condition), field("body", &LoopAttributes::body),
                      field("carried", &LoopAttributes::carried),     field("scanned", &LoopAttributes::scanned),
                      field("reverse", &LoopAttributes::reverse),     field("grown", &LoopAttributes::grown),
                      field("kept", &LoopAttributes::kept),           field("changing", &LoopAttributes::changing),
                      field("written", &LoopAttributes::written)};
  }
  std::size_t rows() const { return body.outputs.size() - static_cast<std::size_t>(carried); }
  /// Of values, and with those of sizes behind them.
  std::size_t value_count() const { return static_cast<std::size_t>(carried + written); }
  std::size_t history_count() const { return value_count() + changing.size(); }
  /// Of the op's outputs.
  std::size_t count_output() const { return body.outputs.size(); }
  std::size_t output_count() const { return count_output() + 1 + history_count(); }
  bool keeps(std::size_t history) const;
  void keep_all();
  /// Which history has the sizes of a variable; 0: its shape does not change.
  std::size_t sizes_of(std::size_t variable) const;
};

void print_value(std::string& out, const std::vector<Subgraph>& subgraphs);

/// A 0-d integer or boolean, read by the host.
std::int64_t number_in(const Operand& operand);

/// The op whose last `written` inputs are state that it writes; UnsupportedError for more than `most_written`.
const Op& branch_op(std::int64_t written, Location where);
const Op& loop_op(std::int64_t written, Location where);
constexpr std::int64_t most_written = 32;

/// The sub-graphs of a node, for drawings: "branch 0", "condition", "body".
std::vector<std::pair<std::string, const Subgraph*>> subgraphs_of(const Node& node);

bool is_branch(const Op& op);
bool is_loop(const Op& op);
struct ArrayWriteAttributes {
  bool grows = false;
  static constexpr auto fields() { return std::tuple{field("grows", &ArrayWriteAttributes::grows)}; }
};

/// A row of a tensor replaced (detail::array_write).
extern const Op array_write_op;
/// Its kernel, once; whoever makes a node of it calls this.
void load_array_write_kernel();
/// The host reads a value while it runs.
inline bool asks_host(const Op& op) {
  return is_branch(op) || is_loop(op) || &op == &array_write_op || looks_at_values(op);
}

/// The variables whose shapes change, as far as the body tells. `inputs` are those of the op.
std::vector<std::int64_t> changing_variables(const LoopAttributes& loop, std::span<const Tensor> inputs);

/// Applies the op; results as in its description.
std::vector<Tensor> apply_branch(const std::vector<Tensor>& inputs, const BranchAttributes& attributes, Location where);
std::vector<Tensor> apply_loop(const std::vector<Tensor>& inputs, const LoopAttributes& attributes, Location where);

void branch_gradient(Gradient& g);
void loop_gradient(Gradient& g);

/// What a branch or a loop gives of values, by the ops of its functions, so that the tape records them: the gradients
/// of the ops themselves are for graphs. Nothing of other ops, and of a loop that does not run once.
std::optional<std::vector<Tensor>> unrolled(const Op& op, const void* attributes, std::span<const Tensor> inputs);

}  // namespace triptych
