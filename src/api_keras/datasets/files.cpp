#include "api_keras/datasets/files.h"

#include <filesystem>

#include "api_keras/datasets/numpy_order.h"
#include "core/formats/json_table.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

std::string file_at_if_any(const std::string& path, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto inside = std::filesystem::path(path) / name; is_there(inside)) return inside.string();
  return {};
}

std::string file_at(const std::string& path, std::initializer_list<const char*> names, FileContext context) {
  check_path(path, context);
  if (std::string inside = file_at_if_any(path, names); !inside.empty()) return inside;
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return path;
  std::string list;
  for (const char* name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  throw ArgumentError(context.op, "the data set is not there", "'" + path + "' is neither a file nor a folder with one",
                      "Files are called " + list, context.where);
}

std::uint32_t checked_seed(std::int64_t seed, FileContext context) {
  if (seed < 0 || seed > 0xffffffff)
    throw ArgumentError(context.op, "seed is not from 0 to 4294967295", std::to_string(seed), "", context.where);
  return static_cast<std::uint32_t>(seed);
}

void check_share(double share, FileContext context) {
  if (!(share >= 0 && share <= 1))
    throw ArgumentError(context.op, "test_split is not from 0 to 1", std::to_string(share), "", context.where);
}

ExampleSplits shuffled_splits(const Tensor& x, const Tensor& y, double test_split, std::int64_t seed,
                              FileContext context) {
  check_share(test_split, context);
  const std::uint32_t first = checked_seed(seed, context);
  if (x.ndim() == 0 || y.ndim() == 0 || x.size(0) != y.size(0))
    throw ArgumentError(context.op, "the file does not hold as many targets as examples",
                        x.shape().text() + " and " + y.shape().text(), "", context.where);
  const std::int64_t count = x.size(0),
                     train = static_cast<std::int64_t>(static_cast<double>(count) * (1 - test_split));
  std::mt19937 words(first);
  const Tensor order = tensor(numpy_order(count, words));
  const auto part = [&](std::int64_t begin, std::int64_t end) -> Examples {
    const Tensor rows = slice(order, 0, {begin, end});
    return {index_select(x, 0, rows), index_select(y, 0, rows)};
  };
  return {part(0, train), part(train, count)};
}

WordIndex word_index(const std::string& path, FileContext context) {
  WordIndex index;
  for (JsonEntry& entry : read_json_table(path, context)) {
    if (!entry.texts.empty())
      throw ArgumentError(context.op, "the file does not give words numbers", "'" + path + "': '" + entry.key + "'", "",
                          context.where);
    index.emplace_back(std::move(entry.key), entry.number);
  }
  return index;
}

}  // namespace triptych::keras
