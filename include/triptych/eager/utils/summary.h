// A module as a table of its layers, with shapes, parameters and operations: torchinfo.summary.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/eager/module.h"

namespace triptych::eager {

struct SummaryOptions {
  /// Of "input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds", "trainable"; empty:
  /// output_size and num_params, without an input num_params alone.
  std::vector<std::string> col_names = {};
  std::int64_t col_width = 25;
  /// How deep modules inside of modules are shown.
  std::int64_t depth = 3;
  /// Of "depth", "var_names", "ascii_only", "hide_recursive_layers".
  std::vector<std::string> row_settings = {"depth"};
  /// The input's, where its size is given.
  DType dtype = float32;
  /// "eval", "train", or "same": as the module is.
  std::string mode = "eval";
  /// 2: with a row for each parameter.
  std::int64_t verbose = 1;
};

/// What `summary` finds out; printing it gives torchinfo's text.
struct TRIPTYCH_API ModelStatistics {
  std::int64_t total_params = 0, trainable_params = 0;
  /// Multiplications and additions of a forward pass, counted as one: of convolutions, products, recurrent layers and
  /// whatever has a weight or bias.
  std::int64_t total_mult_adds = 0;
  std::int64_t total_input_bytes = 0, total_output_bytes = 0, total_param_bytes = 0;
  std::string table;

  const std::string& text() const { return table; }
};
TRIPTYCH_API std::ostream& operator<<(std::ostream& out, const ModelStatistics& statistics);

/// Calls `model` on `input`, without gradients, and tells what its modules did: `std::cout << summary(net, x)`. Modules
/// that are called through `nn::call` count, too. ArgumentError for a column, a row setting or a mode that is not
/// there.
TRIPTYCH_API ModelStatistics summary(nn::Module& model, const Tensor& input, const SummaryOptions& options = {},
                                     Location where = Location::here());
/// On uniform numbers of this size.
TRIPTYCH_API ModelStatistics summary(nn::Module& model, const Shape& input_size, const SummaryOptions& options = {},
                                     Location where = Location::here());
/// Without calling it: parameters alone.
TRIPTYCH_API ModelStatistics summary(nn::Module& model, const SummaryOptions& options = {},
                                     Location where = Location::here());
/// Of a module of several inputs: `call` calls it on them, `summary(net, {a, b}, [&] { nn::call(net, a, b); })`.
TRIPTYCH_API ModelStatistics summary(nn::Module& model, const std::vector<Tensor>& inputs,
                                     const std::function<void()>& call, const SummaryOptions& options = {},
                                     Location where = Location::here());

}  // namespace triptych::eager
