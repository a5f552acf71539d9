#include "core/kernels/path.h"

namespace triptych {
namespace {

/// Made when the first path is declared, in whichever file that is.
std::vector<const Path*>& paths() {
  static std::vector<const Path*> all;
  return all;
}

}  // namespace

Path::Path(const char* name, bool (*possible)()) : name_(name), possible_(possible) { paths().push_back(this); }

std::vector<const Path*> declared_paths() { return paths(); }

}  // namespace triptych
