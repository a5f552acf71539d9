// Layers of texts: what they share, StringLookup and TextVectorization.
#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/preprocessing/lookups.h"
#include "api_keras/preprocessing/vocabulary.h"
#include "api_keras/saving/fields.h"
#include "core/support/text_hash.h"

namespace triptych::keras {

Tensor TextLayerBase::call(const Tensor&, bool) {
  throw ArgumentError(class_name(), "the layer takes texts, and got a tensor", "layer '" + name() + "'",
                      "Call it on a std::vector<std::string>, before the model");
}

Tensor TextLayer::operator()(const TextBatch& texts, Location where) const {
  const Frame frame(where);
  const RunNow now;
  return kind_of<TextLayerBase>(*this, where).call_texts(texts);
}

namespace {

VocabularyLayerBase& vocabulary_in(const Layer& layer, Location where) {
  return kind_of<VocabularyLayerBase>(layer, where);
}

}  // namespace

void VocabularyLayer::adapt(const TextBatch& texts, Location where) const {
  const Frame frame(where);
  VocabularyLayerBase& layer = vocabulary_in(*this, where);
  if (texts.rows.empty())
    throw ArgumentError(layer.class_name(), "there are no data to adapt to", "no text", "", where);
  layer.adapt_texts(texts);
}
std::vector<std::string> VocabularyLayer::get_vocabulary(bool include_special_tokens, Location where) const {
  return vocabulary_in(*this, where).vocabulary(include_special_tokens);
}
std::int64_t VocabularyLayer::vocabulary_size(Location where) const {
  return static_cast<std::int64_t>(get_vocabulary(true, where).size());
}
void VocabularyLayer::set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf_weights,
                                     Location where) const {
  const Frame frame(where);
  vocabulary_in(*this, where).set_vocabulary(vocabulary, idf_weights);
}
std::vector<std::string> VocabularyLayer::words(const Tensor& numbers, Location where) const {
  const Frame frame(where);
  const RunNow now;
  return vocabulary_in(*this, where).words(cast(numbers, int64).to_vector<std::int64_t>());
}

void lookup_fields(Fields& fields, StringLookupOptions& options) {
  fields.field_or_none("max_tokens", options.max_tokens, 0);
  fields.field("num_oov_indices", options.num_oov_indices);
  fields.field("mask_token", options.mask_token);
  fields.field("oov_token", options.oov_token);
  fields.field("vocabulary", options.vocabulary);
  if (fields.reading() || !options.idf_weights.empty()) fields.field("idf_weights", options.idf_weights);
  fields.field("output_mode", options.output_mode);
  fields.field("pad_to_max_tokens", options.pad_to_max_tokens);
}

void lookup_fields(Fields& fields, TextVectorizationOptions& options) {
  std::string standardize = options.standardize.name(), split = options.split.name();
  if (standardize.empty() || split.empty())
    throw UnsupportedError("TextVectorization", "a function cannot be written to a file",
                           standardize.empty() ? "standardize" : "split", "Use one of Keras's names");
  fields.field_or_none("max_tokens", options.max_tokens, 0);
  fields.field_or_none("standardize", standardize, "none");
  fields.field_or_none("split", split, "none");
  options.standardize = TextStandardize(standardize);
  options.split = TextSplit(split);
  std::string none;  // which Keras wants to be told
  if (fields.reading() || !options.ngrams.empty())
    fields.field("ngrams", options.ngrams);
  else
    fields.field_or_none("ngrams", none, "");
  fields.field("output_mode", options.output_mode);
  fields.field("output_sequence_length", options.output_sequence_length);
  fields.field("pad_to_max_tokens", options.pad_to_max_tokens);
  fields.field("vocabulary", options.vocabulary);
  if (fields.reading() || !options.idf_weights.empty()) fields.field("idf_weights", options.idf_weights);
}

namespace {

/// A layer that makes tokens of texts, and numbers of tokens.
template <class Options>
class TokenLayer : public VocabularyLayerBase {
 public:
  TokenLayer(Options options, Vocabulary<std::string> vocabulary)
      : options_(std::move(options)), vocabulary_(std::move(vocabulary)), given_(!options_.vocabulary.empty()) {}

