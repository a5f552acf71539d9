#include "../../examples/compare/mistakes.h"

#include <cmath>
#include <exception>
#include <utility>

#include "results.h"

void mistakes_lowlevel(const std::string& kind, const mistakes::Observer& observer);
void mistakes_eager(const std::string& kind, const mistakes::Observer& observer);
void mistakes_keras(const std::string& kind, const mistakes::Observer& observer);

std::vector<Mistake> collect_mistakes() {
  const std::pair<const char*, void (*)(const std::string&, const mistakes::Observer&)> styles[] = {
      {"lowlevel", mistakes_lowlevel}, {"eager", mistakes_eager}, {"keras", mistakes_keras}};
  std::vector<Mistake> result;
  for (const char* kind : {"wrong shape", "wrong dtype", "NaN in the loss"}) {
    for (const auto& [style, program] : styles) {
      std::string moment;
      double loss = 0;
      Mistake mistake{kind, style, "never", ""};
      try {
        program(kind, {[&](const std::string& now) { moment = now; }, [&](double value) { loss = value; }});
        mistake.message =
            std::isnan(loss) ? "No error: the loss is nan." : "No error: the loss is " + std::to_string(loss) + ".";
      } catch (const std::exception& error) {
        mistake.when = moment;
        mistake.message = error.what();
      }
      result.push_back(std::move(mistake));
    }
  }
  return result;
}
