#include "triptych/keras/layers/global_pooling.h"

#include "api_keras/layers/convolve.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class GlobalPooling : public LayerBase {
 public:
  GlobalPooling(std::string class_name, bool largest, int rank, GlobalPoolingOptions options, bool channels_first)
      : class_name_(std::move(class_name)), largest_(largest), options_(std::move(options)) {
    window_.channels_first = channels_first;
    for (int i = 0; i < rank; ++i) {
      window_.kernel.append(1);
      axes_.append(i + (channels_first ? 2 : 1));
    }
    supports_masking = takes_mask();
  }
  std::string class_name() const override { return class_name_; }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    if (!takes_mask() || !options.mask[0].defined()) return LayerBase::call_with(xs, options);
    takes(*this, options, {});
    const Tensor x = only_input(*this, xs), mask = unsqueeze(options.mask[0], window_.channels_first ? 1 : -1);
    check_axes(*this, window_, x.shape());
    return {sum(where(mask, x, 0), axes_, options_.keepdims) / sum(cast(mask, x.dtype()), axes_, options_.keepdims)};
  }
  Tensor call(const Tensor& x, bool) override {
    check_axes(*this, window_, x.shape());
    return largest_ ? max(x, axes_, options_.keepdims) : mean(x, axes_, options_.keepdims);
  }
  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>&) override { return {}; }

 private:
  bool takes_mask() const { return !largest_ && window_.rank() == 1; }

  std::string class_name_;
  bool largest_;
  GlobalPoolingOptions options_;
  Window window_ = {.kernel = {}, .strides = {}, .dilation = {}, .before = {}};
  Axes axes_;
};

Layer make(const char* name, bool largest, int rank, const GlobalPoolingOptions& options, Location where) {
  const bool channels_first = is_channels_first(options.data_format, name, where);
  return configured(
      with_options(plain_brick<GlobalPooling>(options.name, where, name, largest, rank, options, channels_first),
                   options, where),
      options);
}

}  // namespace

namespace layers {

Layer GlobalAveragePooling1D(GlobalPoolingOptions options, Location where) {
  return make("GlobalAveragePooling1D", false, 1, options, where);
}
Layer GlobalAveragePooling2D(GlobalPoolingOptions options, Location where) {
  return make("GlobalAveragePooling2D", false, 2, options, where);
}
Layer GlobalAveragePooling3D(GlobalPoolingOptions options, Location where) {
  return make("GlobalAveragePooling3D", false, 3, options, where);
}
Layer GlobalMaxPooling1D(GlobalPoolingOptions options, Location where) {
  return make("GlobalMaxPooling1D", true, 1, options, where);
}
Layer GlobalMaxPooling2D(GlobalPoolingOptions options, Location where) {
  return make("GlobalMaxPooling2D", true, 2, options, where);
}
Layer GlobalMaxPooling3D(GlobalPoolingOptions options, Location where) {
  return make("GlobalMaxPooling3D", true, 3, options, where);
}

}  // namespace layers
}  // namespace triptych::keras
