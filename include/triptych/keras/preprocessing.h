// keras.preprocessing: other names, as in Keras, of functions of keras.utils. Preprocessing layers are in
// layers/preprocessing/.
#pragma once

#include "triptych/keras/ops/image.h"
#include "triptych/keras/utils/arrays.h"
#include "triptych/keras/utils/image_folder.h"
#include "triptych/keras/utils/images.h"
#include "triptych/keras/utils/text_folder.h"

namespace triptych::keras::preprocessing {

using utils::image_dataset_from_directory;
using utils::text_dataset_from_directory;
using utils::timeseries_dataset_from_array;

namespace image {
using utils::array_to_img;
using utils::img_to_array;
using utils::load_img;
using utils::save_img;
/// The largest part in the middle that has the proportions of `size`, resized to it: images (..., height, width,
/// channels) that are not distorted. ArgumentError as of ops::image::resize.
inline Tensor smart_resize(const Arg& x, Size2 size, Text interpolation = "bilinear",
                           Text data_format = "channels_last") {
  return ops::image::resize(x, size,
                            {.interpolation = OwnedText(std::string_view(interpolation)),
                             .crop_to_aspect_ratio = true,
                             .data_format = OwnedText(std::string_view(data_format))});
}
}  // namespace image

namespace sequence {
using utils::pad_sequences;
}  // namespace sequence

}  // namespace triptych::keras::preprocessing
