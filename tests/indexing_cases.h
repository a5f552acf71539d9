// Cases of indexing that NumPy made, as scripts/references/make_slicing_references.py and
// make_advanced_indexing_references.py write them: four lines each, the shape of 0, 1, 2, ..., the index, the shape and
// the elements that it reads, and all elements after it was written to.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "triptych/core/ops.h"

namespace indexing {

namespace tt = triptych;

inline std::vector<std::int64_t> numbers(std::string text) {
  for (char& c : text)
    if (c == ',' || c == 'x') c = ' ';
  std::vector<std::int64_t> result;
  std::istringstream in(text);
  for (std::string word; in >> word && word != "-";) result.push_back(std::stoll(word));
  return result;
}

inline tt::Slice::Bound bound(const std::string& word) {
  return word == "_" ? tt::Slice::Bound() : tt::Slice::Bound(std::stoll(word));
}

/// newaxis, ..., i-3, s1,_,2, t2x2:0,1,1,0 (an index tensor) or m2:1,0 (a mask).
inline tt::Index element(const std::string& word) {
  if (word == "newaxis") return tt::newaxis;
  if (word == "...") return tt::ellipsis;
  if (word[0] == 'i') return std::stoll(word.substr(1));
  if (word[0] == 's') {
    std::istringstream parts(word.substr(1));
    std::string start, stop, step;
    std::getline(parts, start, ',');
    std::getline(parts, stop, ',');
    std::getline(parts, step, ',');
    return tt::Slice(bound(start), bound(stop), step == "_" ? 1 : std::stoll(step));
  }
  const std::size_t colon = word.find(':');
  const tt::Tensor values = tt::tensor(numbers(word.substr(colon + 1)), numbers(word.substr(1, colon - 1)));
  return word[0] == 'm' ? values != 0 : values;
}

inline std::vector<tt::Index> index_of(const std::string& text) {
  std::vector<tt::Index> result;
  std::istringstream in(text);
  for (std::string word; in >> word;) result.push_back(element(word));
  return result;
}

struct Case {
  std::vector<std::int64_t> shape, part_shape, part, written;
  std::string index;
};

inline std::vector<Case> cases_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<Case> all;
  std::string shape, part, written;
  for (Case c; std::getline(file, shape) && std::getline(file, c.index) && std::getline(file, part) &&
               std::getline(file, written);) {
    const std::size_t colon = part.find(" : ");
    c.shape = numbers(shape);
    c.part_shape = numbers(part.substr(0, colon));
    c.part = numbers(part.substr(colon + 3));
    c.written = numbers(written);
    all.push_back(c);
  }
  return all;
}

/// from, from + 1, ... under `shape`.
inline tt::Tensor count(const tt::Shape& shape, std::int64_t from = 0) {
  return tt::reshape(tt::arange(from, from + shape.size()), shape);
}

}  // namespace indexing
