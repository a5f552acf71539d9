// How a word gets its operands and arguments: from what the program has computed so far, or from new inputs.
#pragma once

#include <functional>
#include <vector>

#include "dice.h"
#include "program.h"

namespace programs {

class Chooser {
 public:
  /// What the program may use: each step's values, and which of them are state.
  struct Values {
    std::vector<Tensors> of_steps;
    std::vector<Ref> usable;   // in the order of their creation
    std::vector<Ref> streams;  // of random numbers: (key, counter)
  };
  using Fits = std::function<bool(const Tensor&)>;

  Chooser(Dice& dice, const Program& program, const Values& values, bool large)
      : dice(dice), program_(program), values_(values), large_(large) {}

  Dice& dice;
  Arguments a;

  /// Takes a value that fits as the next operand, the latest rather than others, seldom a new input; false: there is
  /// none.
  bool take(const Fits& fits = {});
  bool take_floating();
  /// A value of this shape and dtype; if there is none, a new input.
  void take_like(const tt::Shape& shape, tt::DType dtype);
  /// A value that broadcasts with operand `with`.
  void take_broadcastable(std::size_t with, const Fits& fits, tt::DType otherwise);
  /// A stream of random numbers.
  void take_stream();
  /// State that may be written to; a new one if none fits.
  void take_state(const tt::Shape& shape, tt::DType dtype);

  /// A new input as the next operand.
  void add_input(const Tensor& value, Kind kind);
  void add_fresh(const tt::Shape& shape, tt::DType dtype);
  /// int64 indices from 0 to n - 1.
  void add_indices(const tt::Shape& shape, std::int64_t n);

  tt::DType dtype();
  tt::DType floating();
  tt::Shape shape(int rank);
  std::int64_t length();
  Tensor values(const tt::Shape& shape, tt::DType dtype);

  const Tensor& operand(std::size_t i) const { return i < chosen_.size() ? chosen_[i] : chosen_.back(); }
  std::int64_t rank() const { return operand(0).ndim(); }
  /// One axis of operand 0 in `a.axis`, from the front or the back; false: it has none.
  bool choose_axis();
  /// Some axes of operand 0 in `a.axes`.
  void choose_axes();
  void choose_number();

  // What was chosen.
  std::vector<Step> inputs;  // new ones, in front of the word
  std::vector<Ref> operands;

 private:
  void use(const Ref& ref);

  const Program& program_;
  const Values& values_;
  const bool large_;
  Tensors chosen_;
};

/// Every word that there is.
const std::vector<Word>& catalogue();

}  // namespace programs
