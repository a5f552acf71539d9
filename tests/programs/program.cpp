#include "program.h"

#include <algorithm>

namespace programs {

int Program::words() const {
  return static_cast<int>(std::count_if(steps.begin(), steps.end(), [](const Step& step) { return step.word; }));
}

bool Program::unused_from(std::size_t first, const Ref& value) const {
  for (std::size_t s = first; s < steps.size(); ++s)
    if (std::find(steps[s].operands.begin(), steps[s].operands.end(), value) != steps[s].operands.end()) return false;
  return true;
}

std::vector<Ref> Program::results() const {
  std::vector<Ref> result;
  for (std::size_t s = 0; s < steps.size(); ++s)
    for (int output = 0; steps[s].word && output < steps[s].outputs; ++output)
      if (const Ref ref{static_cast<int>(s), output}; unused_from(s + 1, ref)) result.push_back(ref);
  return result;
}

}  // namespace programs
