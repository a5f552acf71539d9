// Errors say what is wrong (CONTRIBUTING.md): "lr is negative: -1", never the rule that the value breaks, as a fact or
// as a duty. The sources are searched for the words that rules are made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <vector>

#include "files.h"

namespace {

/// What is wrong, as the calls that throw are written: the first text of fail(...), the second argument of check(...)
/// and of an error's constructor.
std::vector<std::string> wrongs(const std::string& content) {
  static const std::regex text(R"(\s*"((?:[^"\\]|\\.)*)\")"), after_first(R"([^;,]*,\s*"((?:[^"\\]|\\.)*)\")");
  std::vector<std::string> result;
  for (const auto& [call, argument] : {std::pair("fail(", text), std::pair("check(", after_first),
                                       std::pair("tError(", after_first), std::pair("dError(", after_first)})
    for (std::size_t at = content.find(call); at != std::string::npos; at = content.find(call, at + 1)) {
      std::smatch found;
      const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at + std::string(call).size());
      if (std::regex_search(begin, content.end(), found, argument, std::regex_constants::match_continuous))
        result.push_back(found[1]);
    }
  return result;
}

/// A duty, or a fact of the kind that a wrong value breaks.
bool is_rule(const std::string& text) {
  static const std::regex rule(
      R"(\bmust\b|\b(is|are) (at (least|most)|not negative|not empty|positive|between|floating|finite|known|one of)\b|\bneeds an?\b)"
      R"(|\bthere (is|must be) (at least one|one) )");
  return std::regex_search(text, rule);
}

}  // namespace

TEST(ErrorTexts, FindsRules) {
  const auto found = wrongs(R"(throw ArgumentError("SGD", "lr is not negative", text, "", where);
                               infer.check(a.rank() > 0, "x must be a matrix"); infer.fail("n is negative", "-1");)");
  EXPECT_THAT(found, testing::UnorderedElementsAre("lr is not negative", "x must be a matrix", "n is negative"));
  EXPECT_TRUE(is_rule("lr is not negative") && is_rule("x must be a matrix") && is_rule("there is one value for each"));
  EXPECT_FALSE(is_rule("n is negative") || is_rule("the shape is not known") || is_rule("beta is not positive"));
}

TEST(ErrorTexts, SayWhatIsWrong) {
  namespace fs = std::filesystem;
  std::size_t seen = 0;
  for (const char* folder : {"src", "include"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(TRIPTYCH_SOURCE_DIR) / folder)) {
      const std::string path = entry.path(), extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".h" && extension != ".cu") continue;
      for (const std::string& wrong : wrongs(read_file(path))) {
        ++seen;
        EXPECT_FALSE(is_rule(wrong)) << path << ": " << wrong;
      }
    }
  EXPECT_GT(seen, 250u);  // the search itself still finds them
}
