// A perceptron on square images in the three styles: its size can be chosen, and it can be fed from a file.
#pragma once

#include <functional>
#include <string>

#include "triptych/core/data.h"
#include "triptych/core/numerics.h"

namespace triptych::compare {

struct Perceptron {
  std::int64_t side = 8, hidden = 64;
  Numerics numerics = Numerics::exact;

  std::int64_t parameters() const {
    return side * side * hidden + hidden + hidden * hidden + hidden + 10 * hidden + 10;
  }
};

/// Trains on one batch; gives the loss.
using TrainStep = std::function<double(const Tensor& x, const Tensor& y)>;

TrainStep perceptron_step(const std::string& style, const Perceptron& size);

/// An epoch over the data set, as each style's users write it.
void perceptron_epoch(const std::string& style, const Perceptron& size, const data::IdxDataset& dataset,
                      std::int64_t batch_size);

}  // namespace triptych::compare
