// The header is read as a stream of events rather than into a tree: what does not belong there ends the reading at
// once, so that a hostile file costs no more memory than its own size.
#include "core/formats/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "core/formats/json.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

// In the order of DType.
constexpr std::string_view dtype_codes[dtype_count] = {"F32", "F64", "F16", "BF16", "I8", "U8", "I32", "I64", "BOOL"};

constexpr std::uint64_t max_dimension = INT64_MAX;

std::string in_quotes(std::string_view text) {
  constexpr std::size_t enough = 80;
  std::size_t end = 0;  // not within a character
  while (end < std::min(text.size(), enough)) end += first_character(text.substr(end)).bytes;
  return "'" + std::string(text.substr(0, end)) + (end < text.size() ? "...'" : "'");
}

class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Reader(const std::string& path, FileContext context) : path_(path), context_(context) {}

  SafetensorsHeader header;

  [[noreturn]] void fail(const std::string& problem) const {
    throw ArgumentError(context_.op, "not a valid safetensors file", "'" + path_ + "': " + problem, "", context_.where);
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::start)
      place_ = Place::top;
    else if (place_ == Place::top && name_ == "__metadata__")
      start_metadata();
    else if (place_ == Place::top)
      start_entry();
    else
      fail_here("an object");
    return true;
  }

  bool key(string_t& key) override {
    if (place_ == Place::top) {
      name_ = key;
    } else if (place_ == Place::metadata) {
      if (header.metadata.count(key)) fail("the metadata " + in_quotes(key) + " stands there twice");
      field_ = key;
      count_one();
    } else {
      field_ = key;
    }
    return true;
  }

  bool string(string_t& text) override {
    if (place_ == Place::metadata)
      header.metadata.emplace(field_, text);
    else if (place_ == Place::entry && field_ == "dtype" && !dtype_)
      dtype_ = parse_dtype(text);
    else
      fail_here("text");
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::entry && field_ == "shape" && !shape_) {
      shape_.emplace();
      place_ = Place::shape;
    } else if (place_ == Place::entry && field_ == "data_offsets" && !offsets_) {
      offsets_.emplace();
      place_ = Place::offsets;
    } else {
      fail_here("a list");
    }
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::shape) {
      if (shape_->size() == Shape::max_rank)
        throw UnsupportedError(context_.op, "a tensor has more than 8 dimensions",
                               in_quotes(name_) + " in '" + path_ + "' has more", "", context_.where);
      if (value > max_dimension) fail("tensor " + in_quotes(name_) + " has a dimension of " + std::to_string(value));
      shape_->push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::offsets) {
      if (offsets_->size() == 2) fail("tensor " + in_quotes(name_) + " has more than two data_offsets");
      offsets_->push_back(value);
    } else {
      fail_here("a number");
    }
    return true;
  }

  bool end_array() override {
    place_ = Place::entry;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::entry) finish_entry();
    place_ = place_ == Place::top ? Place::end : Place::top;
    return true;
  }

  bool null() override {
    if (place_ != Place::top || name_ != "__metadata__") fail_here("null");
    return true;  // none
  }
  bool boolean(bool) override { fail_here("true or false"); }
  bool number_integer(number_integer_t) override { fail_here("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { fail_here("a fraction"); }
  bool binary(binary_t&) override { fail_here("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fail("the header is no JSON at byte " + std::to_string(position));
  }

 private:
  enum class Place { start, top, metadata, entry, shape, offsets, end };

  [[noreturn]] void fail_here(const char* what) const {
    if (place_ == Place::start) fail(std::string("the header is not an object, but ") + what);
    std::string place = in_quotes(name_);
    if (place_ != Place::top) place += ", field " + in_quotes(field_);
    fail(std::string(what) + " does not belong at " + place);
  }

  void count_one() {
    if (++count_ <= max_safetensors_entries) return;
    throw UnsupportedError(context_.op, "the file has too many tensors and metadata",
                           "'" + path_ + "' has more than " + std::to_string(max_safetensors_entries), "",
                           context_.where);
  }

  void start_metadata() {
    if (has_metadata_) fail("the name '__metadata__' stands there twice");
    has_metadata_ = true;
    place_ = Place::metadata;
  }

  void start_entry() {
    count_one();
    place_ = Place::entry;
    field_.clear();
    dtype_.reset();
    shape_.reset();
    offsets_.reset();
  }

  DType parse_dtype(const std::string& code) const {
    const auto* const found = std::find(std::begin(dtype_codes), std::end(dtype_codes), code);
    if (found != std::end(dtype_codes)) return static_cast<DType>(found - std::begin(dtype_codes));
    throw UnsupportedError(context_.op, "the element type is not one of the library's",
                           in_quotes(name_) + " in '" + path_ + "' has " + in_quotes(code),
                           "There are F32, F64, F16, BF16, I8, U8, I32, I64 and BOOL", context_.where);
  }

  void finish_entry() {
    if (!dtype_ || !shape_ || !offsets_ || offsets_->size() != 2)
      fail("tensor " + in_quotes(name_) + " lacks a dtype, a shape or two data_offsets");
    // Every partial product must fit, also those that a zero dimension would hide.
    std::int64_t bytes = static_cast<std::int64_t>(size_of(*dtype_)), count = 1;
    bool overflow = false;
    for (const std::int64_t dim : *shape_) {
      overflow |= __builtin_mul_overflow(bytes, std::max<std::int64_t>(dim, 1), &bytes);
      count = dim == 0 ? 0 : count;
    }
    if (overflow) fail("tensor " + in_quotes(name_) + " has more elements than fit in memory");
    const std::uint64_t begin = (*offsets_)[0], end = (*offsets_)[1];
    const std::uint64_t expected = count == 0 ? 0 : static_cast<std::uint64_t>(bytes);
    if (end < begin || end - begin != expected)
      fail("tensor " + in_quotes(name_) + " needs " + std::to_string(expected) + " bytes, but its data_offsets are " +
           std::to_string(begin) + " and " + std::to_string(end));
    header.entries.push_back({name_, *dtype_, Shape(*shape_), begin, end});
  }

  const std::string& path_;
  FileContext context_;
  Place place_ = Place::start;
  std::size_t count_ = 0;
  bool has_metadata_ = false;
  std::string name_, field_;
  std::optional<DType> dtype_;
  std::optional<std::vector<std::int64_t>> shape_;
  std::optional<std::vector<std::uint64_t>> offsets_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& path,
                                           FileContext context) {
  Reader reader(path, context);
  // The parser takes a byte 0 for the end, and skips a byte order mark; in JSON neither stands outside of text.
  if (const std::size_t zero = json.find('\0'); zero != std::string_view::npos)
    reader.fail("the header is no JSON at byte " + std::to_string(zero) + ", which is 0");
  if (json.starts_with("\xef\xbb\xbf")) reader.fail("the header is no JSON: it begins with a byte order mark");
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);

  const auto& entries = reader.header.entries;
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0);
  const auto named_less = [&](std::size_t a, std::size_t b) { return entries[a].name < entries[b].name; };
  std::sort(order.begin(), order.end(), named_less);
  const auto twice =
      std::adjacent_find(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return !named_less(a, b); });
  if (twice != order.end()) reader.fail("the name " + in_quotes(entries[*twice].name) + " stands there twice");

  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(entries[a].begin, entries[a].end) < std::pair(entries[b].begin, entries[b].end);
  });
  std::uint64_t covered = 0;
  for (const std::size_t i : order) {
    if (entries[i].begin != covered)
      reader.fail("the data of tensor " + in_quotes(entries[i].name) + " begins at byte " +
                  std::to_string(entries[i].begin) + ", expected " + std::to_string(covered) +
                  " (a gap or an overlap)");
    covered = entries[i].end;
  }
  if (covered != data_bytes)
    reader.fail("the header describes " + std::to_string(covered) + " bytes of data, the file has " +
                std::to_string(data_bytes));
  return std::move(reader.header);
}

