// The header is read as a stream of events rather than into a tree: what does not belong there ends the reading at
// once, so that a hostile file costs no more memory than its own size.
#include "core/formats/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <unordered_set>

namespace triptych {
namespace {

// In the order of DType.
constexpr std::string_view dtype_codes[dtype_count] = {"F32", "F64", "F16", "BF16", "I8", "U8", "I32", "I64", "BOOL"};

constexpr std::uint64_t max_dimension = INT64_MAX;

std::string in_quotes(std::string_view text) {
  constexpr std::size_t enough = 80;
  std::string result = "'";
  result += text.substr(0, enough);
  result += text.size() > enough ? "...'" : "'";
  return result;
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
      place_ = Place::metadata;
    else if (place_ == Place::top)
      start_entry();
    else
      fail_here("an object");
    return true;
  }

  bool key(string_t& key) override {
    if (place_ == Place::top) {
      if (!names_.insert(key).second) fail("the name " + in_quotes(key) + " stands there twice");
      name_ = key;
    } else if (place_ == Place::metadata) {
      if (header.metadata.count(key)) fail("the metadata " + in_quotes(key) + " stands there twice");
      field_ = key;
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

  bool null() override { fail_here("null"); }
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

  void start_entry() {
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
  std::unordered_set<std::string> names_;
  std::string name_, field_;
  std::optional<DType> dtype_;
  std::optional<std::vector<std::int64_t>> shape_;
  std::optional<std::vector<std::uint64_t>> offsets_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& path,
                                           FileContext context) {
  Reader reader(path, context);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);

  const auto& entries = reader.header.entries;
  std::vector<std::size_t> by_offset(entries.size());
  std::iota(by_offset.begin(), by_offset.end(), 0);
  std::sort(by_offset.begin(), by_offset.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(entries[a].begin, entries[a].end) < std::pair(entries[b].begin, entries[b].end);
  });
  std::uint64_t covered = 0;
  for (const std::size_t i : by_offset) {
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
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!header.metadata.empty()) json["__metadata__"] = header.metadata;
  for (const auto& entry : header.entries) {
    nlohmann::ordered_json& item = json.emplace(entry.name, nlohmann::ordered_json::object()).first.value();
    item["dtype"] = dtype_codes[static_cast<int>(entry.dtype)];
    item["shape"] = entry.shape.to_vector();
    item["data_offsets"] = {entry.begin, entry.end};
  }
  try {
    return json.dump();
  } catch (const nlohmann::json::exception&) {
    throw ArgumentError(context.op, "a name or metadata is not UTF-8", "a text that is not", "", context.where);
  }
}

}  // namespace triptych
