#include "triptych/eager/nn/utils/convert_parameters.h"

#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"

namespace triptych::eager::nn::utils {
namespace {

void check(const char* op, const std::vector<Tensor>& parameters, Location where) {
  if (parameters.empty()) throw ArgumentError(op, "there is no parameter", "an empty list", "", where);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string which = "parameter " + std::to_string(i);
    if (!parameters[i].defined()) throw ArgumentError(op, "a tensor is undefined", which, "", where);
    if (parameters[i].device() != parameters[0].device())
      throw ArgumentError(
          op, "the parameters are on several devices",
          which + " is on " + parameters[i].device().text() + ", the first on " + parameters[0].device().text(), "",
          where);
  }
}

}  // namespace

Tensor parameters_to_vector(const std::vector<Tensor>& parameters, Location where) {
  check("parameters_to_vector", parameters, where);
  const Frame frame(where);
  std::vector<Tensor> parts;
  for (const Tensor& parameter : parameters) parts.push_back(flatten(parameter));
  return concat(parts);
}

void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters, Location where) {
  const char* const op = "vector_to_parameters";
  check(op, parameters, where);
  std::int64_t total = 0;
  for (const Tensor& parameter : parameters) total += parameter.numel(where);
  if (!vec.defined() || vec.ndim(where) != 1 || vec.numel(where) != total)
    throw ArgumentError(op, "the vector has not the parameters' number of elements",
                        (vec.defined() ? vec.shape().text() : std::string("an undefined tensor")) + ", expected (" +
                            std::to_string(total) + ",)",
                        "", where);
  const Frame frame(where);
  GradMode off(false);
  std::vector<Tensor> parts;
  std::int64_t begin = 0;
  for (const Tensor& parameter : parameters) {
    const std::int64_t end = begin + parameter.numel();
    const Tensor part = reshape(slice(vec, 0, Slice(begin, end)), parameter.shape());
    parts.push_back(to(cast(part, parameter.dtype()), parameter.device()));
    begin = end;
  }
  const Transaction whole;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Tensor parameter = parameters[i];
    parameter.copy_(parts[i]);
  }
}

}  // namespace triptych::eager::nn::utils
