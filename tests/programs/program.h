// A program as data: a list of steps, each an input or a word of the catalogue with operands and arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/autocast.h"
#include "triptych/core/tensor.h"

namespace programs {

namespace tt = triptych;
using tt::Tensor;
using Tensors = std::vector<Tensor>;

/// Output number `output` of a step.
struct Ref {
  int step = 0, output = 0;
  friend bool operator==(const Ref&, const Ref&) = default;
};

/// What a word may be told besides its operands; print.cpp has the names once more.
struct Arguments {
  std::int64_t axis = 0, other = 0, n = 0;
  std::int64_t start = 0, stop = 0, step = 1;
  std::vector<std::int64_t> axes, shape;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  double number = 0, second = 0;
  bool flag = false;
  tt::DType dtype = tt::float32;
};

class Operands;
class Chooser;

/// One thing that a program can do: a call of a public function.
struct Word {
  const char* name;
  /// Chooses operands and arguments; false: nothing fits.
  bool (*choose)(Chooser& chooser);
  Tensors (*call)(Operands& x, const Arguments& a);
  /// The call as C++: x[0], x.all(), x.target() and a.axis stand for what was chosen.
  const char* text;
  /// For a method that changes its first operand: the function with the same result.
  Tensors (*functional)(Operands& x, const Arguments& a) = nullptr;
  const char* functional_text = "";
};

/// Where an input's values come from when the program runs as a graph.
enum class Kind : std::uint8_t {
  fed,       // a placeholder
  constant,  // known when the graph is built
  state,     // a buffer: captured, and may be written to
  stream,    // state that random numbers are drawn from: (key, counter)
};

struct Step {
  const Word* word = nullptr;  // null: an input
  // An input:
  Tensor value = {};
  Kind kind = Kind::fed;
  // A word:
  std::vector<Ref> operands = {};
  Arguments arguments = {};
  int outputs = 1;

  bool is_state() const { return !word && (kind == Kind::state || kind == Kind::stream); }
};

struct Program {
  std::vector<Step> steps;
  /// Of the gradients that are asked for: 0 (none), 1 or 2.
  int order = 0;
  /// The steps run in an Autocast of bfloat16.
  bool autocast = false;

  /// Makes that scope, if there is one.
  void enter(std::optional<tt::Autocast>& scope) const {
    if (autocast) scope.emplace(tt::bfloat16);
  }
  /// Number of steps that are no inputs.
  int words() const;
  /// What nobody uses afterwards: the program's results. No inputs.
  std::vector<Ref> results() const;
  /// No step from `first` on uses `value`.
  bool unused_from(std::size_t first, const Ref& value) const;
};

/// The operands of one call. Those that nobody needs afterwards are handed over, if that is asked for, so that the op
/// may reuse their buffers.
class Operands {
 public:
  Operands(Tensors values, std::vector<bool> last) : values_(std::move(values)), last_(std::move(last)) {}

  Tensor operator[](std::size_t i) { return last_[i] ? std::move(values_[i]) : values_[i]; }
  const Tensors& all() const { return values_; }
  /// The operand that an in-place method changes.
  Tensor& target() { return values_[0]; }

 private:
  Tensors values_;
  std::vector<bool> last_;
};

}  // namespace programs
