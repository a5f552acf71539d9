// Checks and prints that are part of a graph: tf.Assert, tf.debugging.assert_*, tf.print; and tf.tuple, tf.identity_n.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

/// In the order of TensorFlow's arguments.
struct AssertOptions {
  /// Stands before what is wrong.
  std::string message = {};
  /// How many elements of each tensor an error shows; negative: all.
  std::int64_t summarize = 3;
};

/// An operation that, when it runs, fails with an ArgumentError that names the line which made it and shows `data`,
/// unless all of `condition`, a boolean tensor, is true. What depends on it (control_dependencies) does not run then.
/// In a branch or a loop's body it runs with that. On computed tensors it checks at once, and gives an undefined
/// tensor.
TRIPTYCH_API Tensor Assert(const Arg& condition, const TensorList& data, std::int64_t summarize = 3,
                           Location where = Location::here());

// The same for all elements of x and y, which broadcast.
TRIPTYCH_API Tensor assert_equal(const Arg& x, const Arg& y, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_none_equal(const Arg& x, const Arg& y, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_less(const Arg& x, const Arg& y, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_less_equal(const Arg& x, const Arg& y, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_greater(const Arg& x, const Arg& y, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_greater_equal(const Arg& x, const Arg& y, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_positive(const Arg& x, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_negative(const Arg& x, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_non_negative(const Arg& x, const AssertOptions& options = {});
TRIPTYCH_API Tensor assert_non_positive(const Arg& x, const AssertOptions& options = {});
/// |x - y| <= atol + rtol |y|; the defaults are TensorFlow's, ten times float32's precision.
TRIPTYCH_API Tensor assert_near(const Arg& x, const Arg& y, double rtol = 1.1920929e-06, double atol = 1.1920929e-06,
                                const AssertOptions& options = {});
/// `tensor`, whose elements are all finite: for a NaN or an infinity an ArgumentError that names this line and begins
/// with `message`; of a graph when it runs, by who needs the result. So are the gradients that flow back through it.
/// ArgumentError for a dtype that is not floating-point.
TRIPTYCH_API Tensor check_numerics(const Arg& tensor, const OwnedText& message);
TRIPTYCH_API Tensor assert_all_finite(const Arg& x, const OwnedText& message);
/// An operation that checks all floating-point tensors that the graph has so far, in their order, each under the name
/// of its node. ArgumentError if there is none, and UnsupportedError if the graph has a branch or a loop.
TRIPTYCH_API Tensor add_check_numerics_ops(const Graph& graph, Location where = Location::here());
// What is known when the graph is built is checked then.
TRIPTYCH_API void assert_rank(const Arg& x, std::int64_t rank, const AssertOptions& options = {});
TRIPTYCH_API void assert_rank_at_least(const Arg& x, std::int64_t rank, const AssertOptions& options = {});
TRIPTYCH_API void assert_rank_in(const Arg& x, const std::vector<std::int64_t>& ranks,
                                 const AssertOptions& options = {});
TRIPTYCH_API void assert_scalar(const Arg& x, const AssertOptions& options = {});
TRIPTYCH_API void assert_type(const Arg& x, DType dtype, const AssertOptions& options = {});
TRIPTYCH_API void assert_integer(const Arg& x, const AssertOptions& options = {});

/// A text or a tensor that is printed.
class TRIPTYCH_API Printed {
 public:
  Printed(const char* text, Location where = Location::here()) : text_(not_null(text, where)) {}
  Printed(std::string text) : text_(std::move(text)) {}
  Printed(const Tensor& tensor) : tensor_(tensor), is_tensor_(true) {}
  const std::string& text() const { return text_; }
  const Tensor& tensor() const { return tensor_; }
  bool is_tensor() const { return is_tensor_; }

 private:
  std::string text_;
  Tensor tensor_;
  bool is_tensor_ = false;
};

struct PrintOptions {
  /// Where it goes, null: the standard error output. It must live as long as the graph.
  std::ostream* output_stream = nullptr;
  /// How many elements at either end of each dimension are shown; negative: all.
  std::int64_t summarize = 3;
  std::string sep = " ", end = "\n";
};
/// An operation that prints when it runs; on computed tensors prints at once, and gives an undefined tensor.
TRIPTYCH_API Tensor print(std::initializer_list<Printed> inputs, const PrintOptions& options = {},
                          Location where = Location::here());

/// The tensors, each as a node of its own.
TRIPTYCH_API std::vector<Tensor> identity_n(const TensorList& input, Location where = Location::here());
/// The tensors (undefined ones stay), none of which is there before all of them and `control_inputs` are.
TRIPTYCH_API std::vector<Tensor> tuple(const TensorList& tensors, const TensorList& control_inputs = {},
                                       Location where = Location::here());

}  // namespace triptych::lowlevel
