// What lookups share: tokens, which are texts or whole numbers, and their numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api_keras/access.h"
#include "api_keras/preprocessing/encoding.h"
#include "triptych/core/ops.h"
#include "triptych/keras/layer.h"

namespace triptych::keras {

inline std::string token_text(const std::string& token) { return "'" + token + "'"; }
inline std::string token_text(std::int64_t token) { return std::to_string(token); }

template <class Token>
class Vocabulary {
 public:
  using Rows = std::vector<std::vector<Token>>;

  std::int64_t max_tokens = 0, num_oov_indices = 1;
  std::optional<Token> mask_token;
  Token oov_token{};
  std::string output_mode = "int";
  bool pad_to_max_tokens = false;

  /// ArgumentError of `layer` for options that do not fit together.
  void check(const char* layer, Location where) const {
    const auto fail = [&](const char* problem, const std::string& given) {
      throw ArgumentError(layer, problem, given, "", where);
    };
    if (max_tokens < 0 || max_tokens == 1) fail("max_tokens is below 2", std::to_string(max_tokens));
    if (pad_to_max_tokens && max_tokens == 0) fail("there is no max_tokens to pad to", "pad_to_max_tokens");
    if (num_oov_indices < 0) fail("num_oov_indices is negative", std::to_string(num_oov_indices));
    bool known = false;
    for (const char* mode : {"int", "one_hot", "multi_hot", "count", "tf_idf"}) known |= output_mode == mode;
    if (!known)
      throw ArgumentError(layer, "there is no such output_mode", "'" + output_mode + "'",
                          "Use 'int', 'one_hot', 'multi_hot', 'count' or 'tf_idf'", where);
  }

  std::int64_t oov_start() const { return mask_token && output_mode == "int" ? 1 : 0; }
  std::int64_t token_start() const { return oov_start() + num_oov_indices; }
  std::int64_t size() const { return token_start() + static_cast<std::int64_t>(tokens_.size()); }
  std::int64_t depth() const { return pad_to_max_tokens ? max_tokens : size(); }
  /// The words alone.
  const std::vector<Token>& tokens() const { return tokens_; }
  /// Of "tf_idf": a weight for each of `depth` places.
  const std::vector<double>& weights() const { return weights_; }

  /// Those that stand before the words.
  std::vector<Token> special_tokens() const {
    std::vector<Token> special(static_cast<std::size_t>(token_start()), oov_token);
    if (oov_start() > 0) special[0] = *mask_token;
    return special;
  }
  std::vector<Token> all_tokens() const {
    std::vector<Token> all = special_tokens();
    all.insert(all.end(), tokens_.begin(), tokens_.end());
    return all;
  }

  void set(const char* layer, const std::vector<Token>& given, const std::vector<double>& idf_weights, Location where) {
    const std::vector<Token> special = special_tokens();
    const bool has_special =
        given.size() >= special.size() && std::equal(special.begin(), special.end(), given.begin());
    std::vector<Token> tokens(given.begin() + static_cast<std::ptrdiff_t>(has_special ? special.size() : 0),
                              given.end());
    std::set<Token> seen;
    for (const Token& token : tokens) {
      if (!seen.insert(token).second)
        throw ArgumentError(layer, "a token is in the vocabulary twice", token_text(token), "", where);
      if (mask_token && token == *mask_token)
        throw ArgumentError(layer, "the mask_token is in the vocabulary", token_text(token),
                            "Leave it out, or begin with it and oov_token", where);
    }
    if (pad_to_max_tokens && token_start() + static_cast<std::int64_t>(tokens.size()) > max_tokens)
      throw ArgumentError(layer, "the vocabulary has more tokens than max_tokens", std::to_string(tokens.size()), "",
                          where);
    if (output_mode != "tf_idf" && !idf_weights.empty())
      throw ArgumentError(layer, "there are idf_weights, and output_mode is not 'tf_idf'", "'" + output_mode + "'", "",
                          where);
    if (output_mode == "tf_idf" && idf_weights.size() != tokens.size())
      throw ArgumentError(layer, "there is not a weight for each token",
                          std::to_string(idf_weights.size()) + " for " + std::to_string(tokens.size()), "", where);
    take(std::move(tokens), idf_weights);
  }

