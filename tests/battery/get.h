// How a case gets its arguments: for the sources that instantiate it.
#pragma once

#include "battery.h"

namespace battery {

template <class T>
Object good_object() {
  if constexpr (is_value<T>)
    return held<T>(Values<T>::good());
  else
    return std::shared_ptr<T>(Values<T>::good());
}

template <class T>
T& Case::get(int number, tt::Location where) {
  return get<T>(number, Make<T>(made_by(&good_object<T>)), Values<T>::good_text, where);
}

template <class T>
T& Case::get(int number, const Make<T>& good, const char* good_text, tt::Location where) {
  return *static_cast<T*>(get_any(number, typeid(T), &listed<T>, good, good_text, where).get());
}

/// Makes them be compiled here.
template <class T>
void instantiate(Case& c) {
  c.get<T>(0);
  c.get<T>(0, {}, "");
}

}  // namespace battery
