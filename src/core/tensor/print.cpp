// Printing as NumPy prints (str(array), NumPy 2.4's defaults): 8 digits after the point, the shortest text that reads
// back as the same number where that is shorter, one width for all elements, lines of at most 75 characters, and "..."
// for all but the three outermost of each axis when there are more than 1000 elements.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ostream>

#include "core/dispatch/backend.h"
#include "core/graph/graph.h"
#include "core/kernels/strided.h"
#include "core/support/printable.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {
namespace {

constexpr int precision = 8, edge_items = 3, threshold = 1000, line_width = 75;

// --- One number -----------------------------------------------------------------------------------------------------

/// Digits d.ddd and a decimal exponent, as "%e" writes them.
struct Decimal {
  bool negative = false;
  std::string digits;  // without the point
  int exponent = 0;
};

Decimal parse_scientific(const std::string& text) {
  Decimal result;
  const std::size_t e = text.find('e');
  for (char c : text.substr(0, e))
    if (c == '-')
      result.negative = true;
    else if (c != '.')
      result.digits += c;
  result.exponent = std::atoi(text.c_str() + e + 1);
  while (result.digits.size() > 1 && result.digits.back() == '0') result.digits.pop_back();
  return result;
}

/// `value` with this many digits after the point; exact, ties to even.
std::string fixed(double value, int digits) {
  char text[512];
  return std::string(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr);
}
std::string scientific(double value, int digits) {
  char text[512];
  return std::string(text, std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, digits).ptr);
}

/// The fewest digits that read back as the same number of `dtype`.
Decimal shortest(double value, DType dtype) {
  char text[64];
  if (dtype == float64 || dtype == float32) {
    const auto end = dtype == float64 ? std::to_chars(text, text + sizeof text, value, std::chars_format::scientific)
                                      : std::to_chars(text, text + sizeof text, static_cast<float>(value),
                                                      std::chars_format::scientific);
    return parse_scientific(std::string(text, end.ptr));
  }
  for (int digits = 0;; ++digits) {
    const std::string candidate = scientific(value, digits);
    float read = 0;
    std::from_chars(candidate.data(), candidate.data() + candidate.size(), read);
    const double back = dtype == float16 ? static_cast<float>(Float16(read)) : static_cast<float>(BFloat16(read));
    if (back == value) return parse_scientific(candidate);
  }
}

void trim_zeros(std::string& text) {
  while (text.back() == '0') text.pop_back();
}

/// "12.5", "3.": at most `precision` digits after the point.
std::string positional(double value, DType dtype, int digits_after_point) {
  const Decimal decimal = shortest(value, dtype);
  const int needed = static_cast<int>(decimal.digits.size()) - 1 - decimal.exponent;
  if (needed > digits_after_point) {
    std::string text = fixed(value, digits_after_point);
    trim_zeros(text);
    return text;
  }
  std::string text = decimal.negative ? "-" : "";
  for (int place = std::max(decimal.exponent, 0); place >= std::min(-needed, 0); --place) {
    if (place == -1) text += '.';
    const int at = decimal.exponent - place;
    text +=
        at >= 0 && at < static_cast<int>(decimal.digits.size()) ? decimal.digits[static_cast<std::size_t>(at)] : '0';
  }
  return needed > 0 ? text : text + '.';
}

/// Digits after the point in scientific notation, at most `precision`.
int scientific_digits(double value, DType dtype) {
  const Decimal decimal = shortest(value, dtype);
  if (static_cast<int>(decimal.digits.size()) - 1 <= precision) return static_cast<int>(decimal.digits.size()) - 1;
  return static_cast<int>(parse_scientific(scientific(value, precision)).digits.size()) - 1;
}

/// As str() of a NumPy scalar: all digits, "1.0", "1e-10".
std::string scalar_text(double value, DType dtype) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const double size = std::abs(value);
  if (size == 0 || (size >= 1e-4 && size < 1e16)) {
    const std::string text = positional(value, dtype, 400);
    return text.back() == '.' ? text + '0' : text;
  }
  const Decimal decimal = shortest(value, dtype);
  std::string text = (decimal.negative ? "-" : "") + decimal.digits.substr(0, 1);
  if (decimal.digits.size() > 1) text += "." + decimal.digits.substr(1);
  const std::string exponent = std::to_string(std::abs(decimal.exponent));
  return text + (decimal.exponent < 0 ? "e-" : "e+") + (exponent.size() < 2 ? "0" : "") + exponent;
}

