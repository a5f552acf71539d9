#include "triptych/keras/layers/preprocessing/hashing.h"

#include <charconv>

#include "api_keras/layers/brick.h"
#include "api_keras/preprocessing/encoding.h"
#include "api_keras/preprocessing/lookups.h"
#include "api_keras/saving/fields.h"
#include "core/support/text_hash.h"
#include "triptych/core/ops/hash_bucket.h"

namespace triptych::keras {

void lookup_fields(Fields& fields, HashingOptions& options) {
  if (fields.reading() || !options.salt.empty()) fields.field("salt", options.salt);
  fields.field("mask_value", options.mask_value);
  fields.field("output_mode", options.output_mode);
}

namespace {

/// The number that is written as `text` in one way; none if there is no such.
std::optional<std::int64_t> as_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || std::to_string(number) != text) return {};
  return number;
}

class Hashing : public TextLayerBase {
 public:
  Hashing(std::int64_t num_bins, HashingOptions options) : num_bins_(num_bins), options_(std::move(options)) {
    autocast = false;
  }
  std::string class_name() const override { return "Hashing"; }
  DType input_dtype() const override { return int64; }

  Tensor call_texts(const TextBatch& texts) override {
    std::size_t columns = texts.rows.empty() ? 0 : texts.rows[0].size();
    std::vector<std::int64_t> bins;
    for (const auto& row : texts.rows) {
      if (row.size() != columns)
        throw ArgumentError("Hashing", "rows have several lengths",
                            std::to_string(row.size()) + " and " + std::to_string(columns));
      for (const std::string& text : row) bins.push_back(bin_of(text));
    }
    Shape shape{static_cast<std::int64_t>(texts.rows.size())};
    if (texts.has_rows) shape.append(static_cast<std::int64_t>(columns));
    return in_mode(reshape(tensor(bins), shape));
  }

  Tensor call(const Tensor& x, bool) override {
    HashBucketOptions options;
    if (!options_.salt.empty()) options.salt = {options_.salt.front(), options_.salt.back()};
    const Tensor numbers = cast(x, int64);
    if (!options_.mask_value) return in_mode(hash_bucket(numbers, num_bins_, options));
    options.mask_value = as_number(options_.mask_value->text);
    if (options.mask_value || num_bins_ == 1) return in_mode(hash_bucket(numbers, num_bins_, options));
    return in_mode(hash_bucket(numbers, num_bins_ - 1, options) + 1);  // the mask is the digits of no number
  }

  std::string config() const override {
    HashingOptions options = options_;
    ConfigWriter writer;
    Fields fields = writer.fields();
    std::int64_t num_bins = num_bins_;
    fields.field("num_bins", num_bins);
    lookup_fields(fields, options);
    return writer.text();
  }

 private:
  std::int64_t bin_of(const std::string& text) const {
    const bool masks = options_.mask_value && num_bins_ > 1;
    if (masks && text == options_.mask_value->text) return 0;
    const auto bins = static_cast<std::uint64_t>(masks ? num_bins_ - 1 : num_bins_);
    const auto& salt = options_.salt;
    const std::uint64_t hash =
        salt.empty() ? fingerprint64(text)
                     : siphash(text, static_cast<std::uint64_t>(salt.front()), static_cast<std::uint64_t>(salt.back()));
    return static_cast<std::int64_t>(hash % bins) + (masks ? 1 : 0);
  }
  Tensor in_mode(const Tensor& bins) const {
    return options_.output_mode == "int" ? bins : encoded(*this, bins, options_.output_mode, num_bins_, {});
  }

  std::int64_t num_bins_;
  HashingOptions options_;
};

}  // namespace

HashingLayer layers::Hashing(std::int64_t num_bins, HashingOptions options, Location where) {
  check_positive("Hashing", "num_bins", num_bins, where);
  check_output_mode("Hashing", options.output_mode, true, where);
  if (options.salt.size() == 1) options.salt.push_back(options.salt[0]);
  if (options.salt.size() > 2)
    throw ArgumentError("Hashing", "salt is neither one number nor two",
                        std::to_string(options.salt.size()) + " numbers", "", where);
  return HashingLayer(plain_brick<keras::Hashing>(options.name, where, num_bins, options));
}

}  // namespace triptych::keras