std::string format_safetensors_header(const SafetensorsHeader& header, FileContext context) {
  const std::size_t count = header.entries.size() + header.metadata.size();
  if (count > max_safetensors_entries)
    throw ArgumentError(context.op, "there are too many tensors and metadata for one file", std::to_string(count),
                        "At most " + std::to_string(max_safetensors_entries) + " are read again", context.where);
  const auto quoted = [&](const std::string& text) {
    try {
      return Json(text).dump();
    } catch (const JsonError&) {
      throw ArgumentError(context.op, "a name or metadata is not UTF-8", in_quotes(text), "", context.where);
    }
  };
  std::string json = "{";
  auto next = [separator = "", &json]() mutable {
    json += separator;
    separator = ",";
  };
  if (!header.metadata.empty()) {
    next();
    json += "\"__metadata__\":";
    char separator = '{';
    for (const auto& [key, text] : header.metadata) {
      json += separator + quoted(key) + ':' + quoted(text);
      separator = ',';
    }
    json += '}';
  }
  for (const auto& entry : header.entries) {
    next();
    json += quoted(entry.name) + ":{\"dtype\":\"" + std::string(dtype_codes[static_cast<int>(entry.dtype)]) +
            "\",\"shape\":[";
    const char* separator = "";
    for (const std::int64_t dim : entry.shape) {
      json += separator + std::to_string(dim);
      separator = ",";
    }
    json += "],\"data_offsets\":[" + std::to_string(entry.begin) + ',' + std::to_string(entry.end) + "]}";
  }
  return json + "}";
}

}  // namespace triptych