  void adapt_texts(const TextBatch& texts) override {
    check_adaptable(*this, given_);
    vocabulary_.forget();
    vocabulary_.see(tokens_of(texts).rows);
    vocabulary_.learn();
  }
  std::vector<std::string> vocabulary(bool include_special_tokens) const override {
    return include_special_tokens ? vocabulary_.all_tokens() : vocabulary_.tokens();
  }
  void set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf_weights) override {
    vocabulary_.set(class_name().c_str(), vocabulary, idf_weights, {});
    given_ = true;
  }
  std::vector<std::string> words(const std::vector<std::int64_t>& numbers) const override {
    const std::vector<std::string> all = vocabulary_.all_tokens();
    std::vector<std::string> result;
    for (const std::int64_t number : numbers)
      result.push_back(number >= 0 && number < static_cast<std::int64_t>(all.size())
                           ? all[static_cast<std::size_t>(number)]
                           : vocabulary_.oov_token);
    return result;
  }
  std::string config() const override {
    Options options = options_;
    keep_learned(options, vocabulary_);
    ConfigWriter writer;
    Fields fields = writer.fields();
    lookup_fields(fields, options);
    return writer.text();
  }

 protected:
  virtual TextBatch tokens_of(const TextBatch& texts) const = 0;

  /// Rows of tokens as numbers, padded to `length` (0: the longest row's) where one is given.
  Tensor numbers_of(const TextBatch& tokens, std::optional<std::int64_t> length) const {
    check_ready(*this, vocabulary_);
    std::size_t columns = 0;
    for (const auto& row : tokens.rows) columns = std::max(columns, row.size());
    const std::string& mode = vocabulary_.output_mode;
    for (const auto& row : tokens.rows)
      if (!length && row.size() != columns && (mode == "int" || mode == "one_hot"))
        throw ArgumentError(class_name(), "rows have several lengths",
                            std::to_string(row.size()) + " and " + std::to_string(columns),
                            "Use output_mode 'multi_hot', 'count' or 'tf_idf'");
    if (length && *length > 0) columns = static_cast<std::size_t>(*length);
    // A place of no token is 0 where numbers are asked for, else a number that counts nowhere.
    std::vector<std::int64_t> numbers(tokens.rows.size() * columns, mode == "int" ? 0 : -1);
    for (std::size_t i = 0; i < tokens.rows.size(); ++i)
      for (std::size_t j = 0; j < std::min(columns, tokens.rows[i].size()); ++j)
        numbers[i * columns + j] = number_of(tokens.rows[i][j]);
    Tensor result =
        reshape(tensor(numbers), {static_cast<std::int64_t>(tokens.rows.size()), static_cast<std::int64_t>(columns)});
    if (!tokens.has_rows) result = flatten(result);
    return in_output_mode(*this, result, vocabulary_);
  }

  Options options_;

 private:
  std::int64_t number_of(const std::string& token) const {
    if (const auto known = vocabulary_.find(token)) return *known;
    const auto unknown_ones = static_cast<std::uint64_t>(vocabulary_.num_oov_indices);
    if (unknown_ones == 0) unknown_token(*this, token_text(token));
    return vocabulary_.oov_start() + static_cast<std::int64_t>(fingerprint64(token) % unknown_ones);
  }

  Vocabulary<std::string> vocabulary_;
  bool given_;
};

class StringLookup : public TokenLayer<StringLookupOptions> {
 public:
  using TokenLayer::TokenLayer;
  std::string class_name() const override { return "StringLookup"; }
  Tensor call_texts(const TextBatch& texts) override { return numbers_of(texts, {}); }

 protected:
  TextBatch tokens_of(const TextBatch& texts) const override { return texts; }
};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) {
  return std::string_view("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'").find(c) != std::string_view::npos;
}

std::vector<std::string> split_at_spaces(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = false;
  for (const char c : text) {
    if (!is_space(c)) {
      if (!in_word) words.emplace_back();
      words.back() += c;
    }
    in_word = !is_space(c);
  }
  return words;
}

/// UTF-8's characters.
std::vector<std::string> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    const bool goes_on = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (!goes_on || characters.empty()) characters.emplace_back();
    characters.back() += c;
  }
  return characters;
}

class TextVectorization : public TokenLayer<TextVectorizationOptions> {
 public:
  using TokenLayer::TokenLayer;
  std::string class_name() const override { return "TextVectorization"; }

