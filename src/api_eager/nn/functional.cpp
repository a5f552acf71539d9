#include "triptych/eager/functional.h"

namespace triptych::eager::nn::functional::detail {

std::vector<std::pair<std::int64_t, std::int64_t>> padding_by_axis(const Arg& input,
                                                                   const std::vector<std::int64_t>& pad) {
  const auto rank = static_cast<std::size_t>(input.tensor().ndim(input.where()));
  if (pad.size() % 2 != 0 || pad.size() / 2 > rank)
    throw ArgumentError("pad", "the sizes are not two for each of the last axes",
                        std::to_string(pad.size()) + " sizes for a tensor of " + std::to_string(rank) + " axes",
                        "Give (left, right) of the last axis first", input.where());
  std::vector<std::pair<std::int64_t, std::int64_t>> padding(rank);
  for (std::size_t i = 0; i < pad.size() / 2; ++i) padding[rank - 1 - i] = {pad[2 * i], pad[2 * i + 1]};
  return padding;
}

}  // namespace triptych::eager::nn::functional::detail
