#include <algorithm>
#include <charconv>

#include "api_keras/layers/brick.h"
#include "api_keras/preprocessing/adaptations.h"
#include "api_keras/preprocessing/lookups.h"
#include "api_keras/preprocessing/vocabulary.h"
#include "api_keras/saving/fields.h"
#include "core/graph/checks.h"
#include "core/graph/graph.h"
#include "core/support/printable.h"
#include "triptych/core/ops/order.h"
#include "triptych/keras/layers/preprocessing/lookup.h"

namespace triptych::keras {

void lookup_fields(Fields& fields, IntegerLookupOptions& options) {
  fields.field_or_none("max_tokens", options.max_tokens, 0);
  fields.field("num_oov_indices", options.num_oov_indices);
  fields.field("mask_token", options.mask_token);
  fields.field("oov_token", options.oov_token);
  fields.field("vocabulary", options.vocabulary);
  fields.field("idf_weights", options.idf_weights);
  fields.field("invert", options.invert);
  fields.field("output_mode", options.output_mode);
  fields.field("pad_to_max_tokens", options.pad_to_max_tokens);
}

namespace {

class IntegerLookup : public AdaptiveLayerBase {
 public:
  IntegerLookup(IntegerLookupOptions options, Location where)
      : options_(std::move(options)),
        vocabulary_(vocabulary_of<std::int64_t>("IntegerLookup", options_, where)),
        given_(!options_.vocabulary.empty()) {
    autocast = false;
    sorted_ = sorted(vocabulary_);
  }
  std::string class_name() const override { return "IntegerLookup"; }
  DType input_dtype() const override { return int64; }

  Tensor call(const Tensor& input, bool) override {
    check_ready(*this, vocabulary_);
    const Tensor x = cast(input, int64);
    return options_.invert ? tokens_of(x) : in_output_mode(*this, numbers_of(x), vocabulary_);
  }

