#include "core/formats/summary.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/formats/protobuf.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

using Zero = Message::Zero;

// Numbers of fields and of enums, from TensorFlow's and TensorBoard's .proto files.
namespace value_field {
constexpr int tag = 1, simple_value = 2, image = 4, histo = 5, tensor = 8, metadata = 9;
}
enum DataType { dt_float = 1, dt_double = 2, dt_string = 7 };

std::string summary_of(const Message& value) { return Message().message(1, value).bytes(); }

Message shape_of(std::initializer_list<std::int64_t> sizes) {
  Message shape;
  for (const std::int64_t size : sizes) shape.message(2, Message().number(1, size));
  return shape;
}

Message metadata(std::string_view plugin, std::string_view content = {}) {
  return Message().message(1, Message().text(1, plugin).text(2, content));
}

/// A tensor whose elements lie in memory as the file has them.
template <class T>
Message elements(DataType type, std::initializer_list<std::int64_t> shape, std::span<const T> values) {
  return Message()
      .number(1, type)
      .message(2, shape_of(shape))
      .text(4, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

Message strings(std::initializer_list<std::int64_t> shape, std::span<const std::string> texts) {
  Message tensor;
  tensor.number(1, dt_string).message(2, shape_of(shape));
  for (const std::string& text : texts) tensor.text(8, text, Zero::written);
  return tensor;
}

/// A value under a tag, to which its kind is added.
Message tagged(std::string_view tag) { return Message().text(value_field::tag, valid_utf8(tag)); }

Message tensor_value(std::string_view tag, const Message& tensor, const Message& about) {
  return tagged(tag).message(value_field::tensor, tensor).message(value_field::metadata, about);
}

}  // namespace

std::string scalar_summary(std::string_view tag, double value) {
  return summary_of(tagged(tag).real32(value_field::simple_value, static_cast<float>(value), Zero::written));
}

std::string scalar_tensor_summary(std::string_view tag, double value, bool double_precision) {
  const float narrow[] = {static_cast<float>(value)};
  const double wide[] = {value};
  return summary_of(tensor_value(
      tag, double_precision ? elements<double>(dt_double, {}, wide) : elements<float>(dt_float, {}, narrow),
      metadata("scalars")));
}

std::string histogram_summary(std::string_view tag, const BucketCounts& histogram) {
  Message message;
  message.real(1, histogram.min)
      .real(2, histogram.max)
      .real(3, histogram.num)
      .real(4, histogram.sum)
      .real(5, histogram.sum_squares)
      .reals(6, histogram.limits)
      .reals(7, histogram.counts);
  return summary_of(tagged(tag).message(value_field::histo, message));
}

std::string histogram_tensor_summary(std::string_view tag, std::span<const double> values) {
  constexpr std::size_t buckets = 30;
  std::array<double, 3 * buckets> rows{};  // left and right limit, count
  if (!values.empty()) {
    const auto [smallest, greatest] = std::minmax_element(values.begin(), values.end());
    const double first = *smallest, range = *greatest - first;
    const double width = range / static_cast<double>(buckets);
    const auto limit = [&](std::size_t i) { return range == 0 ? first : first + static_cast<double>(i) * width; };
    for (std::size_t i = 0; i < buckets; ++i) {
      rows[3 * i] = limit(i);
      rows[3 * i + 1] = i + 1 == buckets ? *greatest : limit(i + 1);
    }
    for (const double value : values) {
      const double place = width > 0 ? std::floor((value - first) / width) : static_cast<double>(buckets);
      ++rows[3 * (place < static_cast<double>(buckets) ? static_cast<std::size_t>(place) : buckets - 1) + 2];
    }
  }
  return summary_of(tensor_value(tag, elements<double>(dt_double, {static_cast<std::int64_t>(buckets), 3}, rows),
                                 metadata("histograms")));
}

std::string image_summary(std::string_view tag, const Raster& image, FileContext context) {
  Message message;
  message.number(1, image.height).number(2, image.width).number(3, image.channels).text(4, encode_png(image, context));
  return summary_of(tagged(tag).message(value_field::image, message));
}

std::string image_tensor_summary(std::string_view tag, std::span<const Raster> images, FileContext context) {
  std::vector<std::string> texts{"0", "0"};
  if (!images.empty()) texts = {std::to_string(images[0].width), std::to_string(images[0].height)};
  for (const Raster& image : images) texts.push_back(encode_png(image, context));
  return summary_of(tensor_value(tag, strings({static_cast<std::int64_t>(texts.size())}, texts), metadata("images")));
}

std::string text_summary(std::string_view tag, std::string_view text, bool with_shape) {
  const std::string texts[] = {std::string(text)};
  return summary_of(tensor_value(tag, with_shape ? strings({1}, texts) : strings({}, texts), metadata("text")));
}

std::string keras_model_summary(std::string_view tag, std::string_view json) {
  const std::string texts[] = {std::string(json)};
  return summary_of(tensor_value(tag, strings({}, texts), metadata("graph_keras_model", "1")));
}

std::vector<std::string> hparams_summaries(std::span<const HParamColumn> hparams,
                                           std::span<const std::string> metrics) {
  enum { type_string = 1, type_bool = 2, type_float64 = 3 };
  // google.protobuf.Value
  const auto value_message = [](const HParamValue& value) {
    Message message;
    if (const auto* number = std::get_if<double>(&value))
      message.real(2, *number, Zero::written);
    else if (const auto* text = std::get_if<std::string>(&value))
      message.text(3, valid_utf8(*text), Zero::written);
    else
      message.number(4, std::get<bool>(value), Zero::written);
    return message;
  };
  const auto of_plugin = [](std::string_view tag, int field, const Message& data) {
    return summary_of(
        tagged(tag).message(value_field::metadata, metadata("hparams", Message().message(field, data).bytes())));
  };
  Message experiment, start;
  for (const HParamColumn& column : hparams) {
    Message info;
    info.text(1, valid_utf8(column.name))
        .number(4, std::holds_alternative<double>(column.value)        ? type_float64
                   : std::holds_alternative<std::string>(column.value) ? type_string
                                                                       : type_bool);
    if (!column.domain.empty()) {
      Message list;
      for (const HParamValue& value : column.domain) list.message(1, value_message(value));
      info.message(5, list);
    }
    experiment.message(4, info);
    start.message(1, Message().text(1, valid_utf8(column.name)).message(2, value_message(column.value)));
  }
  for (const std::string& metric : metrics)
    experiment.message(5, Message().message(1, Message().text(2, valid_utf8(metric))));
  constexpr std::int64_t success = 1;
  return {of_plugin("_hparams_/experiment", 2, experiment), of_plugin("_hparams_/session_start_info", 3, start),
          of_plugin("_hparams_/session_end_info", 4, Message().number(1, success))};
}

}  // namespace triptych
