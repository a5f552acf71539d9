#include "triptych/eager/functional_call.h"

#include <algorithm>

#include "core/graph/graph.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"

namespace triptych::eager::func {
namespace {

std::string text_of(const Tensor& tensor) {
  return tensor.defined() ? std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text()
                          : "a default-constructed Tensor";
}

/// The tensor in a handle that passes for a module's own.
Tensor as_member(const Tensor& given) {
  Tensor member = given.is_symbolic() ? given.impl()->graph->handle(*given.impl()->node, given.impl()->output)
                                      : own(Tensor(given), true);
  mark_state(member);
  return member;
}

/// All places of parameters and buffers, with those that are there twice.
std::vector<std::pair<std::string, Tensor*>> places_of(nn::Module& module, Location where) {
  std::vector<std::pair<std::string, Tensor*>> places;
  for (const auto& [name, tensor] : module.named_parameters("", true, false, where))
    places.emplace_back(name, &module.get_parameter(name, where));
  for (const auto& [name, tensor] : module.named_buffers("", true, false))
    places.emplace_back(name, &module.get_buffer(name, where));
  return places;
}

}  // namespace

detail::Substitution::Substitution(nn::Module& module, const StateDict& state, bool strict, Location where) {
  const auto places = places_of(module, where);
  std::vector<std::pair<Tensor*, Tensor>> after;
  for (const auto& [name, tensor] : state) {
    const auto named =
        std::find_if(places.begin(), places.end(), [&name = name](const auto& place) { return place.first == name; });
    if (named == places.end())
      throw ArgumentError("functional_call", "the module has no parameter or buffer of this name", "'" + name + "'", "",
                          where);
    const Tensor& old = *named->second;
    if (!tensor.defined() || !tensor.shape().compatible(old.shape()))
      throw ArgumentError("functional_call", "a tensor differs in shape from the one that it takes the place of",
                          "'" + name + "' is " + text_of(old) + ", given " + text_of(tensor), "", where);
    const Tensor member = as_member(tensor);
    for (const auto& [other_name, place] : places)
      if (place == named->second || place->is_same(old)) after.emplace_back(place, member);
  }
  for (const auto& [name, place] : places)
    if (strict &&
        std::none_of(after.begin(), after.end(), [place = place](const auto& entry) { return entry.first == place; }))
      throw ArgumentError("functional_call", "a parameter or buffer is missing", "'" + name + "'",
                          "Give it, or leave out strict", where);
  before_.reserve(after.size());
  for (const auto& [place, member] : after) {
    before_.emplace_back(place, *place);
    *place = member;
  }
}

detail::Substitution::~Substitution() {
  for (auto entry = before_.rbegin(); entry != before_.rend(); ++entry) *entry->first = std::move(entry->second);
}

std::pair<StateDict, StateDict> stack_module_state(const std::vector<nn::Module*>& models, Location where) {
  if (models.empty() || std::count(models.begin(), models.end(), nullptr))
    throw ArgumentError("stack_module_state", "there is no model", models.empty() ? "an empty list" : "a null pointer",
                        "", where);
  const auto stacked = [&](bool parameters) {
    std::vector<std::vector<nn::NamedTensor>> all;
    for (const nn::Module* model : models)
      all.push_back(parameters ? model->named_parameters(where) : model->named_buffers());
    StateDict result;
    for (std::size_t i = 0; i < all[0].size(); ++i) {
      const auto& [name, first] = all[0][i];
      std::vector<Tensor> rows;
      for (const auto& members : all) {
        if (members.size() != all[0].size() || members[i].first != name || members[i].second.shape() != first.shape() ||
            members[i].second.dtype() != first.dtype())
          throw ArgumentError("stack_module_state", "the models differ", "at '" + name + "' of the first",
                              "Stack models of one class, made with the same arguments", where);
        rows.push_back(members[i].second.detach());
      }
      Tensor stack = triptych::stack(rows, 0, where);
      if (parameters) stack.set_requires_grad(first.requires_grad(), where);
      result.add(name, std::move(stack), where);
    }
    return result;
  };
  for (const nn::Module* model : models)
    if (model->is_training() != models[0]->is_training())
      throw ArgumentError("stack_module_state", "some models are in training mode, others are not", "", "", where);
  return {stacked(true), stacked(false)};
}

}  // namespace triptych::eager::func
