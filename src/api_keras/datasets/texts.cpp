// IMDB's reviews and Reuters's news: texts as numbers of words.
#include <algorithm>

#include "api_keras/datasets/files.h"
#include "api_keras/datasets/numpy_order.h"
#include "core/formats/npz.h"
#include "core/support/checked.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

struct Texts {
  std::vector<std::vector<std::int64_t>> x;
  std::vector<std::int64_t> y;
};

Texts read_texts(const NpzReader& file, const char* x, const char* y, FileContext context) {
  Texts texts;
  const auto fail = [&](const std::string& problem) {
    throw ArgumentError(context.op, "the file does not hold texts and their classes", problem, "", context.where);
  };
  for (const PickleRef& text : file.objects(x)) {
    if (text->kind != PickleValue::Kind::list || !text->items.empty()) fail("a text is no list of numbers");
    texts.x.push_back(std::move(text->whole));
  }
  const Tensor classes = file.array(y);
  if (classes.ndim() != 1 || classes.size(0) != static_cast<std::int64_t>(texts.x.size()) ||
      !is_integral(classes.dtype()))
    fail(std::to_string(texts.x.size()) + " texts, classes " + classes.shape().text());
  texts.y = cast(classes, int64).to_vector<std::int64_t>();
  return texts;
}

void shuffle(Texts& texts, std::mt19937& words) {
  Texts result;
  for (const std::int64_t i : numpy_order(static_cast<std::int64_t>(texts.x.size()), words)) {
    result.x.push_back(std::move(texts.x[static_cast<std::size_t>(i)]));
    result.y.push_back(texts.y[static_cast<std::size_t>(i)]);
  }
  texts = std::move(result);
}

/// Numbers are moved on, with a first one.
template <class Options>
void mark(Texts& texts, const Options& o) {
  for (std::vector<std::int64_t>& text : texts.x) {
    if (o.start_char || o.index_from != 0)
      for (std::int64_t& word : text) word = checked_add(word, o.index_from, "a word's number");
    if (o.start_char) text.insert(text.begin(), *o.start_char);
  }
}

template <class Options>
void keep_short(Texts& texts, const Options& o, FileContext context) {
  if (o.maxlen.value_or(0) == 0) return;
  Texts kept;
  for (std::size_t i = 0; i < texts.x.size(); ++i) {
    if (static_cast<std::int64_t>(texts.x[i].size()) >= *o.maxlen) continue;
    kept.x.push_back(std::move(texts.x[i]));
    kept.y.push_back(texts.y[i]);
  }
  if (kept.x.empty())
    throw ArgumentError(context.op, "no text is shorter than maxlen", std::to_string(*o.maxlen), "", context.where);
  texts = std::move(kept);
}

/// What Keras takes for num_words where none is given; the word with this number is left out.
std::int64_t largest_word(const Texts& texts) {
  std::int64_t largest = 0;
  for (const std::vector<std::int64_t>& text : texts.x)
    for (const std::int64_t word : text) largest = std::max(largest, word);
  return largest;
}

template <class Options>
void keep_frequent(Texts& texts, const Options& o, std::int64_t num_words) {
  for (std::vector<std::int64_t>& text : texts.x) {
    const auto rare = [&](std::int64_t word) { return word < o.skip_top || word >= num_words; };
    if (o.oov_char)
      std::replace_if(text.begin(), text.end(), rare, *o.oov_char);
    else
      std::erase_if(text, rare);
  }
}

TextExamples examples(Texts texts) { return {std::move(texts.x), tensor(texts.y)}; }

template <class Options>
void check(const Options& o, FileContext context) {
  const auto at_least_0 = [&](const char* name, std::int64_t value) {
    if (value < 0)
      throw ArgumentError(context.op, std::string(name) + " is negative", std::to_string(value), "", context.where);
  };
  at_least_0("num_words", o.num_words.value_or(0));
  at_least_0("skip_top", o.skip_top);
  at_least_0("maxlen", o.maxlen.value_or(0));
  at_least_0("index_from", o.index_from);
}

}  // namespace

namespace datasets {

TextSplits imdb::load_data(const OwnedText& path, WordOptions options, Location where) {
  const FileContext context{"imdb", where};
  const Frame frame(where);
  check(options, context);
  const std::uint32_t seed = checked_seed(options.seed, context);
  const NpzReader file(file_at(path, {"imdb.npz"}, context), context);
  Texts train = read_texts(file, "x_train", "y_train", context), test = read_texts(file, "x_test", "y_test", context);
  std::mt19937 random(seed);
  for (Texts* texts : {&train, &test}) shuffle(*texts, random);
  for (Texts* texts : {&train, &test}) {
    mark(*texts, options);
    keep_short(*texts, options, context);
  }
  const std::int64_t words = options.num_words.value_or(0);
  const std::int64_t limit = words != 0 ? words : std::max(largest_word(train), largest_word(test));
  for (Texts* texts : {&train, &test}) keep_frequent(*texts, options, limit);
  return {examples(std::move(train)), examples(std::move(test))};
}
WordIndex imdb::get_word_index(const OwnedText& path, Location where) {
  const FileContext context{"imdb", where};
  return word_index(file_at(path, {"imdb_word_index.json"}, context), context);
}

TextSplits reuters::load_data(const OwnedText& path, ReutersOptions options, Location where) {
  const FileContext context{"reuters", where};
  const Frame frame(where);
  check(options, context);
  check_share(options.test_split, context);
  const std::uint32_t seed = checked_seed(options.seed, context);
  const NpzReader file(file_at(path, {"reuters.npz"}, context), context);
  Texts all = read_texts(file, "x", "y", context);
  std::mt19937 random(seed);
  shuffle(all, random);
  mark(all, options);
  keep_short(all, options, context);
  const std::int64_t words = options.num_words.value_or(0);
  keep_frequent(all, options, words != 0 ? words : largest_word(all));
  const auto train = static_cast<std::ptrdiff_t>(static_cast<double>(all.x.size()) * (1 - options.test_split));
  Texts test{{all.x.begin() + train, all.x.end()}, {all.y.begin() + train, all.y.end()}};
  all.x.resize(static_cast<std::size_t>(train));
  all.y.resize(static_cast<std::size_t>(train));
  return {examples(std::move(all)), examples(std::move(test))};
}
WordIndex reuters::get_word_index(const OwnedText& path, Location where) {
  const FileContext context{"reuters", where};
  return word_index(file_at(path, {"reuters_word_index.json"}, context), context);
}
std::vector<std::string> reuters::get_label_names() {
  return {"cocoa",     "grain",        "veg-oil", "earn",       "acq",      "wheat",    "copper",
          "housing",   "money-supply", "coffee",  "sugar",      "trade",    "reserves", "ship",
          "cotton",    "carcass",      "crude",   "nat-gas",    "cpi",      "money-fx", "interest",
          "gnp",       "meal-feed",    "alum",    "oilseed",    "gold",     "tin",      "strategic-metal",
          "livestock", "retail",       "ipi",     "iron-steel", "rubber",   "heat",     "jobs",
          "lei",       "bop",          "zinc",    "orange",     "pet-chem", "dlr",      "gas",
          "silver",    "wpi",          "hog",     "lead"};
}

}  // namespace datasets
}  // namespace triptych::keras
