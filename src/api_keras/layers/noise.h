// Layers that draw random numbers in training.
#pragma once

#include "api_keras/layers/brick.h"

namespace triptych::keras {

/// Base of them: x itself without training, or if there is nothing to draw for.
class RandomLayer : public MaskedLayer {
 public:
  RandomLayer(const char* class_name, double amount, std::int64_t seed)
      : class_name_(class_name), amount_(amount), seed_(seed) {}
  std::string class_name() const override { return class_name_; }
  void build(const Shape&) override {
    stream_ = random_stream(seed_);
    add_state("stream", stream_);
  }
  Tensor call(const Tensor& x, bool training) override {
    check(x);
    return training && amount_ != 0 ? changed(x) : x;
  }

 protected:
  virtual void check(const Tensor&) const {}
  virtual Tensor changed(const Tensor& x) = 0;
  /// x with a share of `amount_` zeros, the choice having length one along `axes`.
  Tensor with_zeros(const Tensor& x, const Axes& axes);

  const char* class_name_;
  double amount_;
  std::int64_t seed_;
  Tensor stream_;  // of random numbers, and how far it is
};

}  // namespace triptych::keras
