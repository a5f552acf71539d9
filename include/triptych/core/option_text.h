// Text that an option may leave out.
#pragma once

#include <string>

#include "triptych/core/text.h"

namespace triptych {

/// An OwnedText that is empty where it is not given: `.name = pointer` is an error of that line if the pointer is null.
class OptionText : public OwnedText {
 public:
  OptionText() : OwnedText(std::string()) {}
  using OwnedText::OwnedText;
};

}  // namespace triptych
