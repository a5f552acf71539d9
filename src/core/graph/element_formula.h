// What an elementwise op does to an element, as C++ text: for kernels that are compiled at run time.
#pragma once

#include <optional>
#include <string>

#include "triptych/core/op.h"

namespace triptych {

/// A formula of src/core/formulas/.
struct ElementFormula {
  std::string header;    // "core/formulas/exponential.h"
  std::string function;  // "Rounded<float, formula::Exp>{}": called with elements, gives an element
};

/// Of `op` between these dtypes; nothing if it has none, or if it can fail.
std::optional<ElementFormula> element_formula(const Op& op, const void* attributes, DType in, DType out);
/// The ops that have one in some dtype.
std::span<const Op* const> ops_with_element_formula();

/// Includes of all the headers that formulas are in.
std::string element_formula_includes();

/// "float", "Float16", "std::int32_t", ...
std::string cpp_type(DType dtype);

}  // namespace triptych
