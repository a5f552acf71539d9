#include "core/support/near_names.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace triptych {
namespace {

std::string_view last_part(std::string_view name) { return name.substr(name.find_last_of("./") + 1); }

/// How many letters are to be changed, put in, left out or exchanged with their neighbour to make a into b (Damerau's
/// distance).
std::size_t letters_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above, row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j - 1] + (a[i - 1] != b[j - 1]), above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string near_names(std::string_view wrong, std::span<const std::string> names) {
  std::string result;
  int count = 0;
  for (const std::string& name : names) {
    const bool near =
        last_part(name) == last_part(wrong) ||
        letters_between(wrong, name) <= std::max<std::size_t>(1, std::min<std::size_t>(3, wrong.size() / 3));
    if (near && ++count <= 5) result += (count == 1 ? "" : ", ") + name;
  }
  return result;
}

}  // namespace triptych
