#include <triptych/eager.h>

#include <iostream>

#include "cube.h"

int main() {
  const triptych::Tensor x = triptych::tensor({1.0, 2.0}).set_requires_grad();
  triptych::sum(cube(x)).backward();
  std::cout << cube(x) << " " << x.grad() << "\n";
}
