// tf.TensorArray: a list of tensors of one shape that a loop writes and reads, as a value: writing gives a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "triptych/core/control_flow.h"
#include "triptych/core/tensor.h"

namespace triptych::lowlevel {

/// In the order of TensorFlow's arguments.
struct TensorArrayOptions {
  /// A write behind the end makes it longer.
  bool dynamic_size = false;
  /// Accepted: an element can be read again.
  bool clear_after_read = true;
  /// Accepted: all elements have one shape.
  bool infer_shape = true;
  /// Else the first write says it.
  std::optional<Shape> element_shape = {};
};

/// An element that was not written is zero. A write is seen by the array that it gives, and by no other handle; in a
/// loop it takes place in the array's own memory.
///
///   tf::TensorArray squares(tt::float32, 10);
///   auto [i, filled] = tf::while_loop([](auto& i, auto&) { return i < 10; },
///                                     [&](auto& i, auto& a) { return std::tuple(i + 1, a.write(i, x * x)); },
///                                     std::tuple(0, squares));
class TRIPTYCH_API TensorArray {
 public:
  /// ArgumentError for a negative size, and for elements of more than seven dimensions.
  explicit TensorArray(DType dtype, std::int64_t size = 0, const TensorArrayOptions& options = {},
                       Location where = Location::here());
  /// As many elements as an integer tensor without dimensions says.
  TensorArray(DType dtype, const Tensor& size, const TensorArrayOptions& options = {},
              Location where = Location::here());

  // Copies alone: an array that was moved from is still one.
  TensorArray(const TensorArray&) = default;
  TensorArray& operator=(const TensorArray&) = default;

  DType dtype() const { return dtype_; }
  /// Unknown dimensions where nothing says them; ArgumentError if nothing was written and no shape was given.
  Shape element_shape(Location where = Location::here()) const;
  bool dynamic_size() const { return dynamic_; }
  /// The number of elements as a 0-d int64 tensor.
  Tensor size(Location where = Location::here()) const;
  /// The elements as one tensor, stacked: what a graph hands from node to node.
  Tensor flow(Location where = Location::here()) const;
  TensorArray identity() const { return *this; }

  /// Element `index`, a number or an integer tensor without dimensions. ArgumentError if there is none, at once or when
  /// the graph runs.
  Tensor read(const Arg& index) const;
  /// The array with `value` as element `index`. ArgumentError for another dtype or shape than the elements have, and as
  /// `read`.
  TensorArray write(const Arg& index, const Arg& value) const;
  /// All elements, stacked.
  Tensor stack(Location where = Location::here()) const { return flow(where); }
  /// The rows of `value` as the elements.
  TensorArray unstack(const Arg& value) const;
  /// The elements at the places of a vector, stacked.
  Tensor gather(const Arg& indices) const;
  /// The rows of `value` as the elements at the places of a vector.
  TensorArray scatter(const Arg& indices, const Arg& value) const;
  /// The elements one behind the other along their first dimension; ArgumentError for scalars.
  Tensor concat(Location where = Location::here()) const;
  /// `value` in parts of equal length along its first dimension as the elements.
  TensorArray split(const Arg& value, const std::vector<std::int64_t>& lengths) const;

 private:
  friend struct triptych::detail::Structure<TensorArray>;
  static constexpr int not_settled = -1;

  void check_value(const char* op, const Tensor& value, int rank, Location where) const;
  TensorArray with_flow(Tensor flow) const;
  Tensor empty(int rank, Location where) const;

  DType dtype_;
  std::int64_t count_ = 0;
  Tensor length_;  // in place of a number
  bool dynamic_ = false;
  std::optional<Shape> shape_;
  Location made_at_;
  std::shared_ptr<int> rank_;  // of an element, which the handles of one array learn together
  Tensor flow_;                // undefined before the first write
};

}  // namespace triptych::lowlevel

namespace triptych::detail {

template <>
struct TRIPTYCH_API Structure<lowlevel::TensorArray> {
  using Value = lowlevel::TensorArray;
  static void add(std::vector<Tensor>& out, const Value& array);
  static Value take(const Value& like, const Tensor*& next);
  static LoopTrait trait(const Value& array);
};

}  // namespace triptych::detail
