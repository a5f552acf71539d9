// Shakespeare's words as numbers.
#pragma once

#include <triptych/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "../text.h"

namespace examples {

/// The words of a text in lower case, in their order; the most frequent ones have numbers from 1 on, others are 0.
class Words {
 public:
  Words(const std::string& text, std::int64_t size) {
    std::vector<std::string> all;
    std::string word;
    for (const char c : text + " ") {
      if (std::isalpha(static_cast<unsigned char>(c)) || (c == '\'' && !word.empty()))
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      else if (!word.empty())
        all.push_back(std::exchange(word, {}));
    }
    std::map<std::string, int> counts;
    for (const std::string& one : all) ++counts[one];
    std::vector<std::pair<int, std::string>> frequent;
    for (const auto& [one, count] : counts) frequent.emplace_back(-count, one);
    std::sort(frequent.begin(), frequent.end());
    frequent.resize(std::min(frequent.size(), static_cast<std::size_t>(size - 1)));
    names_.push_back("?");
    for (const auto& [count, one] : frequent) {
      numbers_[one] = static_cast<std::int64_t>(names_.size());
      names_.push_back(one);
    }
    for (const std::string& one : all) text_.push_back(number(one));
  }

  std::int64_t size() const { return static_cast<std::int64_t>(names_.size()); }
  const std::vector<std::int64_t>& text() const { return text_; }
  std::int64_t number(const std::string& word) const {
    const auto found = numbers_.find(word);
    return found == numbers_.end() ? 0 : found->second;
  }
  const std::string& name(std::int64_t number) const { return names_[static_cast<std::size_t>(number)]; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::int64_t> numbers_;
  std::vector<std::int64_t> text_;
};

}  // namespace examples