// --- One width for all ----------------------------------------------------------------------------------------------

/// How all floating-point elements of one array are written.
class FloatFormat {
 public:
  FloatFormat(const std::vector<double>& values, DType dtype) : dtype_(dtype) {
    double largest = 0, smallest = 0;
    bool any_finite = false, any_nan = false, any_infinity = false, negative_infinity = false;
    for (double value : values) {
      any_nan |= std::isnan(value);
      any_infinity |= std::isinf(value);
      negative_infinity |= std::isinf(value) && value < 0;
      any_finite |= std::isfinite(value);
      if (!std::isfinite(value) || value == 0) continue;
      const double size = std::abs(value);
      largest = std::max(largest, size);
      smallest = smallest == 0 ? size : std::min(smallest, size);
    }
    const double limit = dtype == float64 ? 1e8 : dtype == float32 ? 1e6 : dtype == float16 ? 1e3 : 1e2;
    scientific_ = largest > 0 && (largest >= limit || smallest < 0.0001 || ratio(largest, smallest) > 1000);
    if (any_finite) scientific_ ? measure_scientific(values) : measure_positional(values);
    const int after = right_ + 1;
    if (any_nan) left_ = std::max(left_, 3 - after);
    if (any_infinity) left_ = std::max(left_, 3 + negative_infinity - after);
  }

  std::string operator()(double value) const {
    if (!std::isfinite(value))
      return padded(std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf", left_ + right_ + 1);
    if (!scientific_) {
      const std::string text = positional(value, dtype_, precision);
      const auto point = static_cast<int>(text.find('.')), after = static_cast<int>(text.size()) - point - 1;
      return padded(text.substr(0, static_cast<std::size_t>(point)), left_) +
             text.substr(static_cast<std::size_t>(point)) +
             std::string(static_cast<std::size_t>(std::max(right_ - after, 0)), ' ');
    }
    std::string text = scientific(value, digits_);
    if (digits_ == 0) text.insert(text.find('e'), ".");
    const std::size_t point = text.find('.'), e = text.find('e');
    std::string exponent = text.substr(e + 2);
    if (static_cast<int>(exponent.size()) < exponent_width_) exponent.insert(0, exponent_width_ - exponent.size(), '0');
    return padded(text.substr(0, point), left_) + text.substr(point, e + 2 - point) + exponent;
  }

 private:
  double ratio(double a, double b) const {
    return dtype_ == float64 ? a / b : static_cast<double>(static_cast<float>(a) / static_cast<float>(b));
  }
  static std::string padded(const std::string& text, int width) {
    return std::string(static_cast<std::size_t>(std::max(width - static_cast<int>(text.size()), 0)), ' ') + text;
  }
  void measure_positional(const std::vector<double>& values) {
    for (double value : values) {
      if (!std::isfinite(value)) continue;
      const std::string text = positional(value, dtype_, precision);
      const auto point = static_cast<int>(text.find('.'));
      left_ = std::max(left_, point);
      right_ = std::max(right_, static_cast<int>(text.size()) - point - 1);
    }
  }
  void measure_scientific(const std::vector<double>& values) {
    exponent_width_ = 2;
    for (double value : values) {
      if (!std::isfinite(value)) continue;
      digits_ = std::max(digits_, scientific_digits(value, dtype_));
      left_ = std::max(left_, std::signbit(value) ? 2 : 1);
      if (std::abs(parse_scientific(scientific(value, precision)).exponent) >= 100) exponent_width_ = 3;
    }
    right_ = exponent_width_ + 2 + digits_;
  }

  DType dtype_;
  bool scientific_ = false;
  int left_ = 0, right_ = 0, digits_ = 0, exponent_width_ = 0;
};

// --- The array ------------------------------------------------------------------------------------------------------

class Printer {
 public:
  explicit Printer(const Tensor& tensor)
      : meta_(tensor.meta()),
        data_(static_cast<const char*>(tensor.impl()->data())),
        elided_(tensor.numel() > threshold) {
    collect(0, 0);
    if (is_floating(meta_.dtype)) {
      std::vector<double> values;
      for (std::int64_t offset : offsets_) values.push_back(read_double(at(offset), meta_.dtype));
      const FloatFormat format(values, meta_.dtype);
      for (double value : values) words_.push_back(format(value));
      return;
    }
    std::size_t width = 0;
    for (std::int64_t offset : offsets_) {
      const std::int64_t value = read_int(at(offset), meta_.dtype);
      words_.push_back(meta_.dtype == boolean ? value ? "True" : "False" : std::to_string(value));
      width = std::max(width, words_.back().size());
    }
    if (meta_.dtype == boolean) width = 5;
    for (std::string& word : words_) word.insert(0, width - word.size(), ' ');
  }

