// The edits, as diffs between sources.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "sources.h"
#include "sources_files.h"

namespace triptych::compare {
namespace {

/// Three lines of context around changes; "..." for what is left out between them.
std::vector<DiffLine> with_context(const std::vector<DiffLine>& diff) {
  constexpr std::ptrdiff_t context = 3;
  std::vector<DiffLine> result;
  const auto near_change = [&](std::ptrdiff_t i) {
    const auto from = std::max<std::ptrdiff_t>(0, i - context);
    const auto to = std::min<std::ptrdiff_t>(std::ssize(diff), i + context + 1);
    return std::any_of(diff.begin() + from, diff.begin() + to, [](const DiffLine& line) { return line.sign != ' '; });
  };
  bool left_out = false;
  for (std::ptrdiff_t i = 0; i < std::ssize(diff); ++i) {
    if (!near_change(i)) {
      left_out = true;
      continue;
    }
    if (left_out && !result.empty()) result.push_back({' ', "..."});
    left_out = false;
    result.push_back(diff[static_cast<std::size_t>(i)]);
  }
  return result;
}

/// Without the comment at the top, which says what the program is.
std::string without_title(const std::string& source) { return source.substr(source.find('\n') + 1); }

}  // namespace

std::vector<DiffLine> diff_lines(const std::string& before, const std::string& after) {
  const std::vector<std::string> a = lines_of(before), b = lines_of(after);
  // length[i][j]: of the longest common subsequence of a[i..] and b[j..].
  std::vector<std::vector<int>> length(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      length[i][j] = a[i] == b[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
  std::vector<DiffLine> result;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      result.push_back({' ', a[i]});
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && length[i + 1][j] >= length[i][j + 1])) {
      result.push_back({'-', a[i++]});
    } else {
      result.push_back({'+', b[j++]});
    }
  }
  return result;
}

std::vector<Edit> edits() {
  std::vector<Edit> result;
  for (const char* kind : {"dropout", "loss", "metric", "batch", "save"})
    for (const std::string& style : three_styles) {
      Edit edit{.kind = kind, .title = text_of(source_texts()["edits"].at(kind)), .style = style};
      edit.before = "compare/edits/" + style + "/base.cpp";
      edit.after = "compare/edits/" + style + "/" + kind + ".cpp";
      const auto diff = diff_lines(without_title(source_file(edit.before)), without_title(source_file(edit.after)));
      for (const DiffLine& line : diff) {
        const int code = count_code_lines(line.text);
        edit.added += line.sign == '+' ? code : 0;
        edit.removed += line.sign == '-' ? code : 0;
      }
      edit.diff = with_context(diff);
      result.push_back(std::move(edit));
    }
  return result;
}

}  // namespace triptych::compare
