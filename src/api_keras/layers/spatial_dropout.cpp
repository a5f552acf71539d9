#include "triptych/keras/layers/spatial_dropout.h"

#include "api_keras/layers/noise.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

class SpatialDropout : public RandomLayer {
 public:
  SpatialDropout(const char* class_name, double rate, int rank, bool channels_first, std::int64_t seed)
      : RandomLayer(class_name, rate, seed), rank_(rank) {
    for (int i = 0; i < rank; ++i) axes_.append(i + (channels_first ? 2 : 1));
  }

 protected:
  void check(const Tensor& x) const override {
    check_rank(*this, x.shape(), rank_ + 2,
               rank_ == 1   ? "batch, steps and channels"
               : rank_ == 2 ? "batch, height, width and channels"
                            : "batch, depth, height, width and channels");
  }
  Tensor changed(const Tensor& x) override { return with_zeros(x, axes_); }

 private:
  int rank_;
  Axes axes_;
};

template <class Options>
Layer make(const char* name, double rate, int rank, bool channels_first, const Options& o, Location where) {
  Hyperparameters(name, where).share("rate", rate);
  check_seed(name, o.seed, where);
  return with_options(plain_brick<SpatialDropout>(o.name, where, name, rate, rank, channels_first, o.seed), o, where);
}

}  // namespace

namespace layers {

Layer SpatialDropout1D(double rate, SpatialDropout1DOptions options, Location where) {
  return configured(make("SpatialDropout1D", rate, 1, false, options, where), options, arg("rate", rate));
}
Layer SpatialDropout2D(double rate, SpatialDropoutOptions options, Location where) {
  return configured(make("SpatialDropout2D", rate, 2, is_channels_first(options.data_format, "SpatialDropout2D", where),
                         options, where),
                    options, arg("rate", rate));
}
Layer SpatialDropout3D(double rate, SpatialDropoutOptions options, Location where) {
  return configured(make("SpatialDropout3D", rate, 3, is_channels_first(options.data_format, "SpatialDropout3D", where),
                         options, where),
                    options, arg("rate", rate));
}

}  // namespace layers
}  // namespace triptych::keras
