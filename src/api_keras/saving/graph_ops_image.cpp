// keras.src.ops.image's Operations.
#include "api_keras/saving/graph_call.h"
#include "triptych/keras/ops.h"

namespace triptych::keras {
namespace {

namespace image = ops::image;
using Tensors = std::vector<Tensor>;

image::AffineOptions affine_options(const Call& c) {
  return {.interpolation = c.text("interpolation", "bilinear"),
          .fill_mode = c.text("fill_mode", "constant"),
          .fill_value = c.number("fill_value", 0),
          .data_format = c.data_format()};
}

constexpr KnownOp image_ops[] = {

    {"RGBToGrayscale", [](const Call& c) -> Tensors { return {image::rgb_to_grayscale(c.images(), c.data_format())}; }},
    {"RGBToHSV", [](const Call& c) -> Tensors { return {image::rgb_to_hsv(c.images(), c.data_format())}; }},
    {"HSVToRGB", [](const Call& c) -> Tensors { return {image::hsv_to_rgb(c.images(), c.data_format())}; }},
    {"SobelEdges", [](const Call& c) -> Tensors { return {image::sobel_edges(c.images(), c.data_format())}; }},
    {"Resize",
     [](const Call& c) -> Tensors {
       return {image::resize(c.images(), c.size("size"),
                             {.interpolation = c.text("interpolation", "bilinear"),
                              .antialias = c.flag("antialias"),
                              .crop_to_aspect_ratio = c.flag("crop_to_aspect_ratio"),
                              .pad_to_aspect_ratio = c.flag("pad_to_aspect_ratio"),
                              .fill_mode = c.text("fill_mode", "constant"),
                              .fill_value = c.number("fill_value", 0),
                              .data_format = c.data_format()})};
     }},
    {"AffineTransform",
     [](const Call& c) -> Tensors {
       return {image::affine_transform(c.images(), c.tensor(1, "transform"), affine_options(c))};
     }},
    {"PerspectiveTransform",
     [](const Call& c) -> Tensors {
       return {image::perspective_transform(c.images(), c.tensor(1, "start_points"), c.tensor(2, "end_points"),
                                            affine_options(c))};
     }},
    {"ExtractPatches",
     [](const Call& c) -> Tensors {
       const Axes size = c.integers("size");
       const auto extract = size.size() == 3 ? image::extract_patches_3d : image::extract_patches;
       return {extract(c.images(), size, c.strides(), c.integers("dilation_rate", 1), c.text("padding", "valid"),
                       c.data_format())};
     }},
    {"MapCoordinates",
     [](const Call& c) -> Tensors {
       return {image::map_coordinates(c.tensor(0, "inputs"), c.tensor(1, "coordinates"), c.integer("order"),
                                      Text(c.text("fill_mode", "constant")), c.number("fill_value", 0))};
     }},
    {"PadImages",
     [](const Call& c) -> Tensors {
       return {image::pad_images(c.images(), {.top_padding = c.optional_integer("top_padding"),
                                              .left_padding = c.optional_integer("left_padding"),
                                              .bottom_padding = c.optional_integer("bottom_padding"),
                                              .right_padding = c.optional_integer("right_padding"),
                                              .target_height = c.optional_integer("target_height"),
                                              .target_width = c.optional_integer("target_width"),
                                              .data_format = c.data_format()})};
     }},
    {"CropImages",
     [](const Call& c) -> Tensors {
       return {image::crop_images(c.images(), {.top_cropping = c.optional_integer("top_cropping"),
                                               .left_cropping = c.optional_integer("left_cropping"),
                                               .bottom_cropping = c.optional_integer("bottom_cropping"),
                                               .right_cropping = c.optional_integer("right_cropping"),
                                               .target_height = c.optional_integer("target_height"),
                                               .target_width = c.optional_integer("target_width"),
                                               .data_format = c.data_format()})};
     }},
    {"GaussianBlur",
     [](const Call& c) -> Tensors {
       return {
           image::gaussian_blur(c.images(), c.size("kernel_size", 3), c.two_numbers("sigma", {1, 1}), c.data_format())};
     }},
    {"ElasticTransform",
     [](const Call& c) -> Tensors {
       return {image::elastic_transform(c.images(), {.alpha = c.number("alpha", 20),
                                                     .sigma = c.number("sigma", 5),
                                                     .interpolation = c.text("interpolation", "bilinear"),
                                                     .fill_mode = c.text("fill_mode", "reflect"),
                                                     .fill_value = c.number("fill_value", 0),
                                                     .data_format = c.data_format()})};
     }},
    {"SSIM",
     [](const Call& c) -> Tensors {
       return {image::ssim(c.tensor(0, "image1"), c.tensor(1, "image2"), c.number("max_val", 1),
                           c.integer("filter_size", 11), c.number("filter_sigma", 1.5), c.number("k1", 0.01),
                           c.number("k2", 0.03), c.data_format())};
     }},
};

}  // namespace

std::span<const KnownOp> known_image_ops() { return image_ops; }

}  // namespace triptych::keras
