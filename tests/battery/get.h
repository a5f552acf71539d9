// How a case gets its arguments: for the sources that instantiate it.
#pragma once

#include "battery.h"

namespace battery {

template <class T>
T& Case::get(int number, tt::Location where) {
  return get<T>(number, Make<T>(&Values<T>::good), Values<T>::good_text, where);
}

template <class T>
T& Case::get(int number, Make<T> good, const std::string& good_text, tt::Location where) {
  where_ = where;
  const auto i = static_cast<std::size_t>(number);
  if (counts_.size() <= i) counts_.resize(i + 1), texts_.resize(i + 1);
  // To list the choices takes longer than most calls: they are listed to be counted, once, and where one is taken.
  Choices<T> choices;
  if (hostile_[0].argument < 0 || hostile_[0].argument == number || hostile_[1].argument == number) {
    Values<T>::hostile(choices, good);
    counts_[i] = static_cast<int>(choices.size());
  }
  for (const auto& [type, object] : kept_)
    if (type == typeid(T)) {
      can_alias_ = true;
      if (!aliases_) continue;
      texts_[i] = "the same";
      if (progress) progress->note(i, texts_[i]);
      return *static_cast<T*>(object.get());
    }
  Make<T> make = std::move(good);
  texts_[i] = good_text;
  for (const Hostile& hostile : hostile_)
    if (hostile.argument == number && hostile.choice < counts_[i]) {
      texts_[i] = choices[static_cast<std::size_t>(hostile.choice)].text;
      make = choices[static_cast<std::size_t>(hostile.choice)].make;
    }
  if (progress) progress->note(i, texts_[i]);
  if constexpr (std::is_move_constructible_v<T>)
    return keep(std::make_shared<T>(make()));
  else
    return keep(make());
}

/// Makes them be compiled here.
template <class T>
void instantiate(Case& c) {
  c.get<T>(0);
  c.get<T>(0, {}, {});
}

}  // namespace battery
