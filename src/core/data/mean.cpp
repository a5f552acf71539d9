#include "triptych/core/mean.h"

namespace triptych {

void Mean::update(const Tensor& values, Location where) {
  const Frame frame(where);
  double sum = 0;
  for (const double value : values.to_vector<double>()) sum += value;
  total_ += sum;
  weight_ += static_cast<double>(values.numel());
}

void Mean::update(double value, double weight) {
  total_ += value * weight;
  weight_ += weight;
}

}  // namespace triptych
