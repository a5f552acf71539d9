// Basic indexing, reading and writing, against NumPy (scripts/references/make_slicing_references.py).
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>
#include <sstream>

#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

std::vector<std::int64_t> numbers(const std::string& text) {
  std::vector<std::int64_t> result;
  std::istringstream in(text);
  for (std::string word; in >> word && word != "-";) result.push_back(std::stoll(word));
  return result;
}

tt::Slice::Bound bound(const std::string& word) {
  return word == "_" ? tt::Slice::Bound() : tt::Slice::Bound(std::stoll(word));
}

std::vector<tt::Index> index_of(const std::string& text) {
  std::vector<tt::Index> result;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    if (word == "newaxis") {
      result.emplace_back(tt::newaxis);
    } else if (word == "...") {
      result.emplace_back(tt::ellipsis);
    } else if (word[0] == 'i') {
      result.emplace_back(std::stoll(word.substr(1)));
    } else {
      std::istringstream parts(word.substr(1));
      std::string start, stop, step;
      std::getline(parts, start, ',');
      std::getline(parts, stop, ',');
      std::getline(parts, step, ',');
      result.emplace_back(tt::Slice(bound(start), bound(stop), step == "_" ? 1 : std::stoll(step)));
    }
  }
  return result;
}

struct Case {
  std::vector<std::int64_t> shape, part_shape, part, written;
  std::string index;
};

std::vector<Case> cases() {
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/slicing.txt");
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

tt::Tensor count(const tt::Shape& shape, std::int64_t from = 0) {
  return tt::reshape(tt::arange(from, from + shape.size()), shape);
}

/// The same tensor with its axes lying the other way round in memory.
tt::Tensor reversed_in_memory(const tt::Tensor& x) {
  std::vector<std::int64_t> axes(static_cast<std::size_t>(x.ndim()));
  std::iota(axes.rbegin(), axes.rend(), 0);
  return tt::permute(tt::contiguous(tt::permute(x, axes)), axes);
}

}  // namespace

TEST(Slicing, ReadsAsNumPy) {
  EXPECT_GE(cases().size(), 250u);
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    const tt::Tensor x = count(c.shape);
    for (const tt::Tensor& whole : {x, reversed_in_memory(x)}) {
      const tt::Tensor part = tt::index(whole, index_of(c.index));
      EXPECT_EQ(part.shape().to_vector(), c.part_shape);
      EXPECT_EQ(part.to_vector<std::int64_t>(), c.part);
    }
  }
}

TEST(Slicing, WritesAsNumPyAndReachesNoOtherView) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    const tt::Tensor x = count(c.shape), value = count(c.part_shape, 1000);
    EXPECT_EQ(tt::index_update(x, index_of(c.index), value).to_vector<std::int64_t>(), c.written);
    EXPECT_EQ(tt::index_update(reversed_in_memory(x), index_of(c.index), value).to_vector<std::int64_t>(), c.written);
    EXPECT_EQ(x.to_vector<std::int64_t>(), count(c.shape).to_vector<std::int64_t>());
  }
}

// The gradient of a part is the part's gradient in its place and zeros elsewhere: what writing 1 into zeros gives.
TEST(Slicing, GradientIsTheWrittenPart) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(tt::Shape(c.shape).text() + " [" + c.index + "]");
    tt::Tensor x = tt::cast(count(c.shape), tt::float64).set_requires_grad();
    const tt::Tensor zeros = tt::zeros(c.shape, tt::float64);
    tt::sum(tt::index(x, index_of(c.index))).backward();
    EXPECT_TRUE(tt::array_equal(x.grad(), tt::index_update(zeros, index_of(c.index), 1)));
  }
}

// x.set() with an initializer list: what users write.
TEST(Slicing, SetChangesEveryHandleAndNoView) {
  tt::Tensor x = count({3, 4});
  const tt::Tensor handle = x, view = x[1];
  x.set({tt::Slice(tt::none, tt::none, -2), tt::Slice(1, 3)}, tt::tensor<std::int64_t>({50, 60}));
  EXPECT_EQ(handle.to_vector<int>(), (std::vector<int>{0, 50, 60, 3, 4, 5, 6, 7, 8, 50, 60, 11}));
  x.set({tt::ellipsis, tt::newaxis, 0}, -1);
  EXPECT_EQ(handle.to_vector<int>(), (std::vector<int>{-1, 50, 60, 3, -1, 5, 6, 7, -1, 50, 60, 11}));
  EXPECT_THROW(x.set(-2, 2.9), tt::ArgumentError);  // an integer cannot hold it
  x.set(-2, 2.0);
  EXPECT_EQ(x[1].to_vector<int>(), (std::vector<int>{2, 2, 2, 2}));
  EXPECT_EQ(view.to_vector<int>(), (std::vector<int>{4, 5, 6, 7}));
}
