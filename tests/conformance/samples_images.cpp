// Convolutions and pools along one to three axes, transposed convolutions, and images resized, rearranged and sampled.
#include "samples.h"
#include "triptych/core/ops/conv_nd.h"
#include "triptych/core/ops/image.h"
#include "triptych/core/ops/pool_nd.h"

namespace tt = triptych;

namespace conformance {
namespace {

constexpr tt::DataFormat last = tt::DataFormat::nhwc;

/// Adds a sample of a function of all inputs.
struct Adder {
  std::vector<Sample>& samples;

  template <class Call>
  Sample& operator()(const char* op, std::string name, Call call) const {
    samples.push_back({op, std::move(name), [call](const Tensors& x) { return Tensors{call(x)}; }});
    return samples.back();
  }
  /// Of a pool that gives places, too.
  template <class Call>
  Sample& pooled(const char* op, Call call) const {
    samples.push_back({op, "indices", [call](const Tensors& x) {
                         const auto [pooled, indices] = call(x[0]);
                         return Tensors{pooled, indices};
                       }});
    return samples.back();
  }
};

void add_convolutions(const Adder& add) {
  const auto conv1d = [&](const char* name, tt::Conv1dOptions options) {
    add("conv1d", name, [options](const Tensors& x) {
      return x.size() == 3 ? tt::conv1d(x[0], x[1], x[2], options) : tt::conv1d(x[0], x[1], options);
    });
  };
  conv1d("plain", {});
  add("conv1d", "bias_relu", [](const Tensors& x) { return tt::relu(tt::conv1d(x[0], x[1], x[2], 1, 1)); });
  conv1d("everything", {.stride = 2, .padding = 3, .dilation = 2, .groups = 2});
  conv1d("sides", {.padding = {2, 0}});
  conv1d("behind", {.stride = 2, .padding = {0, 3}});
  conv1d("same", {.padding = "same", .dilation = 2});
  conv1d("channels_last", {.data_format = last});
  conv1d("no_batch", {});
  conv1d("depthwise", {.groups = 4});
  const auto conv3d = [&](const char* name, tt::Conv3dOptions options) {
    add("conv3d", name, [options](const Tensors& x) {
      return x.size() == 3 ? tt::conv3d(x[0], x[1], x[2], options) : tt::conv3d(x[0], x[1], options);
    });
  };
  conv3d("plain", {});
  add("conv3d", "bias_relu", [](const Tensors& x) { return tt::relu(tt::conv3d(x[0], x[1], x[2], 1, 1)); });
  conv3d("everything", {.stride = {2, 1, 2}, .padding = {1, 2, 1}, .dilation = {2, 1, 1}, .groups = 2});
  conv3d("same", {.padding = "same"});
  conv3d("sides", {.padding = {{2, 0, 1}, {0, 1, 0}}});
  conv3d("channels_last", {.data_format = last});
  conv3d("depthwise", {.padding = 1, .groups = 4});
  conv3d("no_volumes", {});
  add("depthwise_conv2d", "plain", [](const Tensors& x) {
    return tt::depthwise_conv2d(x[0], x[1], {.padding = 1});
  }).unknown_dims = false;
  add("depthwise_conv2d", "strided", [](const Tensors& x) {
    return tt::depthwise_conv2d(x[0], x[1], {.stride = 2, .padding = 1, .dilation = {1, 2}});
  }).unknown_dims = false;
  add("depthwise_conv2d", "wide", [](const Tensors& x) {
    return tt::depthwise_conv2d(x[0], x[1], {.stride = {1, 2}});
  }).unknown_dims = false;
  add("separable_conv2d", "plain", [](const Tensors& x) {
    return tt::separable_conv2d(x[0], x[1], x[2]);
  }).unknown_dims = false;
}

void add_transposed_convolutions(const Adder& add) {
  const auto transposed1d = [&](const char* name, tt::ConvTranspose1dOptions options) -> Sample& {
    return add("conv_transpose1d", name, [options](const Tensors& x) {
      return x.size() == 3 ? tt::conv_transpose1d(x[0], x[1], x[2], options)
                           : tt::conv_transpose1d(x[0], x[1], options);
    });
  };
  transposed1d("plain", {});
  transposed1d("everything", {.stride = 3, .padding = 2, .output_padding = 1, .groups = 2, .dilation = 2});
  transposed1d("same", {.stride = 2, .padding = "same"}).unknown_dims = false;  // depends on the kernel's size
  transposed1d("gaps", {.stride = 4, .padding = "same"}).unknown_dims = false;
  transposed1d("dilated_output_padding", {.output_padding = 2, .dilation = 3});
  const auto transposed2d = [&](const char* name, tt::ConvTranspose2dOptions options) {
    add("conv_transpose2d", name, [options](const Tensors& x) {
      return x.size() == 3 ? tt::conv_transpose2d(x[0], x[1], x[2], options)
                           : tt::conv_transpose2d(x[0], x[1], options);
    });
  };
  transposed2d("plain", {});
  transposed2d("everything",
               {.stride = {2, 3}, .padding = {1, 0}, .output_padding = {1, 2}, .groups = 2, .dilation = {1, 2}});
  transposed2d("channels_last", {.stride = 2, .data_format = last});
  transposed2d("no_batch", {.stride = 2});
  transposed2d("depthwise", {.stride = 2, .groups = 4});
  transposed2d("no_images", {});
  const auto transposed3d = [&](const char* name, tt::ConvTranspose3dOptions options) {
    add("conv_transpose3d", name, [options](const Tensors& x) {
      return x.size() == 3 ? tt::conv_transpose3d(x[0], x[1], x[2], options)
                           : tt::conv_transpose3d(x[0], x[1], options);
    });
  };
  transposed3d("plain", {});
  transposed3d(
      "everything",
      {.stride = {2, 1, 2}, .padding = {1, 0, 1}, .output_padding = {1, 0, 1}, .groups = 2, .dilation = {1, 2, 1}});
}

void add_pools(const Adder& add) {
  const auto squared = [](const Tensor& x) { return x * x; };
  add("max_pool1d", "plain", [](const Tensors& x) { return tt::max_pool1d(x[0], 2); });
  add("max_pool1d", "squared", [=](const Tensors& x) { return squared(tt::max_pool1d(x[0], 3, 2, 1)); });
  add("max_pool1d", "channels_last", [](const Tensors& x) { return tt::max_pool1d(x[0], {.data_format = last}); });
  add.pooled("max_pool1d", [](const Tensor& x) {
    return tt::max_pool1d_with_indices(x, {.kernel_size = 3, .stride = 2, .padding = 1, .ceil_mode = true});
  });
  add.pooled("max_pool2d", [](const Tensor& x) {
    return tt::max_pool2d_with_indices(x, {.kernel_size = {3, 2}, .stride = {2, 3}, .padding = 1, .dilation = {1, 2}});
  });
  add("max_pool2d", "no_batch", [](const Tensors& x) { return tt::max_pool2d(x[0], 2); });
  add("max_pool3d", "plain", [](const Tensors& x) { return tt::max_pool3d(x[0], 2); });
  add("max_pool3d", "squared", [=](const Tensors& x) {
    return squared(tt::max_pool3d(x[0], {3, 2, 2}, {1, 2, 1}, {1, 0, 1}));
  });
  add.pooled("max_pool3d", [](const Tensor& x) {
    return tt::max_pool3d_with_indices(x, {.stride = 2, .padding = 1, .ceil_mode = true});
  });
  add("max_pool3d", "channels_last", [](const Tensors& x) { return tt::max_pool3d(x[0], {.data_format = last}); });
  add("avg_pool1d", "plain", [](const Tensors& x) { return tt::avg_pool1d(x[0], 2); });
  add("avg_pool1d", "padded", [](const Tensors& x) {
    return tt::avg_pool1d(x[0],
                          {.kernel_size = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false});
  });
  add("avg_pool2d", "divisor", [](const Tensors& x) {
    return tt::avg_pool2d(x[0], {.kernel_size = 3, .stride = 2, .padding = 1, .ceil_mode = true}, 5);
  });
  add("avg_pool3d", "plain", [](const Tensors& x) { return tt::avg_pool3d(x[0], 2); });
  add("avg_pool3d", "padded", [](const Tensors& x) {
    return tt::avg_pool3d(x[0],
                          {.kernel_size = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false});
  });
  add("avg_pool3d", "divisor",
      [](const Tensors& x) { return tt::avg_pool3d(x[0], {.kernel_size = 2, .stride = 1, .padding = 1}, 3); });
  add("lp_pool1d", "plain", [](const Tensors& x) { return tt::lp_pool1d(x[0], 2, {.kernel_size = 3, .stride = 2}); });
  add("lp_pool2d", "plain", [](const Tensors& x) { return tt::lp_pool2d(x[0], 3, {.kernel_size = 2}); });
  add("lp_pool2d", "even_of_negative", [](const Tensors& x) {
    return tt::lp_pool2d(x[0], 2, {.kernel_size = {2, 3}, .stride = 2});
  });
  add("lp_pool3d", "plain", [](const Tensors& x) { return tt::lp_pool3d(x[0], 2); });
  add("adaptive_avg_pool1d", "uneven", [](const Tensors& x) { return tt::adaptive_avg_pool1d(x[0], 4); });
  add("adaptive_avg_pool2d", "even", [](const Tensors& x) { return tt::adaptive_avg_pool2d(x[0], {7, 3}); });
  add("adaptive_avg_pool2d", "uneven", [](const Tensors& x) { return tt::adaptive_avg_pool2d(x[0], {3, 4}); });
  add("adaptive_avg_pool2d", "larger", [](const Tensors& x) {
    return tt::adaptive_avg_pool2d(x[0], {9, tt::unknown});
  });
  add("adaptive_avg_pool2d", "channels_last", [](const Tensors& x) {
    return tt::adaptive_avg_pool2d(x[0], {3, 4}, last);
  });
  add("adaptive_avg_pool3d", "uneven", [](const Tensors& x) { return tt::adaptive_avg_pool3d(x[0], {2, 4, 3}); });
  add.pooled("adaptive_max_pool1d", [](const Tensor& x) { return tt::adaptive_max_pool1d_with_indices(x, 4); });
  add.pooled("adaptive_max_pool2d", [](const Tensor& x) { return tt::adaptive_max_pool2d_with_indices(x, {3, 4}); });
  add("adaptive_max_pool2d", "squared", [=](const Tensors& x) { return squared(tt::adaptive_max_pool2d(x[0], 4)); });
  add.pooled("adaptive_max_pool3d", [](const Tensor& x) { return tt::adaptive_max_pool3d_with_indices(x, {2, 4, 3}); });
  add("global_avg_pool1d", "plain", [](const Tensors& x) { return tt::global_avg_pool1d(x[0]); });
  add("global_avg_pool3d", "kept", [](const Tensors& x) { return tt::global_avg_pool3d(x[0], {.keepdims = true}); });
  add("global_max_pool1d", "plain", [](const Tensors& x) { return tt::global_max_pool1d(x[0]); });
  add("global_max_pool3d", "channels_last",
      [](const Tensors& x) { return tt::global_max_pool3d(x[0], {.data_format = last}); });
  // The sizes of the results follow from those of x.
  add("max_unpool1d", "plain", [](const Tensors& x) { return tt::max_unpool1d(x[0], x[1]); }).unknown_dims = false;
  add("max_unpool2d", "sized", [](const Tensors& x) {
    return tt::max_unpool2d(x[0], x[1], {.output_size = {7, 6}});
  }).unknown_dims = false;
  add("max_unpool3d", "no_batch", [](const Tensors& x) { return tt::max_unpool3d(x[0], x[1]); }).unknown_dims = false;
}

void add_resampling(const Adder& add) {
  const auto interpolate = [&](const std::string& name, const tt::InterpolateOptions& options) -> Sample& {
    return add("interpolate", name, [options](const Tensors& x) { return tt::interpolate(x[0], options); });
  };
  const tt::Axes sizes[] = {{11}, {8, 4}, {5, 3, 8}};
  for (const char* mode : {"nearest", "nearest-exact", "area"})
    for (int axes = 1; axes <= 3; ++axes)
      interpolate(std::string(mode) + "_" + std::to_string(axes) + "d", {.size = sizes[axes - 1], .mode = mode});
  for (const auto& [mode, axes] :
       {std::pair{"linear", 1}, std::pair{"bilinear", 2}, std::pair{"bicubic", 2}, std::pair{"trilinear", 3}}) {
    const std::string name = mode;
    interpolate(name + "_centres", {.size = sizes[axes - 1], .mode = mode});
    interpolate(name + "_corners", {.size = sizes[axes - 1], .mode = mode, .align_corners = true});
    interpolate(name + "_scale", {.scale_factor = 1.7, .mode = mode});
  }
  interpolate("recomputed", {.scale_factor = 1.7, .mode = "linear", .recompute_scale_factor = true}).unknown_dims =
      false;
  interpolate("nearest_twice", {.scale_factor = 2});
  interpolate("nearest_scales", {.scale_factor = {0.6, 2.3}});
  interpolate("one_corner", {.size = {1, 3}, .mode = "bilinear", .align_corners = true});
  for (const char* mode : {"bilinear", "bicubic"}) {
    interpolate(std::string(mode) + "_antialias", {.size = {7, 4}, .mode = mode, .antialias = true});
    interpolate(std::string(mode) + "_antialias_corners",
                {.size = {9, 20}, .mode = mode, .align_corners = true, .antialias = true});
  }
  interpolate("channels_last", {.size = {8, 4}, .mode = "bilinear", .data_format = last});
  add("upsample_bilinear", "plain", [](const Tensors& x) { return tt::upsample_bilinear(x[0], {}, 2); });
  add("upsample_nearest", "plain", [](const Tensors& x) { return tt::upsample_nearest(x[0], 9); });
}

void add_rearranged(const Adder& add) {
  add("pixel_shuffle", "plain", [](const Tensors& x) { return tt::pixel_shuffle(x[0], 2); });
  add("pixel_shuffle", "no_batch", [](const Tensors& x) { return tt::pixel_shuffle(x[0], 3); });
  add("pixel_unshuffle", "plain", [](const Tensors& x) { return tt::pixel_unshuffle(x[0], 2); });
  add("channel_shuffle", "plain", [](const Tensors& x) { return tt::channel_shuffle(x[0], 3); });
  const tt::UnfoldOptions everything{.dilation = {2, 1}, .padding = {1, 2}, .stride = {1, 2}};
  add("unfold", "plain", [](const Tensors& x) { return tt::unfold(x[0], {3, 2}); });
  add("unfold", "everything", [=](const Tensors& x) { return tt::unfold(x[0], {2, 3}, everything); });
  add("unfold", "no_batch", [](const Tensors& x) { return tt::unfold(x[0], 2, {.stride = 2}); });
  add("fold", "plain", [](const Tensors& x) { return tt::fold(x[0], {6, 5}, {3, 2}); });
  add("fold", "everything", [=](const Tensors& x) { return tt::fold(x[0], {6, 5}, {2, 3}, everything); });
  add("fold", "no_batch", [](const Tensors& x) { return tt::fold(x[0], 4, 2, {.stride = 2}); });
}

void add_sampling(const Adder& add) {
  const auto grid_sample = [&](const std::string& name, const tt::GridSampleOptions& options) {
    Sample& sample =
        add("grid_sample", name, [options](const Tensors& x) { return tt::grid_sample(x[0], x[1], options); });
    sample.unknown_dims = false;  // the sizes of the images are numbers in it
    sample.rounds_parts = true;   // places are differences
    sample.roundings = 64;
    sample.smooth = options.mode != "nearest";
  };
  for (const char* padding : {"zeros", "border", "reflection"}) {
    for (const char* mode : {"bilinear", "nearest", "bicubic"})
      for (const bool corners : {false, true})
        grid_sample(std::string(mode) + "_" + padding + (corners ? "_corners" : "_edges"),
                    {.mode = mode, .padding_mode = padding, .align_corners = corners});
    for (const char* mode : {"bilinear", "nearest"})
      grid_sample(std::string("volume_") + mode + "_" + padding, {.mode = mode, .padding_mode = padding});
  }
  for (const bool corners : {false, true}) {
    const std::string name = corners ? "_corners" : "_edges";
    add("affine_grid", "image" + name, [=](const Tensors& x) { return tt::affine_grid(x[0], {2, 3, 4, 5}, corners); });
    add("affine_grid", "volume" + name, [=](const Tensors& x) {
      return tt::affine_grid(x[0], {2, 3, 2, 1, 5}, corners);
    });
  }
}

}  // namespace

void add_image_samples(std::vector<Sample>& samples) {
  const Adder add{samples};
  add_convolutions(add);
  add_transposed_convolutions(add);
  add_pools(add);
  add_resampling(add);
  add_rearranged(add);
  add_sampling(add);
  for (Sample& sample : samples)  // a product is rounded before the bias, or the next product, comes to it
    if (sample.op == "conv1d" || sample.op == "conv3d" || sample.op.starts_with("conv_transpose") ||
        sample.op == "separable_conv2d")
      sample.rounds_parts = true;
}

}  // namespace conformance
