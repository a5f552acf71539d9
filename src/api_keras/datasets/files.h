// What the data sets share: where files lie, and options.
#pragma once

#include <initializer_list>
#include <string>

#include "core/formats/file.h"
#include "triptych/keras/datasets.h"

namespace triptych::keras {

/// `path`, or the first of these names that is in the folder `path`; ArgumentError that lists them if none is.
std::string file_at(const std::string& path, std::initializer_list<const char*> names, FileContext context);
/// "" if none of them is there.
std::string file_at_if_any(const std::string& path, std::initializer_list<const char*> names);

/// ArgumentError for a seed that NumPy does not take, or a share outside of [0, 1].
std::uint32_t checked_seed(std::int64_t seed, FileContext context);
void check_share(double share, FileContext context);

/// Rows of x and y in NumPy's order, the first 1 - test_split of them for training.
ExampleSplits shuffled_splits(const Tensor& x, const Tensor& y, double test_split, std::int64_t seed,
                              FileContext context);

WordIndex word_index(const std::string& path, FileContext context);

}  // namespace triptych::keras