  void forget() {
    counts_.clear();
    documents_.clear();
    rows_ = 0;
  }
  void see(const Rows& rows) {
    for (const std::vector<Token>& row : rows) {
      for (const Token& token : row) ++counts_[token];
      for (const Token& token : std::set<Token>(row.begin(), row.end())) ++documents_[token];
    }
    rows_ += static_cast<std::int64_t>(rows.size());
  }
  /// The most frequent tokens that were seen, of equally frequent ones the greater first.
  void learn() {
    if (mask_token) counts_.erase(*mask_token);
    counts_.erase(oov_token);
    std::vector<std::pair<std::int64_t, Token>> order;
    for (const auto& [token, count] : counts_) order.emplace_back(count, token);
    std::sort(order.rbegin(), order.rend());
    if (max_tokens > 0 && static_cast<std::int64_t>(order.size()) > max_tokens - token_start())
      order.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, max_tokens - token_start())));
    std::vector<Token> tokens;
    std::vector<double> weights;
    for (const auto& [count, token] : order) {
      tokens.push_back(token);
      weights.push_back(std::log(1 + static_cast<double>(rows_) / (1 + static_cast<double>(documents_[token]))));
    }
    take(std::move(tokens), weights);
    forget();
  }

  /// The number of a known token or the mask; none of an unknown one.
  std::optional<std::int64_t> find(const Token& token) const {
    if (mask_token && token == *mask_token) return output_mode == "int" ? 0 : -1;
    const auto found = numbers_.find(token);
    if (found == numbers_.end()) return {};
    return found->second;
  }

 private:
  /// All of it, or nothing if there is no memory.
  void take(std::vector<Token> tokens, const std::vector<double>& of_tokens) {
    std::unordered_map<Token, std::int64_t> numbers;
    std::int64_t number = token_start();
    for (const Token& token : tokens) numbers.emplace(token, number++);
    weights_ = weights_of(of_tokens);
    tokens_ = std::move(tokens);
    numbers_.swap(numbers);
  }
  /// Unknown words weigh as much as words do on average; places without a word nothing.
  std::vector<double> weights_of(const std::vector<double>& tokens) const {
    if (output_mode != "tf_idf") return {};
    double sum = 0;
    for (const double weight : tokens) sum += weight;
    const double mean = tokens.empty() ? 0 : sum / static_cast<double>(tokens.size());
    std::vector<double> weights(static_cast<std::size_t>(token_start()), mean);
    weights.insert(weights.end(), tokens.begin(), tokens.end());
    if (pad_to_max_tokens) weights.resize(static_cast<std::size_t>(max_tokens), 0);
    return weights;
  }

  std::vector<Token> tokens_;
  std::vector<double> weights_;
  std::unordered_map<Token, std::int64_t> numbers_;
  std::map<Token, std::int64_t> counts_, documents_;
  std::int64_t rows_ = 0;
};

/// Numbers of tokens in the form that the mode says.
template <class Token>
Tensor in_output_mode(const LayerBase& layer, const Tensor& numbers, const Vocabulary<Token>& vocabulary) {
  const std::string& mode = vocabulary.output_mode;
  if (mode == "int") return numbers;
  // Numbers below 0 stand for nothing.
  const Tensor there = cast(greater_equal(numbers, 0), float32), known = maximum(numbers, 0);
  if (mode == "one_hot") {
    const bool single = numbers.ndim() > 1 && numbers.shape().dim(-1).raw() == 1;
    return encoded(layer, known, mode, vocabulary.depth(), {}) * (single ? there : unsqueeze(there, -1));
  }
  const Tensor result = encoded(layer, known, mode == "tf_idf" ? "count" : mode, vocabulary.depth(), there);
  return mode == "tf_idf" ? result * cast(tensor(vocabulary.weights()), float32) : result;
}

/// ArgumentError before the layer has learned its tokens, or was given them; where shapes alone are asked for only if
/// they depend on it.
template <class Token>
void check_ready(const LayerBase& layer, const Vocabulary<Token>& vocabulary) {
  if (!vocabulary.tokens().empty() || (inferring() && vocabulary.output_mode == "int")) return;
  throw ArgumentError(layer.class_name(), "the layer has no vocabulary yet", "layer '" + layer.name() + "'",
                      "Call adapt(data), or give it one");
}

inline void check_adaptable(const LayerBase& layer, bool given) {
  if (given)
    throw ArgumentError(layer.class_name(), "the layer was given its vocabulary", "layer '" + layer.name() + "'",
                        "Make it without one to adapt it");
}

constexpr const char* not_in_vocabulary = "a token is not in the vocabulary";
[[noreturn]] inline void unknown_token(const LayerBase& layer, const std::string& token) {
  throw ArgumentError(layer.class_name(), not_in_vocabulary, token,
                      "Give the layer num_oov_indices = 1, so that unknown ones have a number");
}

/// What a lookup's options say of its vocabulary.
template <class Token, class Options>
Vocabulary<Token> vocabulary_of(const char* layer, const Options& options, Location where) {
  Vocabulary<Token> vocabulary;
  vocabulary.max_tokens = options.max_tokens;
  vocabulary.num_oov_indices = options.num_oov_indices;
  vocabulary.mask_token = options.mask_token;
  vocabulary.oov_token = options.oov_token;
  vocabulary.output_mode = options.output_mode;
  vocabulary.pad_to_max_tokens = options.pad_to_max_tokens;
  vocabulary.check(layer, where);
  if (!options.vocabulary.empty()) vocabulary.set(layer, options.vocabulary, options.idf_weights, where);
  if (options.vocabulary.empty() && !options.idf_weights.empty())
    throw ArgumentError(layer, "there are idf_weights without a vocabulary",
                        std::to_string(options.idf_weights.size()) + " weights", "", where);
  return vocabulary;
}

/// Puts what was learned into the options, for files.
template <class Token, class Options>
void keep_learned(Options& options, const Vocabulary<Token>& vocabulary) {
  options.vocabulary = vocabulary.tokens();
  options.idf_weights.clear();
  if (options.output_mode != "tf_idf" || options.vocabulary.empty()) return;
  const auto first = vocabulary.weights().begin() + vocabulary.token_start();
  options.idf_weights.assign(first, first + static_cast<std::ptrdiff_t>(options.vocabulary.size()));
}

}  // namespace triptych::keras
