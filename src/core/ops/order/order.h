// Attributes of the ops that order elements.
#pragma once

#include "triptych/core/op.h"

namespace triptych {

struct SortAttributes {
  std::int64_t axis = -1;
  bool descending = false;
  static constexpr auto fields() {
    return std::tuple{field("axis", &SortAttributes::axis), field("descending", &SortAttributes::descending)};
  }
};

struct TopkAttributes {
  std::int64_t k = 1;
  std::int64_t axis = -1;
  bool largest = true;
  static constexpr auto fields() {
    return std::tuple{field("k", &TopkAttributes::k), field("axis", &TopkAttributes::axis),
                      field("largest", &TopkAttributes::largest)};
  }
};

struct SearchsortedAttributes {
  bool right = false;
  static constexpr auto fields() { return std::tuple{field("right", &SearchsortedAttributes::right)}; }
};

struct BincountAttributes {
  std::int64_t minlength = 0;
  static constexpr auto fields() { return std::tuple{field("minlength", &BincountAttributes::minlength)}; }
};

struct HashBucketAttributes {
  std::int64_t num_bins = 1;
  bool masks = false;
  std::int64_t mask = 0;
  bool salted = false;
  std::int64_t key0 = 0, key1 = 0;
  static constexpr auto fields() {
    return std::tuple{
        field("num_bins", &HashBucketAttributes::num_bins), field("masks", &HashBucketAttributes::masks),
        field("mask", &HashBucketAttributes::mask),         field("salted", &HashBucketAttributes::salted),
        field("key0", &HashBucketAttributes::key0),         field("key1", &HashBucketAttributes::key1)};
  }
};

/// Sorted values alone, for what does not ask where they were; has no gradient.
Tensor sorted_values(Arg x, std::int64_t axis);

}  // namespace triptych
