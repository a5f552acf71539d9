// Text as tensors: a corpus, and the numbers of its characters or words.
#pragma once

#include <triptych/core.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace examples {

/// A file of the data folder, $TRIPTYCH_DATA or `data` where the program runs.
inline std::string read_text(const std::string& name) {
  const char* folder = std::getenv("TRIPTYCH_DATA");
  const std::string path = (folder ? std::string(folder) : "data") + "/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "There is no file " << path << ". Run from the repository's root, or set TRIPTYCH_DATA.\n";
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The distinct characters of a text, numbered in their order.
class Characters {
 public:
  explicit Characters(const std::string& text) {
    const std::set<char> distinct(text.begin(), text.end());
    characters_.assign(distinct.begin(), distinct.end());
    for (std::size_t i = 0; i < characters_.size(); ++i) numbers_[characters_[i]] = static_cast<std::int64_t>(i);
  }
  std::int64_t size() const { return static_cast<std::int64_t>(characters_.size()); }
  /// int64 (length). Every character is one of the corpus.
  triptych::Tensor encode(const std::string& text) const {
    std::vector<std::int64_t> numbers;
    for (const char c : text) numbers.push_back(numbers_.at(c));
    return triptych::tensor(numbers);
  }
  std::string decode(const triptych::Tensor& numbers) const {
    std::string text;
    for (const std::int64_t number : numbers.to_vector<std::int64_t>())
      text += characters_[static_cast<std::size_t>(number)];
    return text;
  }

 private:
  std::string characters_;
  std::map<char, std::int64_t> numbers_;
};

/// `count` pieces of `length` + 1 from random places: what stands there (count, length), and what comes next.
inline triptych::data::Batch random_pieces(const triptych::Tensor& corpus, std::int64_t count, std::int64_t length) {
  const triptych::Tensor starts = triptych::randint(0, corpus.size(0) - length, {count, 1});
  const triptych::Tensor places = starts + triptych::arange(length);
  return {corpus[places], corpus[places + 1]};
}

}  // namespace examples