  Tensor call_texts(const TextBatch& texts) override {
    const TextBatch tokens = tokens_of(texts);
    if (options_.output_mode != "int" || !tokens.has_rows) return numbers_of(tokens, {});
    return numbers_of(tokens, options_.output_sequence_length.value_or(0));
  }

 protected:
  TextBatch tokens_of(const TextBatch& texts) const override {
    const bool splits = options_.split.name() != "none";
    if (!splits && options_.ngrams.empty() && !texts.has_rows) {
      TextBatch tokens = texts;
      for (auto& row : tokens.rows) row[0] = standardized(row[0]);
      return tokens;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& texts_of_row : texts.rows) {
      if (splits && texts_of_row.size() != 1)
        throw ArgumentError("TextVectorization", "a row to split is not one text",
                            std::to_string(texts_of_row.size()) + " texts",
                            "Give it one text each, or split = \"none\"");
      std::vector<std::string> words;
      for (const std::string& text : texts_of_row) {
        const std::string same = standardized(text);
        for (std::string& word : splits ? split(same) : std::vector{same}) words.push_back(std::move(word));
      }
      rows.push_back(options_.ngrams.empty() ? std::move(words) : ngrams_of(words));
    }
    return rows;
  }

 private:
  std::string standardized(const std::string& text) const {
    if (options_.standardize.function()) return options_.standardize.function()(text);
    const std::string& how = options_.standardize.name();
    std::string result;
    for (char c : text) {
      if (how.ends_with("strip_punctuation") && is_punctuation(c)) continue;
      if (how.starts_with("lower") && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      result += c;
    }
    return result;
  }
  std::vector<std::string> split(const std::string& text) const {
    if (options_.split.function()) return options_.split.function()(text);
    return options_.split.name() == "character" ? characters_of(text) : split_at_spaces(text);
  }
  std::vector<std::string> ngrams_of(const std::vector<std::string>& words) const {
    std::vector<std::string> result;
    for (const std::int64_t length : options_.ngrams)
      for (std::size_t i = 0; i + static_cast<std::size_t>(length) <= words.size(); ++i) {
        std::string ngram = words[i];
        for (std::size_t j = 1; j < static_cast<std::size_t>(length); ++j) ngram += " " + words[i + j];
        result.push_back(std::move(ngram));
      }
    return result;
  }
};

void check_step(const char* what, const std::string& name, std::initializer_list<const char*> known, Location where) {
  std::string names;
  for (const char* one : known) {
    if (name == one) return;
    names += (names.empty() ? "Use '" : ", '") + std::string(one) + "'";
  }
  throw ArgumentError("TextVectorization", std::string("there is no such ") + what, "'" + name + "'", names, where);
}

}  // namespace

namespace layers {

VocabularyLayer StringLookup(StringLookupOptions options, Location where) {
  auto vocabulary = vocabulary_of<std::string>("StringLookup", options, where);
  return VocabularyLayer(plain_brick<keras::StringLookup>(options.name, where, options, std::move(vocabulary)));
}

VocabularyLayer TextVectorization(TextVectorizationOptions options, Location where) {
  if (!options.standardize.function())
    check_step("standardize", options.standardize.name(),
               {"lower_and_strip_punctuation", "lower", "strip_punctuation", "none"}, where);
  if (!options.split.function()) check_step("split", options.split.name(), {"whitespace", "character", "none"}, where);
  for (const std::int64_t length : options.ngrams)
    check_positive("TextVectorization", "a number of ngrams", length, where);
  if (options.output_sequence_length) {
    check_positive("TextVectorization", "output_sequence_length", *options.output_sequence_length, where);
    if (options.output_mode != "int")
      throw ArgumentError("TextVectorization", "there is an output_sequence_length, and output_mode is not 'int'",
                          "'" + options.output_mode + "'", "", where);
  }
  const StringLookupOptions lookup{.max_tokens = options.max_tokens,
                                   .mask_token = "",
                                   .vocabulary = options.vocabulary,
                                   .idf_weights = options.idf_weights,
                                   .output_mode = options.output_mode,
                                   .pad_to_max_tokens = options.pad_to_max_tokens};
  auto vocabulary = vocabulary_of<std::string>("TextVectorization", lookup, where);
  return VocabularyLayer(plain_brick<keras::TextVectorization>(options.name, where, options, std::move(vocabulary)));
}

}  // namespace layers
}  // namespace triptych::keras
