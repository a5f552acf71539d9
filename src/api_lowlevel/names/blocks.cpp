// Blocks as further examples: tf.nn.space_to_batch and tf.batch_to_space.
#include <string>
#include <utility>
#include <vector>

#include "triptych/lowlevel/names.h"

namespace triptych::lowlevel {

namespace {

/// As many numbers as `block_shape` has, all of them positive.
void check_blocks(const char* op, const Arg& input, const Axes& block_shape, std::size_t pairs) {
  const int axes = block_shape.size();
  if (axes < 1 || input.tensor().ndim(input.where()) < axes + 1 ||
      2 * axes + input.tensor().ndim() > Shape::max_rank + axes || pairs != static_cast<std::size_t>(axes))
    throw ArgumentError(
        op, "there is not a block and a pair of numbers for each axis behind the first",
        std::to_string(axes) + " blocks and " + std::to_string(pairs) + " pairs for " + input.tensor().shape().text(),
        "", input.where());
  for (const std::int64_t block : block_shape)
    if (block < 1) throw ArgumentError(op, "a block is not positive", std::to_string(block), "", input.where());
}

}  // namespace

namespace nn {

Tensor space_to_batch(const Arg& input, const Axes& block_shape,
                      const std::vector<std::pair<std::int64_t, std::int64_t>>& paddings) {
  const Frame frame(input.where());
  check_blocks("space_to_batch", input, block_shape, paddings.size());
  Tensor x = input.tensor();
  const int axes = block_shape.size();
  std::vector<std::pair<std::int64_t, std::int64_t>> room(static_cast<std::size_t>(x.ndim()));
  for (std::size_t i = 0; i < paddings.size(); ++i) room[i + 1] = paddings[i];
  x = triptych::pad(Arg(x, input.where()), room);
  // The axes of blocks come in front, one after the other, and are one with the batch in the end.
  for (int i = axes - 1; i >= 0; --i) {
    const std::int64_t length = x.size(i + 1, input.where()), block = block_shape[i];
    if (length % block != 0)
      throw ArgumentError("space_to_batch", "a padded length is no multiple of its block",
                          std::to_string(length) + " and " + std::to_string(block), "", input.where());
    x = flatten(moveaxis(unflatten(x, i + 1, {length / block, block}), i + 2, 0), 0, 1);
  }
  return x;
}

}  // namespace nn

namespace root {

Tensor batch_to_space(const Arg& input, const Axes& block_shape,
                      const std::vector<std::pair<std::int64_t, std::int64_t>>& crops) {
  const Frame frame(input.where());
  check_blocks("batch_to_space", input, block_shape, crops.size());
  Tensor x = input.tensor();
  const int axes = block_shape.size();
  for (int i = 0; i < axes; ++i) {
    const std::int64_t batch = x.size(0, input.where()), block = block_shape[i];
    if (batch % block != 0)
      throw ArgumentError("batch_to_space", "the batch is no multiple of the blocks",
                          input.tensor().shape().text() + ", a block of " + std::to_string(block), "", input.where());
    x = flatten(moveaxis(unflatten(x, 0, {block, batch / block}), 0, i + 2), i + 1, i + 2);
  }
  for (int i = 0; i < axes; ++i) {
    const auto [before, after] = crops[static_cast<std::size_t>(i)];
    const std::int64_t length = x.size(i + 1);
    if (before < 0 || after < 0 || before > length || after > length - before)
      throw ArgumentError(
          "batch_to_space", "a crop is negative or longer than the axis",
          "(" + std::to_string(before) + ", " + std::to_string(after) + ") of " + std::to_string(length), "",
          input.where());
    x = narrow(x, i + 1, before, length - before - after);
  }
  return x;
}

}  // namespace root

}  // namespace triptych::lowlevel