  std::string text() { return block(0, " ", line_width); }

 private:
  const char* at(std::int64_t offset) const { return data_ + offset * static_cast<std::int64_t>(size_of(meta_.dtype)); }
  bool shortens(int axis) const { return elided_ && meta_.shape.begin()[axis] > 2 * edge_items; }

  /// Notes where the printed elements stand, in order.
  void collect(int axis, std::int64_t offset) {
    if (axis == meta_.shape.rank()) return offsets_.push_back(offset);
    const std::int64_t n = meta_.shape.begin()[axis], step = meta_.strides[static_cast<std::size_t>(axis)];
    for (std::int64_t i = 0; i < n; ++i) {
      if (shortens(axis) && i == edge_items) i = n - edge_items;
      collect(axis + 1, offset + i * step);
    }
  }

  static void extend(std::string& text, std::string& line, const std::string& word, std::size_t width,
                     const std::string& indent) {
    if (line.size() + word.size() > width && line.size() > indent.size()) {
      while (line.back() == ' ') line.pop_back();
      text += line + "\n";
      line = indent;
    }
    line += word;
  }

  std::string block(int axis, const std::string& indent, int width) {
    const std::int64_t n = meta_.shape.begin()[axis];
    const bool last_axis = axis == meta_.shape.rank() - 1;
    std::string text, line = indent;
    const std::string newlines(static_cast<std::size_t>(meta_.shape.rank() - axis - 1), '\n');
    for (std::int64_t i = 0; i < n; ++i) {
      const bool gap = shortens(axis) && i == edge_items;
      if (gap) i = n - edge_items;
      if (last_axis) {
        if (gap) {
          extend(text, line, "...", static_cast<std::size_t>(width - 1), indent);
          line += ' ';
        }
        extend(text, line, words_[next_++], static_cast<std::size_t>(width - 1), indent);
        if (i + 1 < n) line += ' ';
      } else {
        if (gap) text += indent + "..." + newlines;
        text += indent + block(axis + 1, indent + ' ', width - 1);
        if (i + 1 < n) text += newlines;
      }
    }
    if (last_axis) text += line;
    return "[" + text.substr(indent.size()) + "]";
  }

  const TensorMeta& meta_;
  const char* data_;
  bool elided_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

}  // namespace

std::string Tensor::text() const {
  if (!defined()) return "Tensor(undefined)";
  const std::string kind = std::string(dtype_name(dtype())) + " " + shape().text();
  if (is_symbolic()) return "Tensor('" + printable(describe(*impl()->node)) + "', " + kind + ")";
  if (impl()->has(detail::TensorHead::metadata_only)) return "Tensor(" + kind + ")";
  if (numel() == 0) return "[]";
  if (device() != Device::cpu()) return on_host(*this).text();
  if (ndim() > 0) return Printer(*this).text();
  if (is_floating(dtype())) return scalar_text(read_double(impl()->data(), dtype()), dtype());
  const std::int64_t value = read_int(impl()->data(), dtype());
  return dtype() == boolean ? value ? "True" : "False" : std::to_string(value);
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << tensor.text(); }

std::ostream& operator<<(std::ostream& out, const std::vector<Tensor>& tensors) {
  std::string text = "[";
  for (const Tensor& tensor : tensors) {
    if (text.size() > 1) text += ",\n ";
    for (const char c : tensor.text()) {
      text += c;
      if (c == '\n') text += ' ';
    }
  }
  return out << text + "]";
}

}  // namespace triptych
