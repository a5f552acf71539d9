// What the programs of Keras's guides are fed, and how it is told that they learn.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace ops = triptych::keras::ops;

inline tt::Tensor ramp(const tt::Shape& shape, double start = 0) {
  return tt::reshape(tt::cast(tt::sin(tt::arange(start, start + static_cast<double>(shape.size()))), tt::float32),
                     shape);
}

/// Whole numbers below `below`.
inline tt::Tensor numbers(const tt::Shape& shape, std::int64_t below) {
  return ops::cast(ops::floor(ops::abs(ramp(shape)) * (0.999 * static_cast<double>(below))), tt::int32);
}

/// The loss falls over some epochs on one batch.
inline void expect_learns(const keras::Model& model, const keras::TensorList& x, const keras::TensorList& y,
                          int epochs = 12, const std::string& loss = "loss") {
  const keras::History history = model.fit(x, y, {.batch_size = 8, .epochs = epochs, .verbose = 0});
  EXPECT_LT(history[loss].back(), history[loss].front());
  EXPECT_TRUE(std::isfinite(history[loss].back()));
}
