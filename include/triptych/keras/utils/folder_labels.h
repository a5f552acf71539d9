// Where the classes of files in folders come from.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// "inferred": a folder's name is the class of the files in it. "none": there are no classes. Numbers: one for each
/// file, in the order of their paths.
struct FolderLabels {
  FolderLabels(OwnedText kind) : kind(std::move(kind)) {}
  FolderLabels(const char* kind, Location where = Location::here()) : kind(not_null(kind, where)) {}
  FolderLabels(std::vector<std::int64_t> numbers) : kind("numbers"), numbers(std::move(numbers)) {}

  std::string kind;
  std::vector<std::int64_t> numbers;
};

}  // namespace triptych::keras