  void reset_adapted() override {
    check_adaptable(*this, given_);
    vocabulary_.forget();
  }
  void see(const Tensor& batch) override {
    const std::vector<std::int64_t> all = cast(batch, int64).to_vector<std::int64_t>();
    const std::size_t rows = batch.ndim() == 0 ? 1 : static_cast<std::size_t>(batch.size(0)), each = all.size() / rows;
    Vocabulary<std::int64_t>::Rows split;
    for (std::size_t i = 0; i < rows; ++i)
      split.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i * each),
                         all.begin() + static_cast<std::ptrdiff_t>((i + 1) * each));
    vocabulary_.see(split);
  }
  void finish_adapting() override {
    Vocabulary<std::int64_t> learned = vocabulary_;
    learned.learn();
    replace(learned);
  }
  /// Of an archive that Keras wrote: a token a line, with the special ones.
  void read_asset(const std::string& text) override {
    std::vector<std::int64_t> tokens;
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      std::int64_t token = 0;
      const auto [stop, error] = std::from_chars(text.data() + start, text.data() + end, token);
      if (error != std::errc() || stop != text.data() + end)
        throw ArgumentError("IntegerLookup", "a token in the file is not a whole number",
                            "'" + printable(text.substr(start, std::min<std::size_t>(end - start, 40))) + "'");
      tokens.push_back(token);
      start = end + 1;
    }
    const bool learned = !given_;
    set_vocabulary(tokens, {});
    given_ = !learned;
  }

  const Vocabulary<std::int64_t>& vocabulary() const { return vocabulary_; }
  void set_vocabulary(const std::vector<std::int64_t>& vocabulary, const std::vector<double>& idf_weights) {
    Vocabulary<std::int64_t> given = vocabulary_;
    given.set("IntegerLookup", vocabulary, idf_weights, {});
    replace(given);
    given_ = true;
  }
  std::string config() const override {
    IntegerLookupOptions options = options_;
    keep_learned(options, vocabulary_);
    ConfigWriter writer;
    Fields fields = writer.fields();
    lookup_fields(fields, options);
    return writer.text();
  }

 private:
  /// Tokens in their order, and the number of each.
  struct Sorted {
    std::vector<std::int64_t> tokens, numbers;
  };
  static Sorted sorted(const Vocabulary<std::int64_t>& vocabulary) {
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
    std::int64_t number = vocabulary.token_start();
    for (const std::int64_t token : vocabulary.tokens()) pairs.emplace_back(token, number++);
    std::sort(pairs.begin(), pairs.end());
    Sorted result;
    for (const auto& [token, of_token] : pairs) {
      result.tokens.push_back(token);
      result.numbers.push_back(of_token);
    }
    return result;
  }
  /// Both, or neither if there is no memory.
  void replace(Vocabulary<std::int64_t>& vocabulary) {
    sorted_ = sorted(vocabulary);
    std::swap(vocabulary_, vocabulary);
  }

  /// By a search among the sorted tokens, which graphs have an op for.
  Tensor numbers_of(const Tensor& x) const {
    const std::int64_t count = static_cast<std::int64_t>(sorted_.tokens.size()),
                       unknown_ones = vocabulary_.num_oov_indices;
    Tensor numbers = zeros_like(x) - 1;
    if (unknown_ones > 0) numbers = numbers + (1 + vocabulary_.oov_start());
    if (unknown_ones > 1) numbers = numbers + remainder(x, unknown_ones);
    Tensor known = cast(zeros_like(x), boolean);
    if (count > 0) {
      const Tensor place = minimum(searchsorted(tensor(sorted_.tokens), x), count - 1);
      known = equal(take(tensor(sorted_.tokens), place), x);
      numbers = where(known, take(tensor(sorted_.numbers), place), numbers);
    }
    if (const auto& mask = vocabulary_.mask_token) {
      const Tensor masked = equal(x, *mask);
      known = logical_or(known, masked);
      numbers = where(masked, vocabulary_.output_mode == "int" ? std::int64_t{0} : std::int64_t{-1}, numbers);
    }
    return unknown_ones == 0 ? checked(numbers, known, x) : numbers;
  }
  /// The numbers, if all of x is known; a graph looks when it runs.
  Tensor checked(const Tensor& numbers, const Tensor& known, const Tensor& x) const {
    if (!x.is_symbolic()) {
      if (x.numel() > 0 && !all(known).item<bool>()) unknown_token(*this, "among " + x.shape().text() + " numbers");
      return numbers;
    }
    const Tensor inputs[] = {known, x};
    const AssertAttributes attributes{class_name(), not_in_vocabulary, 3};
    const Tensor check = apply_check(assert_op, inputs, &attributes, modes.frame);
    std::vector<Node*>& before = check.impl()->graph->control_stack;
    before.push_back(check.impl()->node.get());
    const Tensor result = identity(numbers);
    before.pop_back();
    return result;
  }
  Tensor tokens_of(const Tensor& x) const {
    const std::vector<std::int64_t> tokens = vocabulary_.all_tokens();
    const auto count = static_cast<std::int64_t>(tokens.size());
    if (count == 0) return x;
    const Tensor valid = logical_and(greater_equal(x, 0), less(x, count));
    return where(valid, take(tensor(tokens), clip(x, 0, count - 1)), options_.oov_token);
  }

  IntegerLookupOptions options_;
  Vocabulary<std::int64_t> vocabulary_;
  bool given_;
  Sorted sorted_;
};

IntegerLookup& lookup_in(const Layer& layer, Location where) { return kind_of<IntegerLookup>(layer, where); }

}  // namespace

std::vector<std::int64_t> IntegerLookupLayer::get_vocabulary(bool include_special_tokens, Location where) const {
  const auto& vocabulary = lookup_in(*this, where).vocabulary();
  return include_special_tokens ? vocabulary.all_tokens() : vocabulary.tokens();
}
std::int64_t IntegerLookupLayer::vocabulary_size(Location where) const {
  return lookup_in(*this, where).vocabulary().size();
}
void IntegerLookupLayer::set_vocabulary(const std::vector<std::int64_t>& vocabulary,
                                        const std::vector<double>& idf_weights, Location where) const {
  const Frame frame(where);
  lookup_in(*this, where).set_vocabulary(vocabulary, idf_weights);
  note_adaptation();
}

namespace layers {

IntegerLookupLayer IntegerLookup(IntegerLookupOptions options, Location where) {
  if (options.invert && options.output_mode != "int")
    throw ArgumentError("IntegerLookup", "numbers are turned back, and output_mode is not 'int'",
                        "'" + options.output_mode + "'", "", where);
  return IntegerLookupLayer(plain_brick<keras::IntegerLookup>(options.name, where, options, where));
}

}  // namespace layers
}  // namespace triptych::keras
