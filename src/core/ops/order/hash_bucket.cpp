// hash_bucket: whole numbers in bins.
#include "triptych/core/ops/hash_bucket.h"

#include "core/ops/ops.h"
#include "core/ops/order/order.h"
#include "core/support/error_context.h"
#include "triptych/core/ops.h"

namespace triptych {
namespace {

void hash_bucket_infer(Infer& infer) {
  const auto& attributes = infer.attributes<HashBucketAttributes>();
  infer.check(infer.dtype(0) == int64, "x is not int64", "Convert it with cast");
  if (attributes.num_bins < (attributes.masks ? 2 : 1))
    infer.fail("num_bins is too small", std::to_string(attributes.num_bins));
  infer.output(0, infer.shape(0), int64);
}

}  // namespace

extern const Op hash_bucket_op{.name = "hash_bucket",
                               .inputs = 1,
                               .attributes = &attribute_type<HashBucketAttributes>,
                               .infer = hash_bucket_infer,
                               .gradient_stops = true};

Tensor hash_bucket(Arg x, std::int64_t num_bins, HashBucketOptions options) {
  const Called called("hash_bucket");
  const Frame frame(x.where());
  const DType dtype = operand("hash_bucket", x).dtype();
  if (!is_integral(dtype))
    throw ArgumentError("hash_bucket", "the elements are not integers", std::string(dtype_name(dtype)),
                        "Convert them with cast", x.where());
  if (num_bins < 1)
    throw ArgumentError("hash_bucket", "num_bins is not positive", std::to_string(num_bins), "", x.where());
  HashBucketAttributes attributes{.num_bins = num_bins, .masks = options.mask_value && num_bins > 1};
  if (attributes.masks) attributes.mask = *options.mask_value;
  if (options.salt) {
    attributes.salted = true;
    attributes.key0 = (*options.salt)[0];
    attributes.key1 = (*options.salt)[1];
  }
  const Tensor numbers = cast(x, int64);
  const Arg a = numbers;
  return apply(hash_bucket_op, {&a}, &attributes);
}

}  // namespace triptych
