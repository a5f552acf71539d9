// What a case keeps, and how its results are computed and its errors judged.
#include <algorithm>
#include <fstream>
#include <regex>

#include "results.h"

namespace battery {

thread_local Case* Case::current_ = nullptr;

Case::Case(Hostile first, Hostile second, bool aliases) : hostile_{first, second}, aliases_(aliases) {
  current_ = this;
  if (!progress) return;
  progress->count = 0;
  progress->good = first.argument < 0 && !aliases;
}

Case::~Case() {
  while (!kept_.empty()) kept_.pop_back();  // scopes end in the reverse order
  current_ = nullptr;
}

AnyMake made_by(Object (*function)()) {
  struct ByFunction final : AnyMake::Base {
    explicit ByFunction(Object (*f)()) : function(f) {}
    Object make() const override { return function(); }
    Object (*function)();
  };
  return AnyMake(new ByFunction(function));
}

AnyMake changed(const AnyMake& whole, void (*change)(void* value)) {
  struct Changed final : AnyMake::Base {
    Changed(const AnyMake& all, void (*f)(void*)) : whole(all), change(f) {}
    Object make() const override {
      const Object object = whole.object();
      change(object.get());
      return object;
    }
    AnyMake whole;
    void (*change)(void*);
  };
  return AnyMake(new Changed(whole, change));
}

AnyMake part_of(const AnyMake& whole, std::ptrdiff_t offset) {
  struct Part final : AnyMake::Base {
    Part(const AnyMake& all, std::ptrdiff_t bytes) : whole(all), offset(bytes) {}
    Object make() const override {
      const Object object = whole.object();
      return Object(object, static_cast<char*>(object.get()) + offset);
    }
    AnyMake whole;
    std::ptrdiff_t offset;
  };
  return AnyMake(new Part(whole, offset));
}

Object Case::get_any(int number, const std::type_info& type, List list, const AnyMake& good, const char* good_text,
                     tt::Location where) {
  where_ = where;
  const auto i = static_cast<std::size_t>(number);
  if (counts_.size() <= i) counts_.resize(i + 1), texts_.resize(i + 1);
  // To list the choices takes longer than most calls: they are listed to be counted, once, and where one is taken.
  AnyChoices choices;
  if (hostile_[0].argument < 0 || hostile_[0].argument == number || hostile_[1].argument == number) {
    choices = list(good);
    counts_[i] = static_cast<int>(choices.size());
  }
  for (const auto& [other, object] : kept_)
    if (other == type) {
      can_alias_ = true;
      if (!aliases_) continue;
      texts_[i] = "the same";
      if (progress) progress->note(i, texts_[i]);
      return object;
    }
  AnyMake make = good;
  texts_[i] = good_text;
  for (const Hostile& hostile : hostile_)
    if (hostile.argument == number && hostile.choice < counts_[i]) {
      texts_[i] = choices[static_cast<std::size_t>(hostile.choice)].text;
      make = choices[static_cast<std::size_t>(hostile.choice)].make;
    }
  if (progress) progress->note(i, texts_[i]);
  kept_.emplace_back(type, make.object());
  return kept_.back().second;
}

tt::Tensor Case::placeholder(const tt::Tensor& value, const tt::Shape& shape) {
  const tt::Tensor key = graph_.placeholder("fed", value.dtype(), shape, {}, where_);
  feeds.emplace_back(key, tt::Arg(value, where_));
  return key;
}

void Case::add_result(const tt::Tensor& result) {
  if (!result.defined()) return results_.push_back(result);
  // A huge one is a view of stride 0: to read it would copy it.
  const bool readable = result.is_symbolic() || result.numel(where_) <= 1 << 20;
  if (readable) read(result.text());
  if (!result.is_symbolic()) {
    if (readable) results_.push_back(result.detach(where_).clone(where_));
    if (result.requires_grad() && !result.is_leaf())
      attempt([&] { look(*this, tt::eager::grad(tt::sum(result), result, {.retain_graph = true}, where_)); });
    return;
  }
  if (!(tt::lowlevel::graph_of(result, where_) == graph_)) return;  // Keras's, or another one: nobody can feed it
  attempt([&] {
    const tt::lowlevel::Session session(graph_, {.numerics = tt::Numerics::exact});
    if (!graph_.variables().empty()) session.run(graph_.initializer(where_), {}, {}, where_);
    const std::vector<tt::Tensor> values = session.run(std::vector{result}, feeds, {}, where_);
    results_.push_back(values[0]);
  });
}

std::string small_idx_file() {
  // Two uint8 images of 2 x 2: magic number, sizes, pixels (http://yann.lecun.com/exdb/mnist).
  std::ofstream("images.idx", std::ios::binary) << std::string(
      "\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02"
      "abcdefgh",
      24);
  return "images.idx";
}

std::string small_idx_labels() {
  std::ofstream("labels.idx", std::ios::binary) << std::string("\0\0\x08\x01\0\0\0\x02\x01\0", 10);
  return "labels.idx";
}

tt::data::IdxDataset small_idx() { return tt::data::IdxDataset(small_idx_file(), small_idx_labels(), {}, here()); }

void check_error(const tt::Error& error) {
  static const std::regex form(R"(\[[^\]]+\] [^]+[.?] At [^ /]+:\d+\.( [^]+)?)");
  // A duty, or a fact of the kind that a wrong value breaks (tests/house/error_texts_test.cpp).
  static const std::regex rule(
      R"(\bmust\b|\b(is|are) (at (least|most)|not negative|not empty|positive|between|floating|finite|known|one of)\b|\bneeds an?\b)");
  std::string text = error.what();
  // std::regex goes as deep as a text is long: of 10,000 letters one is left.
  text.erase(std::unique(text.begin(), text.end(), [](char a, char b) { return a == 'x' && b == 'x'; }), text.end());
  if (!error.where()) throw Finding{"an error without a line: " + text};
  if (std::string_view(error.where().file()).find("battery") == std::string_view::npos)
    throw Finding{"an error that names a line of the library: " + text};
  if (!std::regex_match(text, form)) throw Finding{"an error of another form: " + text};
  const std::string wrong = text.substr(0, text.find(": "));
  // An assertion of the user's says what they asserted.
  if (!wrong.starts_with("[assert_") && std::regex_search(wrong, rule))
    throw Finding{"an error that states a rule: " + text};
}

}  // namespace battery
