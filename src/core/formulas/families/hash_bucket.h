// hash_bucket.
#pragma once

#include "core/formulas/families/family.h"
#include "core/formulas/hash_bucket.h"
#include "core/ops/order/order.h"

namespace triptych {

extern const Op hash_bucket_op;

namespace family {

template <class Elements>
void hash_bucket(const KernelCall& call) {
  const auto& of = call.attributes_as<HashBucketAttributes>();
  Elements::template run<std::int64_t, std::int64_t>(
      call, formula::HashBucket{of.num_bins, of.masks, of.mask, of.salted, static_cast<std::uint64_t>(of.key0),
                                static_cast<std::uint64_t>(of.key1)});
}

}  // namespace family

template <class Elements>
void register_hash_bucket_family() {
  family::other<Elements, family::hash_bucket<Elements>>(hash_bucket_op);
}

}  // namespace triptych
